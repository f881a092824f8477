"""What a timetable shows of a day, and on which days a tournament has something to show."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from app.domain.schedule.plan import Interval, planned_minutes
from app.domain.states import BEGUN, CLOSED
from app.extensions import db
from app.models import (
    Match,
    ScheduleBreak,
    Station,
    StationHours,
    Tournament,
)

from .rows import list_rows, select_rows

_LONGEST_SERIES = 7
_STAYS = tuple(str(state) for state in (*BEGUN, *CLOSED))


@dataclass(frozen=True)
class Day:
    """A day of the timetable, by the clock of the tournament's zone; `date` None for what has no time."""

    date: date | None
    matches: int


@dataclass(frozen=True)
class Pause:
    """A break of the day: `station_id` None for all stations."""

    name: str
    interval: Interval
    station_id: int | None


def day_bounds(day: date, zone: str) -> Interval:
    """From midnight to midnight by the zone's clock, in UTC: 23 or 25 hours where the clocks change."""
    start, end = (
        datetime.combine(one, time(), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
        for one in (day, day + timedelta(days=1))
    )
    return Interval(start, end)


def list_days(tournament: Tournament) -> list[Day]:
    """The days on which a tournament has matches, in order, what has no time yet last.

    A match that goes on after midnight counts on both days.
    """
    zone = ZoneInfo(tournament.time_zone)
    query = select(Match.scheduled_time, Match.best_of, func.count().label("matches"))
    query = query.where(Match.tournament_id == tournament.id, ~Match.is_deleted)
    counts: dict[date | None, int] = {}
    for start, best_of, matches in db.session.execute(query.group_by(Match.scheduled_time, Match.best_of)):
        days: set[date | None] = {None}
        if start is not None:
            last = start + timedelta(minutes=_minutes(tournament, best_of)) - timedelta(microseconds=1)
            days = {moment.astimezone(zone).date() for moment in (start, last)}
        for day in days:
            counts[day] = counts.get(day, 0) + matches
    return [Day(day, counts[day]) for day in sorted(counts, key=lambda day: day or date.max)]


def nearest_day(days: Iterable[Day], now: datetime, zone: str) -> date | None:
    """Today where it has matches, or else the next day that has, or the last; None without any."""
    today = now.astimezone(ZoneInfo(zone)).date()
    dates = [day.date for day in days if day.date is not None]
    return next((day for day in dates if day >= today), dates[-1] if dates else None)


def list_day(tournament: Tournament, day: date) -> list[dict]:
    """The matches of one day in the tournament's zone, by time, also those that began the day before.

    Rows as `rows.list_rows` has them, with the planned length in `minutes` besides.
    """
    bounds = day_bounds(day, tournament.time_zone)
    longest = timedelta(minutes=_minutes(tournament, _LONGEST_SERIES))
    rows = _list(tournament, Match.scheduled_time > bounds.start - longest, Match.scheduled_time < bounds.end)
    return [row for row in rows if interval_of(row).end > bounds.start]


def list_unscheduled(tournament: Tournament, *, to_plan: bool = False) -> list[dict]:
    """The matches that have no time, as `list_day` has them; `to_plan`: only those that may get one."""
    conditions = [Match.scheduled_time.is_(None)]
    if to_plan:
        conditions.append(Match.state.not_in(_STAYS))
    return _list(tournament, *conditions)


def list_matches(tournament: Tournament, match_ids: Iterable[int]) -> list[dict]:
    """Those of these matches that the tournament has, as `list_day` has them."""
    return _list(tournament, Match.id.in_(list(match_ids)))


def ids_by_number(
    tournament: Tournament, numbers: Collection[int], bracket_id: int | None = None
) -> dict[int, list[int]]:
    """By each of these numbers that there is, the ids of its matches: of each bracket, or of that one."""
    wanted = [Match.tournament_id == tournament.id, ~Match.is_deleted, Match.match_number.in_(numbers)]
    if bracket_id is not None:
        wanted.append(Match.bracket_id == bracket_id)
    found: dict[int, list[int]] = {}
    for id_, number in db.session.execute(select(Match.id, Match.match_number).where(*wanted)):
        found.setdefault(number, []).append(id_)
    return found


def interval_of(row: dict) -> Interval:
    """From when to when a row's match is planned to last."""
    start = datetime.fromisoformat(row["scheduled_time"])
    return Interval(start, start + timedelta(minutes=row["minutes"]))


def list_stations(tournament_id: int) -> list[dict]:
    """The stations by name.

    Each is `{"id", "name", "stream_url", "time_zone", "hours"}`: the zone None for the tournament's own.
    """
    rows = db.session.execute(
        select(
            Station.id,
            Station.name,
            Station.stream_url,
            Station.time_zone,
            StationHours.starts_at,
            StationHours.ends_at,
        )
        .outerjoin(StationHours, StationHours.station_id == Station.id)
        .where(Station.tournament_id == tournament_id)
        .order_by(Station.name, Station.id, StationHours.starts_at)
    )
    found: dict[int, dict] = {}
    for row in rows:
        station = found.setdefault(
            row.id,
            {
                "id": row.id,
                "name": row.name,
                "stream_url": row.stream_url,
                "time_zone": row.time_zone,
                "hours": [],
            },
        )
        if row.starts_at is not None:
            station["hours"].append(Interval(row.starts_at, row.ends_at))
    return sorted(found.values(), key=lambda station: (_natural(station["name"]), station["id"]))


def list_breaks(tournament_id: int, within: Interval) -> list[Pause]:
    """The breaks that have a moment in common with the interval, in order."""
    breaks = db.session.scalars(
        select(ScheduleBreak)
        .where(
            ScheduleBreak.tournament_id == tournament_id,
            ScheduleBreak.starts_at < within.end,
            ScheduleBreak.ends_at > within.start,
        )
        .order_by(ScheduleBreak.starts_at, ScheduleBreak.id)
    )
    return [Pause(one.name, Interval(one.starts_at, one.ends_at), one.station_id) for one in breaks]


def _list(tournament: Tournament, *conditions: ColumnElement[bool]) -> list[dict]:
    query = select_rows().where(Match.tournament_id == tournament.id, *conditions)
    rows = list_rows(query.order_by(Match.scheduled_time, Match.match_number, Match.id))
    for row in rows:
        row["minutes"] = _minutes(tournament, row["best_of"])
    return rows


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which `Court 2` stands before `Court 10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part) if part.isascii() and part.isdigit() else -1, part) for part in parts]


def _minutes(tournament: Tournament, best_of: int) -> int:
    return planned_minutes(tournament.match_minutes, best_of, tournament.best_of)
