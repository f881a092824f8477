"""Kick-off times as files write them: a wall clock, with its UTC offset or in a named zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from app.domain.words import say
from app.importers.neutral import Unclear

_TIME = re.compile(
    r"""(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?
        (?:\s*\(?\s*(?:(?P<zulu>Z)|(?:(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?)
        |(?P<utc>UTC|GMT))\s*\)?)?""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1800, 2999
_WIDEST_OFFSET = timedelta(hours=14)


class UnclearTime(Unclear):
    """A date or time that names no moment, or more than one."""


def read_date(text: str) -> date:
    """A date written YYYY-MM-DD. Raises UnclearTime."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise UnclearTime(say("is no date written YYYY-MM-DD")) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UnclearTime(
            say("lies outside the years %(first)s to %(last)s", first=_FIRST_YEAR, last=_LAST_YEAR)
        )
    return day


def read_time(text: str) -> tuple[time, timezone | None]:
    """A clock time such as `13:00 UTC-6` or `18:00`; None where no offset stands. Raises UnclearTime."""
    found = _TIME.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if not found:
        raise UnclearTime(say('is no time written like "13:00 UTC-6"'))
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise UnclearTime(say("is no time of day")) from None
    if found["sign"] is None:
        return clock, UTC if found["zulu"] or found["utc"] else None
    minutes = int(found["minutes"] or 0)
    offset = timedelta(hours=int(found["hours"]), minutes=minutes)
    if minutes > 59 or offset > _WIDEST_OFFSET:
        raise UnclearTime(say("has an offset from UTC that no place on earth has"))
    return clock, timezone(-offset if found["sign"] == "-" else offset)


def to_utc(day: date, clock: time, offset: timezone | None, zone: ZoneInfo) -> datetime:
    """The moment in UTC; a clock without an offset is the zone's. Raises UnclearTime in a DST gap or fold."""
    wall = datetime.combine(day, clock)
    if offset is not None:
        return wall.replace(tzinfo=offset).astimezone(UTC)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise UnclearTime(say("does not exist in %(zone)s: the clocks go forward then", zone=zone.key))
    if wall.replace(tzinfo=zone, fold=1).utcoffset() != wall.replace(tzinfo=zone, fold=0).utcoffset():
        why = say("happens twice in %(zone)s: the clocks go back then; write its UTC offset", zone=zone.key)
        raise UnclearTime(why)
    return moment
