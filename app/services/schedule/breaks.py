"""Pauses in which nothing is played: of the whole tournament, or of one station."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.permissions import Actor
from app.domain.schedule.hours import check_break
from app.domain.schedule.plan import Interval
from app.domain.words import say
from app.models import ScheduleBreak, Station
from app.services import audit
from app.services.audit import AuditAction
from app.services.match_changes import iso
from app.services.tournaments.common import load, required_text, tell
from app.services.unit_of_work import UnitOfWork, unit_of_work

BREAK_NAME_LENGTH = 80
MAX_BREAKS = 200
FIELDS = ("name", "starts_at", "ends_at", "station_id")


def add_break(
    *,
    actor: Actor,
    tournament_id: int,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    station_id: int | None = None,
) -> int:
    """Add a break from `starts_at` until `ends_at` (aware), at one station or at all; returns its id.

    Raises InvalidInput for a value that is refused, Refused where the tournament has too many.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        values = _checked(
            uow,
            tournament_id,
            {"name": name, "starts_at": starts_at, "ends_at": ends_at, "station_id": station_id},
        )
        standing = uow.session.scalar(
            select(func.count())
            .select_from(ScheduleBreak)
            .where(ScheduleBreak.tournament_id == tournament_id)
        )
        if standing >= MAX_BREAKS:
            raise Refused([say("A tournament has at most %(most)s breaks.", most=MAX_BREAKS)])
        pause = ScheduleBreak(tournament_id=tournament_id, created_at=now, **values)
        uow.session.add(pause)
        uow.session.flush()
        tell(uow, tournament, ["breaks"])
        _record(uow, actor, AuditAction.BREAK_CREATE, pause)
        return pause.id


def update_break(
    *, actor: Actor, tournament_id: int, break_id: int, changes: Mapping[str, object], now: datetime
) -> None:
    """Change `name`, `starts_at`, `ends_at` or `station_id`; what stands already is no change."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        pause = _get(uow, tournament_id, break_id)
        present = {field: getattr(pause, field) for field in FIELDS}
        values = _checked(uow, tournament_id, {**present, **changes})
        if values == present:
            return
        for field, value in values.items():
            setattr(pause, field, value)
        tell(uow, tournament, ["breaks"])
        _record(uow, actor, AuditAction.BREAK_UPDATE, pause)


def delete_break(*, actor: Actor, tournament_id: int, break_id: int, now: datetime) -> None:
    """Delete the break; raises NotFound."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        pause = _get(uow, tournament_id, break_id)
        tell(uow, tournament, ["breaks"])
        _record(uow, actor, AuditAction.BREAK_DELETE, pause)
        uow.session.delete(pause)


def _get(uow: UnitOfWork, tournament_id: int, break_id: int) -> ScheduleBreak:
    pause = uow.session.get(ScheduleBreak, break_id)
    if pause is None or pause.tournament_id != tournament_id:
        raise NotFound
    return pause


def _checked(uow: UnitOfWork, tournament_id: int, values: dict) -> dict:
    """The values as they are kept; raises InvalidInput."""
    values["name"] = required_text("name", values["name"], BREAK_NAME_LENGTH)
    check_break(Interval(values["starts_at"], values["ends_at"]))
    if values["station_id"] is not None:
        station = uow.session.get(Station, values["station_id"])
        if station is None or station.tournament_id != tournament_id:
            raise InvalidInput.of("station_id", say("There is no such station in this tournament."))
    return values


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, pause: ScheduleBreak) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=pause.tournament_id,
        meta={
            "tournament_id": pause.tournament_id,
            "break_id": pause.id,
            "name": pause.name,
            "starts_at": iso(pause.starts_at),
            "ends_at": iso(pause.ends_at),
            "station_id": pause.station_id,
        },
    )
