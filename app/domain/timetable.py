"""Times of matches: when check-in closes, and when the matches of a bulk start."""

from datetime import datetime, timedelta

from .errors import InvalidInput
from .words import say

MAX_INTERVAL_MINUTES = 7 * 24 * 60
# Nothing is planned earlier or later than this, but slips of the finger are. In the years next to the ends of
# the calendar there are moments that no clock can tell in every zone.
FIRST_YEAR, LAST_YEAR = 1970, 2999


def check_in_deadline(scheduled_time: datetime | None, window_minutes: int, now: datetime) -> datetime | None:
    """When check-in closes: the window before the start, or the start where that is past already."""
    if scheduled_time is None:
        return None
    deadline = scheduled_time - timedelta(minutes=window_minutes)
    return scheduled_time if deadline <= now else deadline


def require_future(scheduled_time: datetime, now: datetime) -> None:
    """Raise InvalidInput unless the time is ahead, and not absurdly far."""
    if scheduled_time <= now:
        raise InvalidInput.of("scheduled_time", say("Choose a time in the future."))
    if scheduled_time.year > LAST_YEAR:
        raise InvalidInput.of(
            "scheduled_time", say("Choose a time before the end of %(year)s.", year=LAST_YEAR)
        )


def staggered(first: datetime, interval_minutes: int, count: int) -> list[datetime]:
    """The start times of `count` matches, `interval_minutes` apart."""
    if not 0 <= interval_minutes <= MAX_INTERVAL_MINUTES:
        reason = say("An interval is 0 to %(most)s minutes.", most=MAX_INTERVAL_MINUTES)
        raise InvalidInput.of("interval_minutes", reason)
    return [first + timedelta(minutes=interval_minutes * place) for place in range(count)]
