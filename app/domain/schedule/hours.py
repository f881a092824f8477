"""Stretches of time that people enter: the hours of a station, a break."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from app.domain.errors import InvalidInput
from app.domain.timetable import FIRST_YEAR, LAST_YEAR

from .plan import Interval

MAX_HOURS = 60
LONGEST_BREAK = timedelta(days=7)


def check_interval(interval: Interval, field: str = "ends_at") -> None:
    """Raise InvalidInput unless it ends after it begins, and lies in years that anybody plans for."""
    if interval.end <= interval.start:
        raise InvalidInput.of(field, "The end must be after the beginning.")
    if not FIRST_YEAR <= interval.start.year <= interval.end.year <= LAST_YEAR:
        raise InvalidInput.of(field, f"Choose times in the years {FIRST_YEAR} to {LAST_YEAR}.")


def check_break(interval: Interval) -> None:
    """Raise InvalidInput unless a break can be like this."""
    check_interval(interval)
    if interval.end - interval.start > LONGEST_BREAK:
        raise InvalidInput.of("ends_at", f"A break lasts at most {LONGEST_BREAK.days} days.")


def station_hours(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The hours of a station, in order.

    Raises InvalidInput for too many, for one that ends before it begins, and for two that overlap.
    """
    hours = sorted(intervals, key=lambda interval: (interval.start, interval.end))
    if len(hours) > MAX_HOURS:
        raise InvalidInput.of("hours", f"A station has at most {MAX_HOURS} stretches of hours.")
    for interval in hours:
        check_interval(interval, "hours")
    if any(one.overlaps(following) for one, following in pairwise(hours)):
        raise InvalidInput.of("hours", "Two of the hours overlap.")
    return tuple(hours)
