"""Verbs on one match up to its start: create, schedule, check in, start, undo, cancel, coordinate."""

from datetime import datetime

from sqlalchemy import func, or_, select

from app.domain import timetable
from app.domain.errors import InvalidInput, NotSignedIn, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import (
    MatchState,
    Move,
    can_move,
    closed_reasons,
    not_from,
    start_blocking_reasons,
)
from app.domain.words import say
from app.extensions import db
from app.models import Bracket, Match, Participant, User

from . import access, audit, held, progression
from .audit import AuditAction
from .bracket_end import reopen
from .coordination import HANDS_OVER
from .match_changes import become_ready_if_due, facts, iso, load, move, tell, touch
from .schedule import conflicts
from .unit_of_work import UnitOfWork, unit_of_work


def create_match(
    *,
    actor: Actor,
    tournament_id: int,
    now: datetime,
    round_number: int = 1,
    match_number: int | None = None,
    participant1_id: int | None = None,
    participant2_id: int | None = None,
    scheduled_time: datetime | None = None,
    bracket_id: int | None = None,
) -> tuple[int, list[str]]:
    """Make a match by hand. Without a number it gets the bracket's next one.

    Returns its id, and a warning for each conflict that it makes; raises Refused for one where the tournament
    refuses those.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        tournament = uow.lock_tournament(tournament_id)
        access.get_tournament(actor, tournament_id, Permission.MATCH_CREATE)
        if scheduled_time is not None:
            timetable.require_future(scheduled_time, now)
        match = Match(
            tournament_id=tournament_id,
            bracket_id=_own_bracket(uow, tournament_id, bracket_id),
            round_number=round_number,
            match_number=_free_number(uow, tournament_id, bracket_id, match_number),
            best_of=tournament.best_of,
            check_in_deadline=timetable.check_in_deadline(
                scheduled_time, tournament.check_in_window_minutes, now
            ),
            created_at=now,
            updated_at=now,
        )
        sides = _own_participants(uow, tournament_id, participant1_id, participant2_id)
        match.participant1, match.participant2 = sides
        uow.session.add(match)
        uow.session.flush()
        # As every match it comes by its conflicts with its time.
        warnings = conflicts.weigh(actor, tournament, {match.id: _planned_at(scheduled_time)}, now)
        match.scheduled_time = scheduled_time
        if match.bracket is not None:
            reopen(match.bracket, tournament)
        tell(uow, match, EventType.MATCH_CREATED)
        become_ready_if_due(uow, match, tournament)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_CREATE,
            tournament_id=tournament_id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": tournament_id,
                "round_number": match.round_number,
                "match_number": match.match_number,
                "participant1_id": match.participant1_id,
                "participant2_id": match.participant2_id,
                "scheduled_time": iso(scheduled_time),
            },
        )
        return match.id, warnings


def _planned_at(time: datetime | None) -> dict:
    return {} if time is None else {"start": time}


def _own_bracket(uow: UnitOfWork, tournament_id: int, bracket_id: int | None) -> int | None:
    if bracket_id is None:
        return None
    bracket = uow.session.get(Bracket, bracket_id)
    if bracket is None or bracket.tournament_id != tournament_id or bracket.is_deleted:
        raise InvalidInput.of("bracket", say("There is no such bracket in this tournament."))
    return bracket_id


def _own_participants(uow: UnitOfWork, tournament_id: int, *ids: int | None) -> list[Participant | None]:
    if ids[0] is not None and ids[0] == ids[1]:
        raise InvalidInput.of("participant2_id", say("A participant can't play itself."))
    sides: list[Participant | None] = []
    for place, participant_id in enumerate(ids, start=1):
        side = uow.session.get(Participant, participant_id) if participant_id is not None else None
        if participant_id is not None and (side is None or side.tournament_id != tournament_id):
            raise InvalidInput.of(
                f"participant{place}_id", say("There is no such participant in this tournament.")
            )
        if side is not None and side.withdrawn_at is not None:
            raise InvalidInput.of(f"participant{place}_id", say("%(name)s has withdrawn.", name=side.name))
        sides.append(side)
    return sides


def _free_number(uow: UnitOfWork, tournament_id: int, bracket_id: int | None, wanted: int | None) -> int:
    same = (Match.tournament_id == tournament_id, Match.bracket_id == bracket_id, ~Match.is_deleted)
    if bracket_id is None:
        same = (Match.tournament_id == tournament_id, Match.bracket_id.is_(None), ~Match.is_deleted)
    if wanted is None:
        return (uow.session.scalar(select(func.max(Match.match_number)).where(*same)) or 0) + 1
    if bracket_id is not None and uow.session.scalar(
        select(Match.id).where(*same, Match.match_number == wanted)
    ):
        raise InvalidInput.of(
            "match_number", say("The bracket has a match M%(number)s already.", number=wanted)
        )
    return wanted


def start(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """READY -> LIVE; raises Refused with every reason why not."""
    with unit_of_work(now) as uow:
        found = held.hold(uow, actor, match_id, Permission.MATCH_START, expected_version)
        match, tournament = found.match, found.tournament
        reasons = start_blocking_reasons(facts(match, tournament))
        if tournament.conflict_policy == "refuse":
            reasons += conflicts_now(match)
        if reasons:
            raise Refused(reasons)
        move(match, Move.START)
        match.started_at = now
        touch(match, now)
        held.save(uow, found, "state", "started_at")
        if progression.mark_live(match, tournament):
            # Once in each bracket: not only the match changes.
            whole = uow.session.get(Match, match.id)
            progression.mark_live(whole, whole.tournament)
        tell(uow, match, EventType.MATCH_STARTED)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_START,
            tournament_id=tournament.id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": tournament.id,
                "round_number": match.round_number,
                "match_number": match.match_number,
                "participant1_id": match.participant1_id,
                "participant2_id": match.participant2_id,
            },
        )


def conflicts_now(match: Match) -> list[str]:
    """What speaks against the match being played right now: a side in another live match, a taken station."""
    sides = [side for side in (match.participant1_id, match.participant2_id) if side is not None]
    same_side = or_(Match.participant1_id.in_(sides), Match.participant2_id.in_(sides))
    same_station = Match.station_id == match.station_id
    others = db.session.execute(
        select(Match.match_number, Match.station_id, Match.participant1_id, Match.participant2_id).where(
            Match.state.in_([MatchState.LIVE, MatchState.PENDING_RESULT]),
            Match.tournament_id == match.tournament_id,
            Match.id != match.id,
            ~Match.is_deleted,
            or_(same_side, same_station) if match.station_id is not None else same_side,
        )
    ).all()
    reasons = []
    for other in others:
        for side, participant in (
            (match.participant1_id, match.participant1),
            (match.participant2_id, match.participant2),
        ):
            if side is not None and side in (other.participant1_id, other.participant2_id):
                reasons.append(
                    say(
                        "%(name)s is still playing in M%(number)s.",
                        name=participant.name,
                        number=other.match_number,
                    )
                )
        if match.station_id is not None and other.station_id == match.station_id:
            reasons.append(
                say(
                    "%(station)s is taken by M%(number)s.",
                    station=match.station.name,
                    number=other.match_number,
                )
            )
    return reasons


def undo_start(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """LIVE -> READY, as if it had not been started."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_UNDO_START, expected_version)
        match = found.match
        move(match, Move.UNDO_START)
        match.started_at = None
        touch(match, now)
        tell(uow, match, EventType.MATCH_READY)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_UNDO_START,
            tournament_id=found.tournament.id,
            match_id=match.id,
            meta={"match_id": match.id, "tournament_id": found.tournament.id},
        )


def assign_coordinator(
    *,
    actor: Actor,
    match_id: int,
    coordinator_id: int | None,
    now: datetime,
    expected_version: int | None = None,
) -> list[str]:
    """Give the match a coordinator, an active user, or none.

    The same one again is no change, unless they asked to hand it over: then they are asked anew. Returns a
    warning for each conflict that this makes; raises Refused for one where the tournament refuses those.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_COORDINATOR_ASSIGN, expected_version)
        match = found.match
        if reasons := closed_reasons(MatchState(match.state)):
            raise Refused(reasons)
        user = uow.session.get(User, coordinator_id) if coordinator_id is not None else None
        if coordinator_id is not None and (user is None or not user.is_active):
            raise InvalidInput.of("coordinator_id", say("There is no active user with this id."))
        if match.coordinator_id == coordinator_id and match.coordinator_answer != HANDS_OVER:
            return []
        change = {match.id: {"coordinator_id": coordinator_id}}
        warnings = conflicts.weigh(actor, found.tournament, change, now)
        match.coordinator_id = coordinator_id
        match.coordinator_answer = match.coordinator_note = ""
        match.coordinator_assigned_at = now if user else None
        match.coordinator_assigned_by_id = actor.user_id if user else None
        touch(match, now)
        tell(uow, match, EventType.MATCH_COORDINATOR_ASSIGNED, coordinator_id=coordinator_id)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_COORDINATOR_ASSIGN,
            tournament_id=found.tournament.id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": found.tournament.id,
                "coordinator_id": coordinator_id,
            },
        )
        return warnings


def cancel(
    *, actor: Actor, match_id: int, now: datetime, reason: str = "", expected_version: int | None = None
) -> None:
    """Any match that is not closed -> CANCELLED. A result that waited is withdrawn, a dispute closed."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_CANCEL, expected_version)
        match, tournament = found.match, found.tournament
        if not can_move(MatchState(match.state), Move.CANCEL):
            raise Refused([not_from(MatchState(match.state), Move.CANCEL)])
        progression.take_back(uow, match, tournament)
        move(match, Move.CANCEL)
        touch(match, now)
        tell(uow, match, EventType.MATCH_CANCELLED)
        progression.void(uow, match, tournament, actor)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_CANCEL,
            tournament_id=tournament.id,
            match_id=match.id,
            meta={"match_id": match.id, "tournament_id": tournament.id, "reason": reason},
        )
