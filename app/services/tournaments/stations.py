"""Where matches are played: courts, servers, stages."""

from datetime import datetime

from sqlalchemy import func, select

from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.permissions import Actor
from app.models import Match, Station
from app.services import audit
from app.services.audit import AuditAction
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load, matches_of, required_text, tell, tell_renamed, unique

STATION_NAME_LENGTH = 80
MAX_STATIONS = 500
_NAME_TAKEN = "Another station of this tournament has this name."


def add_station(*, actor: Actor, tournament_id: int, name: str, now: datetime) -> int:
    """Add a station; returns its id. Raises InvalidInput for a name that is refused or taken."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        name = _free_name(uow, tournament_id, name)
        standing = uow.session.scalar(
            select(func.count()).select_from(Station).where(Station.tournament_id == tournament_id)
        )
        if standing >= MAX_STATIONS:
            raise Refused([f"A tournament has at most {MAX_STATIONS} stations."])
        station = Station(tournament_id=tournament_id, name=name, created_at=now)
        with unique(uow, "name", _NAME_TAKEN):
            uow.session.add(station)
        tell(uow, tournament, ["stations"])
        _record(uow, actor, AuditAction.STATION_CREATE, station, name=name)
        return station.id


def update_station(*, actor: Actor, tournament_id: int, station_id: int, name: str, now: datetime) -> None:
    """Give the station another name; the same one again is no change."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        station = _get(uow, tournament_id, station_id)
        name = _free_name(uow, tournament_id, name, but_for=station_id)
        if name == station.name:
            return
        old = station.name
        with unique(uow, "name", _NAME_TAKEN):
            station.name = name
        tell(uow, tournament, ["stations"])
        tell_renamed(uow, matches_of(uow, Match.station_id == station_id), "station_name")
        _record(uow, actor, AuditAction.STATION_UPDATE, station, old_name=old, new_name=name)


def delete_station(*, actor: Actor, tournament_id: int, station_id: int, now: datetime) -> None:
    """Delete the station; raises Refused while matches name it, deleted ones too, which may come back."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        station = _get(uow, tournament_id, station_id)
        used = uow.session.scalar(
            select(func.count()).select_from(Match).where(Match.station_id == station_id)
        )
        if used:
            matches = "1 match is" if used == 1 else f"{used} matches are"
            raise Refused([f"{matches} placed at {station.name}; move them first."])
        tell(uow, tournament, ["stations"])
        _record(uow, actor, AuditAction.STATION_DELETE, station, name=station.name)
        uow.session.delete(station)


def _get(uow: UnitOfWork, tournament_id: int, station_id: int) -> Station:
    station = uow.session.get(Station, station_id)
    if station is None or station.tournament_id != tournament_id:
        raise NotFound
    return station


def _free_name(uow: UnitOfWork, tournament_id: int, name: str, but_for: int | None = None) -> str:
    name = required_text("name", name, STATION_NAME_LENGTH)
    taken = uow.session.scalar(
        select(Station.id).where(
            Station.tournament_id == tournament_id, func.lower(Station.name) == func.lower(name)
        )
    )
    if taken is not None and taken != but_for:
        raise InvalidInput.of("name", _NAME_TAKEN)
    return name


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, station: Station, **names: str) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=station.tournament_id,
        meta={"tournament_id": station.tournament_id, "station_id": station.id, **names},
    )
