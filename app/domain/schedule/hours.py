"""Stretches of time that people enter: the hours of a station, a break."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from app.domain.errors import InvalidInput
from app.domain.timetable import FIRST_YEAR, LAST_YEAR
from app.domain.words import say

from .plan import Interval

MAX_HOURS = 60
LONGEST_BREAK = timedelta(days=7)


def check_interval(interval: Interval, field: str = "ends_at") -> None:
    """Raise InvalidInput unless it ends after it begins, and lies in years that anybody plans for."""
    if interval.end <= interval.start:
        raise InvalidInput.of(field, say("The end must be after the beginning."))
    if not FIRST_YEAR <= interval.start.year <= interval.end.year <= LAST_YEAR:
        reason = say("Choose times in the years %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        raise InvalidInput.of(field, reason)


def check_break(interval: Interval) -> None:
    """Raise InvalidInput unless a break can be like this."""
    check_interval(interval)
    if interval.end - interval.start > LONGEST_BREAK:
        reason = say("A break lasts at most %(days)s days.", days=LONGEST_BREAK.days)
        raise InvalidInput.of("ends_at", reason)


def station_hours(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The hours of a station, in order.

    Raises InvalidInput for too many, for one that ends before it begins, and for two that overlap.
    """
    hours = sorted(intervals, key=lambda interval: (interval.start, interval.end))
    if len(hours) > MAX_HOURS:
        reason = say("A station has at most %(most)s stretches of hours.", most=MAX_HOURS)
        raise InvalidInput.of("hours", reason)
    for interval in hours:
        check_interval(interval, "hours")
    if any(one.overlaps(following) for one, following in pairwise(hours)):
        raise InvalidInput.of("hours", say("Two of the hours overlap."))
    return tuple(hours)
