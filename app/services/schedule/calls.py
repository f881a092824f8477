"""Calling the sides of a match to where it is played."""

from datetime import datetime

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import BEGUN, CLOSED, call_blocking_reasons
from app.domain.words import say
from app.models import Match, Station, Tournament
from app.services import audit
from app.services.audit import AuditAction
from app.services.match_changes import facts, iso, load, lock, tell, touch
from app.services.queries.station_queue import find_next_call
from app.services.tournaments.common import load as load_tournament
from app.services.unit_of_work import UnitOfWork, unit_of_work

from . import conflicts


def call(
    *,
    actor: Actor,
    match_id: int,
    now: datetime,
    station_id: int | None = None,
    expected_version: int | None = None,
) -> list[str]:
    """Call the sides of the match, to its station or to the one that is given, where it is placed then.

    Calling again is a new call. Returns a warning for each conflict that another station makes. Raises
    Refused for a match that has begun or has an open side, or for a conflict where the tournament refuses
    those, NotAllowed for who may call but not place.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_CALL, expected_version)
        match, warnings = found.match, []
        _require_callable(match, found.tournament)
        if station_id not in (None, match.station_id):
            if not found.may(Permission.MATCH_SCHEDULE):
                raise NotAllowed(say("You may call this match, but not place it at another station."))
            if _find_station(uow, match.tournament_id, station_id) is None:
                raise InvalidInput.of("station_id", say("There is no such station in this tournament."))
            change = {match.id: {"station_id": station_id}}
            warnings = conflicts.weigh(actor, found.tournament, change, now)
        _call(uow, actor, match, found.tournament, station_id or match.station_id)
        return warnings


def call_next(
    *, actor: Actor, tournament_id: int, station_id: int, now: datetime, match_id: int | None = None
) -> int:
    """Call what is next at the station, or what is suggested where it is free; returns the match's id.

    `match_id` is the match that the caller saw as the next one: where another one is now, Conflict is raised;
    where it is called here already, nothing is changed. Raises Refused where there is nothing to call.
    """
    with unit_of_work(now) as uow:
        tournament = load_tournament(uow, actor, tournament_id, Permission.MATCH_CALL)
        station = _find_station(uow, tournament_id, station_id)
        if station is None:
            raise NotFound
        if match_id is not None and _is_called_to(lock(uow, match_id), station):
            return match_id
        next_id = find_next_call(tournament, station_id, now)
        if next_id is None:
            raise Refused([say("There is no match to call to %(station)s now.", station=station.name)])
        if match_id not in (None, next_id):
            raise Conflict(say("Another match is next at %(station)s by now.", station=station.name))
        match = lock(uow, next_id)
        _require_callable(match, tournament)
        # What is suggested fits in at this moment, which is all that counts once it is called.
        _call(uow, actor, match, tournament, station_id)
        return next_id


def _find_station(uow: UnitOfWork, tournament_id: int, station_id: int) -> Station | None:
    station = uow.session.get(Station, station_id)
    return station if station is not None and station.tournament_id == tournament_id else None


def _is_called_to(match: Match | None, station: Station) -> bool:
    return (
        match is not None
        and match.station_id == station.id
        and match.called_at is not None
        and match.state not in BEGUN | CLOSED
    )


def _require_callable(match: Match, tournament: Tournament) -> None:
    if reasons := call_blocking_reasons(facts(match, tournament)):
        raise Refused(reasons)


def _call(
    uow: UnitOfWork, actor: Actor, match: Match, tournament: Tournament, station_id: int | None
) -> None:
    old_station_id = match.station_id
    match.station_id = station_id
    match.called_at = uow.now
    touch(match, uow.now)
    station = uow.session.get(Station, station_id) if station_id is not None else None
    place = {"station_id": station_id, "station_name": station.name if station else ""}
    tell(uow, match, EventType.MATCH_CALLED, called_at=iso(match.called_at), **place)
    audit.record(
        uow,
        actor=actor,
        action=AuditAction.MATCH_CALL,
        tournament_id=tournament.id,
        match_id=match.id,
        meta={
            "match_id": match.id,
            "tournament_id": tournament.id,
            **place,
            **({"old_station_id": old_station_id} if old_station_id != station_id else {}),
        },
    )
