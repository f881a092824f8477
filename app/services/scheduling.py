"""When, where and how long a match is played, and where it can be watched."""

from datetime import datetime

from app.domain import timetable
from app.domain.errors import InvalidInput, Refused
from app.domain.events import EventType
from app.domain.links import http_url
from app.domain.permissions import Actor, Permission
from app.domain.states import BEGUN, MatchState, Move, closed_reasons
from app.domain.tournament_settings import BEST_OF
from app.models import Match, Station, Tournament

from . import audit
from .audit import AuditAction
from .match_changes import iso, load, move, tell, touch
from .unit_of_work import UnitOfWork, unit_of_work


def update_match(
    *, actor: Actor, match_id: int, changes: dict, now: datetime, expected_version: int | None = None
) -> None:
    """Change `scheduled_time` (aware, or None to clear), `stream_url`, `station_id` or `best_of`.

    A value that stands already is no change. Raises Refused for a closed match, InvalidInput for a value.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_SCHEDULE, expected_version)
        match, tournament = found.match, found.tournament
        if reasons := closed_reasons(MatchState(match.state)):
            raise Refused(reasons)
        old_time = match.scheduled_time
        others = [name for name in ("stream_url", "station_id", "best_of") if _set(uow, match, name, changes)]
        if "scheduled_time" in changes and changes["scheduled_time"] != old_time:
            if changes["scheduled_time"] is not None:
                timetable.require_future(changes["scheduled_time"], now)
            reschedule(match, tournament, changes["scheduled_time"], now)
            touch(match, now)
            tell_scheduled(uow, match, old_time)
            audit.record(
                uow,
                actor=actor,
                action=AuditAction.MATCH_SCHEDULE,
                tournament_id=tournament.id,
                match_id=match.id,
                meta={
                    "match_id": match.id,
                    "tournament_id": tournament.id,
                    "old_scheduled_time": iso(old_time),
                    "new_scheduled_time": iso(match.scheduled_time),
                },
            )
        if others:
            touch(match, now)
            tell(uow, match, EventType.MATCH_UPDATED, changed=others, stream_url=match.stream_url)
            audit.record(
                uow,
                actor=actor,
                action=AuditAction.MATCH_UPDATE,
                tournament_id=tournament.id,
                match_id=match.id,
                meta={
                    "match_id": match.id,
                    "tournament_id": tournament.id,
                    "changes": {name: getattr(match, name) for name in others},
                },
            )


def reschedule(match: Match, tournament: Tournament, scheduled_time: datetime | None, now: datetime) -> None:
    """Give the match another time: the deadline follows, and a check-in that has begun starts anew."""
    match.scheduled_time = scheduled_time
    match.check_in_deadline = timetable.check_in_deadline(
        scheduled_time, tournament.check_in_window_minutes, now
    )
    match.no_show_flagged_at = None
    if match.state == MatchState.CHECK_IN:
        move(match, Move.RESCHEDULE)
        match.participant1_checked_in = match.participant2_checked_in = False


def tell_scheduled(uow: UnitOfWork, match: Match, old_time: datetime | None) -> None:
    """Write the event of a match that got another time."""
    tell(
        uow,
        match,
        EventType.MATCH_SCHEDULED,
        old_scheduled_time=iso(old_time),
        check_in_deadline=iso(match.check_in_deadline),
    )


def _set(uow: UnitOfWork, match: Match, name: str, changes: dict) -> bool:
    """Set the field where it is among the changes; True where that changed it."""
    if name not in changes:
        return False
    value = changes[name]
    if name == "stream_url":
        value = http_url(value, "stream_url")
    elif name == "station_id" and value is not None:
        station = uow.session.get(Station, value)
        if station is None or station.tournament_id != match.tournament_id:
            raise InvalidInput.of("station_id", "There is no such station in this tournament.")
    elif name == "best_of":
        if value not in BEST_OF:
            raise InvalidInput.of("best_of", "Best of 1, 3, 5 or 7.")
        if value != match.best_of and match.state in BEGUN:
            raise Refused([f"The match is {match.state}; its length can't change once it is LIVE."])
    if getattr(match, name) == value:
        return False
    setattr(match, name, value)
    return True
