"""The verb by which a side says that it is here."""

from datetime import datetime

from app.domain.errors import InvalidInput, NotAllowed, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState, Move, can_move
from app.domain.words import say
from app.models import Match

from . import access, audit
from .audit import AuditAction
from .match_changes import become_ready_if_due, load, move, reveal_of, tell, touch
from .unit_of_work import unit_of_work


def check_in(
    *,
    actor: Actor,
    match_id: int,
    now: datetime,
    participant_id: int | None = None,
    expected_version: int | None = None,
) -> None:
    """Check a side in: the actor's own, or the one that staff names. One checked in already is no change."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_CHECK_IN, expected_version)
        match, tournament = found.match, found.tournament
        by_staff = found.may(Permission.MATCH_CHECK_IN_ANY_SIDE)
        side = _side_to_check_in(found, participant_id, by_staff)
        if not tournament.enable_check_in:
            raise Refused([say("Check-in is off in this tournament.")])
        if getattr(match, f"participant{side}_checked_in"):
            return
        if reasons := blocking_reasons(match, now, by_staff=by_staff):
            raise Refused(reasons)
        was_hidden = not reveal_of(match, tournament, now).is_revealed
        setattr(match, f"participant{side}_checked_in", True)
        if can_move(MatchState(match.state), Move.CHECK_IN):
            move(match, Move.CHECK_IN)
        touch(match, now)
        checked_in_id = getattr(match, f"participant{side}_id")
        tell(
            uow,
            match,
            EventType.MATCH_CHECKED_IN,
            participant_id=checked_in_id,
            participant1_checked_in=match.participant1_checked_in,
            participant2_checked_in=match.participant2_checked_in,
        )
        become_ready_if_due(uow, match, tournament)
        if was_hidden and match.lobby and reveal_of(match, tournament, now).is_revealed:
            # Nothing in it changed, but its sides see it from now on.
            tell(uow, match, EventType.MATCH_LOBBY_UPDATED, changed=[])
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_CHECK_IN,
            tournament_id=tournament.id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": tournament.id,
                "participant_id": checked_in_id,
                "by_staff": side != found.side,
            },
        )


def _side_to_check_in(found: access.MatchAccess, participant_id: int | None, by_staff: bool) -> int:
    match = found.match
    if participant_id is None:
        if found.side is None:
            raise InvalidInput.of("participant_id", say("Name the participant to check in."))
        return found.side
    sides = {match.participant1_id: 1, match.participant2_id: 2}
    if participant_id not in sides:
        raise InvalidInput.of("participant_id", say("This participant doesn't play in this match."))
    if sides[participant_id] != found.side and not by_staff:
        raise NotAllowed(say("You may only check in your own side."))
    return sides[participant_id]


def blocking_reasons(match: Match, now: datetime, *, by_staff: bool) -> list[str]:
    """Every reason why a side of the match can't check in now; empty where it can."""
    if match.participant1_id is None or match.participant2_id is None:
        return [say("Check-in opens when both sides are known.")]
    # READY too: check-in may have been switched on after the match became so.
    if match.state not in (MatchState.SCHEDULED, MatchState.CHECK_IN, MatchState.READY):
        state = MatchState(match.state).named
        return [say("The match is %(state)s; a side can check in only before it starts.", state=state)]
    if match.check_in_deadline is not None and now > match.check_in_deadline and not by_staff:
        return [say("Check-in has closed; ask an organizer.")]
    return []
