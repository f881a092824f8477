"""Where matches are played: courts, servers, stages."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.links import http_url
from app.domain.permissions import Actor
from app.domain.schedule.hours import station_hours
from app.domain.schedule.plan import Interval
from app.domain.tournament_settings import time_zones
from app.domain.words import say, say_n
from app.models import Match, Station, StationHours
from app.services import audit
from app.services.audit import AuditAction
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load, matches_of, required_text, tell, tell_renamed, unique

STATION_NAME_LENGTH = 80
MAX_STATIONS = 500
# What rows of matches show of their station.
_SHOWN = {"name": "station_name", "stream_url": "stream_url"}
_NAME_TAKEN = say("Another station of this tournament has this name.")


def add_station(*, actor: Actor, tournament_id: int, now: datetime, **values) -> int:
    """Add a station; returns its id. It has a `name`, and may have the other values of `update_station`.

    Raises InvalidInput for a value that is refused, and for a name that is taken.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        values = _checked(uow, tournament_id, {"name": None, **values})
        hours = values.pop("hours", ())
        standing = uow.session.scalar(
            select(func.count()).select_from(Station).where(Station.tournament_id == tournament_id)
        )
        if standing >= MAX_STATIONS:
            raise Refused([say("A tournament has at most %(number)s stations.", number=MAX_STATIONS)])
        station = Station(tournament_id=tournament_id, created_at=now, hours=_hour_rows(hours), **values)
        with unique(uow, "name", _NAME_TAKEN):
            uow.session.add(station)
        tell(uow, tournament, ["stations"])
        _record(uow, actor, AuditAction.STATION_CREATE, station, name=station.name)
        return station.id


def update_station(*, actor: Actor, tournament_id: int, station_id: int, now: datetime, **values) -> None:
    """Change `name`, `stream_url`, `time_zone` (None: the tournament's) or `hours`; the same is no change.

    `hours` are the Intervals in which the station can be used, all of them; none for always.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        station = _get(uow, tournament_id, station_id)
        values = _checked(uow, tournament_id, values, but_for=station_id)
        changed = {field: value for field, value in values.items() if _present(station, field) != value}
        if not changed:
            return
        old_name = station.name
        with unique(uow, "name", _NAME_TAKEN):
            _store(station, changed)
        tell(uow, tournament, ["stations"])
        shown = [_SHOWN[field] for field in changed if field in _SHOWN]
        if shown:
            tell_renamed(uow, matches_of(uow, Match.station_id == station_id), *shown)
        names = {"old_name": old_name, "new_name": station.name} if "name" in changed else {}
        others = [field for field in changed if field != "name"]
        more = {"changed": others} if others else {}
        _record(uow, actor, AuditAction.STATION_UPDATE, station, name=station.name, **names, **more)


def _present(station: Station, field: str) -> object:
    if field == "hours":
        return tuple(Interval(hours.starts_at, hours.ends_at) for hours in station.hours)
    return getattr(station, field)


def _store(station: Station, changed: dict) -> None:
    for field, value in changed.items():
        setattr(station, field, _hour_rows(value) if field == "hours" else value)


def _hour_rows(hours: Iterable[Interval]) -> list[StationHours]:
    return [StationHours(starts_at=interval.start, ends_at=interval.end) for interval in hours]


def delete_station(*, actor: Actor, tournament_id: int, station_id: int, now: datetime) -> None:
    """Delete the station; raises Refused while matches name it, deleted ones too, which may come back."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        station = _get(uow, tournament_id, station_id)
        used = uow.session.scalar(
            select(func.count()).select_from(Match).where(Match.station_id == station_id)
        )
        if used:
            raise Refused(
                [
                    say_n(
                        used,
                        "%(num)s match is placed at %(station)s; move them first.",
                        "%(num)s matches are placed at %(station)s; move them first.",
                        station=station.name,
                    )
                ]
            )
        tell(uow, tournament, ["stations"])
        _record(uow, actor, AuditAction.STATION_DELETE, station, name=station.name)
        uow.session.delete(station)


def _get(uow: UnitOfWork, tournament_id: int, station_id: int) -> Station:
    station = uow.session.get(Station, station_id)
    if station is None or station.tournament_id != tournament_id:
        raise NotFound
    return station


def _checked(uow: UnitOfWork, tournament_id: int, values: dict, but_for: int | None = None) -> dict:
    """The values as they are kept; raises InvalidInput."""
    values = dict(values)
    if "name" in values:
        values["name"] = _free_name(uow, tournament_id, values["name"], but_for)
    if "stream_url" in values:
        values["stream_url"] = http_url(values["stream_url"], "stream_url")
    if values.get("time_zone") is not None and values["time_zone"] not in time_zones():
        raise InvalidInput.of("time_zone", say("There is no time zone of this name."))
    if "hours" in values:
        values["hours"] = station_hours(values["hours"])
    return values


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


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, station: Station, **more: object) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=station.tournament_id,
        meta={"tournament_id": station.tournament_id, "station_id": station.id, **more},
    )
