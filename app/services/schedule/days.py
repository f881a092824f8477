"""Days of a tournament: from midnight to midnight by its own clock, which may be 23 or 25 hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_day(moment: datetime, zone: str) -> datetime:
    """The next midnight in the zone, as an aware time in UTC's terms."""
    local = moment.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(moment.tzinfo)
