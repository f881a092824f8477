"""Stations with their hours, and breaks, as documents of plain values."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, Select, select

from app.domain.errors import NotFound
from app.domain.permissions import Actor
from app.extensions import db
from app.models import ScheduleBreak, Station, StationHours
from app.services import access
from app.services.match_changes import iso

from .listing import Listing


def list_stations(actor: Actor, tournament_id: int) -> Listing:
    """The stations of the tournament, by id."""
    access.get_tournament(actor, tournament_id)
    statement = _stations().where(Station.tournament_id == tournament_id).order_by(Station.id)
    return Listing(statement, _with_hours)


def station_document(actor: Actor, tournament_id: int, station_id: int) -> dict:
    """One station; raises NotFound."""
    access.get_tournament(actor, tournament_id)
    found = _stations().where(Station.id == station_id, Station.tournament_id == tournament_id)
    return _one(_with_hours(db.session.execute(found).mappings().all()))


def _stations() -> Select:
    return select(
        Station.id,
        Station.tournament_id.label("tournament"),
        Station.name,
        Station.stream_url,
        Station.time_zone,
        Station.created_at,
    )


def _with_hours(rows: Sequence[RowMapping]) -> list[dict]:
    hours: dict[int, list[dict]] = {row["id"]: [] for row in rows}
    found = db.session.execute(
        select(StationHours.station_id, StationHours.starts_at, StationHours.ends_at)
        .where(StationHours.station_id.in_(hours))
        .order_by(StationHours.starts_at)
    )
    for station_id, starts_at, ends_at in found:
        hours[station_id].append({"starts_at": iso(starts_at), "ends_at": iso(ends_at)})
    return [{**row, "hours": hours[row["id"]], "created_at": iso(row["created_at"])} for row in rows]


def list_breaks(actor: Actor, tournament_id: int) -> Listing:
    """The breaks of the tournament, by id."""
    access.get_tournament(actor, tournament_id)
    statement = _breaks().where(ScheduleBreak.tournament_id == tournament_id).order_by(ScheduleBreak.id)
    return Listing(statement, _with_times)


def break_document(actor: Actor, tournament_id: int, break_id: int) -> dict:
    """One break; raises NotFound."""
    access.get_tournament(actor, tournament_id)
    found = _breaks().where(ScheduleBreak.id == break_id, ScheduleBreak.tournament_id == tournament_id)
    return _one(_with_times(db.session.execute(found).mappings().all()))


def _breaks() -> Select:
    return select(
        ScheduleBreak.id,
        ScheduleBreak.tournament_id.label("tournament"),
        ScheduleBreak.name,
        ScheduleBreak.starts_at,
        ScheduleBreak.ends_at,
        ScheduleBreak.station_id,
        ScheduleBreak.created_at,
    )


def _with_times(rows: Sequence[RowMapping]) -> list[dict]:
    times = ("starts_at", "ends_at", "created_at")
    return [{**row, **{name: iso(row[name]) for name in times}} for row in rows]


def _one(documents: list[dict]) -> dict:
    if not documents:
        raise NotFound
    return documents[0]
