"""Verbs that end a match without a result, or open a closed one again."""

from datetime import datetime

from sqlalchemy import func, select

from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.results import winning_side
from app.domain.states import MatchState, Move, can_move, not_from
from app.domain.words import say
from app.models import Match, MatchResult

from . import audit, progression
from .access import MatchAccess
from .audit import AuditAction
from .match_changes import gather_anew, load, move, tell, touch
from .result_versions import may_end_level
from .results import claim_of
from .unit_of_work import UnitOfWork, unit_of_work

REASON_LENGTH = 500


def forfeit(
    *,
    actor: Actor,
    match_id: int,
    now: datetime,
    participant_id: int | None = None,
    both: bool = False,
    reason: str = "",
    expected_version: int | None = None,
) -> None:
    """One side gives the match up, or both do; who is left moves on, or nobody does."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_FORFEIT, expected_version)
        match = found.match
        _check_forfeit(match, participant_id, both)
        progression.forfeit(uow, match, found.tournament, participant_id)
        touch(match, now)
        _record(uow, found, actor, AuditAction.MATCH_FORFEIT, participant_id=participant_id, reason=reason)


def _check_forfeit(match: Match, participant_id: int | None, both: bool) -> None:
    if both == (participant_id is not None):
        raise InvalidInput.of("participant_id", say("Name the side that forfeits, or say that both do."))
    if participant_id is not None and participant_id not in (match.participant1_id, match.participant2_id):
        raise InvalidInput.of("participant_id", say("This participant doesn't play in this match."))
    if not can_move(MatchState(match.state), Move.FORFEIT):
        raise Refused([not_from(MatchState(match.state), Move.FORFEIT)])
    if None in (match.participant1_id, match.participant2_id):
        raise Refused(
            [say("Both sides must be known before one can forfeit; withdraw the participant instead.")]
        )


def reopen(
    *, actor: Actor, match_id: int, now: datetime, reason: str = "", expected_version: int | None = None
) -> None:
    """COMPLETED or FORFEIT -> LIVE; refused once a later match that it feeds has begun."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_REOPEN, expected_version)
        match = found.match
        _check_reopen(match)
        progression.restart(uow, match, found.tournament)
        move(match, Move.REOPEN)
        match.started_at = match.started_at or now
        progression.sync_slots(uow, match, found.tournament)
        touch(match, now)
        tell(uow, match, EventType.MATCH_REOPENED)
        _record(uow, found, actor, AuditAction.MATCH_REOPEN, reason=reason)


def _check_reopen(match: Match) -> None:
    if not can_move(MatchState(match.state), Move.REOPEN):
        raise Refused([not_from(MatchState(match.state), Move.REOPEN)])
    if None in (match.participant1_id, match.participant2_id):
        raise Refused([say("Nobody played this match; reopen the one that gave the walkover.")])


def restore(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """CANCELLED -> SCHEDULED, or READY where nothing is missing for that."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_RESTORE, expected_version)
        match, tournament = found.match, found.tournament
        progression.take_back(uow, match, tournament)
        move(match, Move.RESTORE)
        gather_anew(match)
        match.started_at = None
        progression.sync_slots(uow, match, tournament)
        touch(match, now)
        # Meanwhile a side may have got a bye, or withdrawn.
        if not progression.settle(uow, match, tournament):
            tell(uow, match, EventType.MATCH_UPDATED, changed=["state"])
        _record(uow, found, actor, AuditAction.MATCH_RESTORE)


def restore_result(
    *, actor: Actor, match_id: int, n: int, now: datetime, expected_version: int | None = None
) -> None:
    """Make version `n` of the result the result again, as a new version; the match is COMPLETED.

    Refused from other states than LIVE, PENDING_RESULT and COMPLETED, and where another winner would
    change a later match that has begun.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.RESULT_SET, expected_version)
        match, tournament = found.match, found.tournament
        versions = uow.session.scalars(
            select(MatchResult).where(MatchResult.match_id == match.id).order_by(MatchResult.n)
        ).all()
        old = next((version for version in versions if version.n == n), None)
        if old is None:
            raise NotFound(say("The match has no version %(n)s of its result.", n=n))
        if match.state not in (MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.COMPLETED):
            raise Refused([not_from(MatchState(match.state), Move.COMPLETE)])
        result = _copy(uow, match, old, actor, versions[-1].n + 1)
        for version in versions:
            if version.status in ("pending", "final", "counter"):
                version.status = "superseded"
        uow.session.add(result)
        uow.session.flush()
        if match.state == MatchState.COMPLETED:
            progression.exchange_result(uow, match, tournament, result)
        else:
            progression.complete(uow, match, tournament, result, Move.COMPLETE)
        touch(match, now)
        _record(uow, found, actor, AuditAction.RESULT_RESTORE, restored=n, result=result.n)


def _copy(uow: UnitOfWork, match: Match, old: MatchResult, actor: Actor, n: int) -> MatchResult:
    side = winning_side(claim_of(old), best_of=match.best_of, draws=may_end_level(match))
    return MatchResult(
        match_id=match.id,
        n=n,
        status="final",
        participant1_score=old.participant1_score,
        participant2_score=old.participant2_score,
        game_scores=old.game_scores,
        tiebreak=old.tiebreak,
        winner_id={1: match.participant1_id, 2: match.participant2_id, None: None}[side],
        notes=old.notes,
        evidence_url=old.evidence_url,
        submitted_by_user_id=actor.user_id,
        submitted_at=uow.now,
        confirmed_by_user_id=actor.user_id,
        confirmed_at=uow.now,
    )


def delete_match(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """Take the match out of sight, as if it were cancelled for good; refused once it has begun."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_DELETE, expected_version)
        match = found.match
        if reasons := deletion_reasons(MatchState(match.state)):
            raise Refused(reasons)
        tell(uow, match, EventType.MATCH_DELETED)
        match.is_deleted = True
        progression.advance(uow, match, found.tournament)
        touch(match, now)
        _record(uow, found, actor, AuditAction.MATCH_DELETE)


def deletion_reasons(state: MatchState) -> list[str]:
    """Why a match in this state can't be deleted; empty where nothing was played in it."""
    if state in (MatchState.SCHEDULED, MatchState.CHECK_IN, MatchState.READY, MatchState.CANCELLED):
        return []
    return [say("The match is %(state)s; it can't be deleted once it has begun.", state=state.named)]


def undelete_match(
    *, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None
) -> None:
    """Bring a deleted match back as it was; a match that is not deleted is no change."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_DELETE, expected_version, deleted=True)
        match, tournament = found.match, found.tournament
        if not match.is_deleted:
            return
        number_taken = match.bracket_id is not None and uow.session.scalar(
            select(func.count()).where(
                Match.bracket_id == match.bracket_id,
                Match.match_number == match.match_number,
                ~Match.is_deleted,
            )
        )
        if number_taken:
            raise Refused([say("The bracket has another M%(number)s by now.", number=match.match_number)])
        progression.take_back(uow, match, tournament)
        match.is_deleted = False
        touch(match, now)
        tell(uow, match, EventType.MATCH_CREATED)
        progression.advance_feeders(uow, match, tournament)
        progression.sync_slots(uow, match, tournament)
        if match.state == MatchState.SCHEDULED:
            progression.settle(uow, match, tournament)
        elif match.state == MatchState.CANCELLED:
            progression.advance(uow, match, tournament)
        _record(uow, found, actor, AuditAction.MATCH_UNDELETE)


def _record(uow: UnitOfWork, found: MatchAccess, actor: Actor, action: AuditAction, **meta) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=found.tournament.id,
        match_id=found.match.id,
        meta={"match_id": found.match.id, "tournament_id": found.tournament.id, **meta},
    )
