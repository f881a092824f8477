"""Days of a tournament: from midnight to midnight by its own clock, which may be 23 or 25 hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import InvalidInput
from app.domain.timetable import FIRST_YEAR, LAST_YEAR
from app.domain.words import say


def require_countable(field: str, *moments: datetime) -> None:
    """Raise InvalidInput, about the field, for a moment whose day no clock can tell in every zone."""
    if any(not FIRST_YEAR <= moment.year <= LAST_YEAR for moment in moments):
        reason = say("Give a time in the years %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        raise InvalidInput.of(field, reason)


def end_of_day(moment: datetime, zone: str) -> datetime:
    """The next midnight in the zone, as an aware time in UTC's terms."""
    local = moment.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(moment.tzinfo)
