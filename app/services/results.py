"""Verbs on a match's result: submit, confirm, dispute, resolve."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.errors import InvalidInput, NotAllowed, Refused
from app.domain.events import EventType
from app.domain.links import http_url
from app.domain.permissions import Actor, Permission
from app.domain.results import MAX_GAMES, ResultClaim, Score
from app.domain.states import MatchState, Move, can_move, not_from
from app.domain.words import say
from app.models import Dispute, Match, MatchResult
from app.models.match import DISPUTE_DECISIONS, DISPUTE_REASONS

from . import audit, progression
from .access import MatchAccess
from .audit import AuditAction
from .match_changes import load, move, tell, touch
from .result_versions import finish, new_version, replace_version, standing_version
from .unit_of_work import UnitOfWork, unit_of_work


def result_claim(
    participant1_score: int,
    participant2_score: int,
    game_scores: Sequence[Mapping[str, int]] | None = None,
    tiebreak: Mapping[str, int] | None = None,
) -> ResultClaim:
    """The claim in the words of the API: scores, games and a tie-break by participant."""
    if game_scores and len(game_scores) > MAX_GAMES:
        raise InvalidInput.of("game_scores", say("At most %(number)s games.", number=MAX_GAMES))
    return ResultClaim(
        Score(participant1_score, participant2_score),
        tuple(Score(game["participant1_score"], game["participant2_score"]) for game in game_scores or ()),
        Score(tiebreak["participant1_score"], tiebreak["participant2_score"]) if tiebreak else None,
    )


def submit_result(
    *,
    actor: Actor,
    match_id: int,
    claim: ResultClaim,
    now: datetime,
    notes: str = "",
    evidence_url: str = "",
    expected_version: int | None = None,
) -> None:
    """Say how the match ended.

    From an organizer it is final. From a side it waits for the opponent, who confirms it by saying the
    same, and opens a dispute by saying something else. The same side may say it anew, which replaces.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.RESULT_SUBMIT, expected_version)
        match = found.match
        is_final = found.may(Permission.RESULT_SET)
        step = Move.COMPLETE if is_final else Move.SUBMIT
        if match.state != MatchState.PENDING_RESULT and not can_move(MatchState(match.state), step):
            raise Refused([not_from(MatchState(match.state), step)])
        result = new_version(uow, found, actor, claim, notes, evidence_url)
        standing = standing_version(uow, match)
        touch(match, now)
        if is_final:
            result.submitted_by_id = None
            replace_version(uow, standing, result)
            finish(uow, found, actor, result, Move.COMPLETE)
            _record(uow, found, actor, AuditAction.RESULT_SUBMIT, result, final=True)
        elif standing is None or standing.submitted_by_id == result.submitted_by_id:
            replace_version(uow, standing, result)
            _await_confirmation(uow, match, result)
            _record(uow, found, actor, AuditAction.RESULT_SUBMIT, result, final=False)
        elif claim_of(standing).agrees_with(claim):
            _refuse_own(standing, found, actor)
            finish(uow, found, actor, standing, Move.COMPLETE)
            _record(uow, found, actor, AuditAction.RESULT_CONFIRM, standing, final=True)
        else:
            result.status = "counter"
            uow.session.add(result)
            said = f"{claim.score.side1}-{claim.score.side2}"
            _open_dispute(uow, found, actor, "score_dispute", f"The opponent says {said}.", evidence_url)


def confirm_result(
    *, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None
) -> None:
    """Agree with the submitted result; the match is COMPLETED. NotAllowed for the submitter's own."""
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.RESULT_CONFIRM, expected_version)
        match = found.match
        standing = standing_version(uow, match)
        if match.state != MatchState.PENDING_RESULT or standing is None:
            raise Refused(
                [
                    say(
                        "The match is %(state)s; only a PENDING_RESULT match can be confirmed.",
                        state=MatchState(match.state).named,
                    )
                ]
            )
        if not found.may(Permission.RESULT_SET):
            _refuse_own(standing, found, actor)
        touch(match, now)
        finish(uow, found, actor, standing, Move.COMPLETE)
        _record(uow, found, actor, AuditAction.RESULT_CONFIRM, standing, final=True)


def report_dispute(
    *,
    actor: Actor,
    match_id: int,
    reason: str,
    now: datetime,
    description: str = "",
    evidence_url: str = "",
    expected_version: int | None = None,
) -> None:
    """Object to the result; an organizer will rule. After completion only within the dispute window."""
    if reason not in DISPUTE_REASONS:
        raise InvalidInput.of("reason", say("One of %(choices)s.", choices=", ".join(DISPUTE_REASONS)))
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.DISPUTE_CREATE, expected_version)
        match = found.match
        if not can_move(MatchState(match.state), Move.DISPUTE):
            raise Refused([not_from(MatchState(match.state), Move.DISPUTE)])
        if None in (match.participant1_id, match.participant2_id):
            raise Refused([say("Nobody played this match, so there is no result to dispute.")])
        window = timedelta(minutes=found.tournament.dispute_window_minutes)
        if match.state == MatchState.COMPLETED and not (
            match.completed_at and now <= match.completed_at + window
        ):
            raise Refused([say("The time in which a completed match can be disputed is over.")])
        touch(match, now)
        _open_dispute(uow, found, actor, reason, description, http_url(evidence_url, "evidence_url"))


def resolve_dispute(
    *,
    actor: Actor,
    match_id: int,
    decision: str,
    now: datetime,
    participant_id: int | None = None,
    claim: ResultClaim | None = None,
    notes: str = "",
    expected_version: int | None = None,
) -> None:
    """Rule on the open dispute. `correct` takes a claim, `forfeit` the participant that forfeits.

    Raises Refused where the ruling would change a later match that has begun.
    """
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.DISPUTE_RESOLVE, expected_version)
        match, tournament = found.match, found.tournament
        _check_decision(match, decision, participant_id, claim)
        dispute = uow.session.scalar(
            select(Dispute).where(Dispute.match_id == match.id, Dispute.resolved_at.is_(None))
        )
        touch(match, now)
        standing = standing_version(uow, match)
        if decision == "correct":
            result = new_version(uow, found, actor, claim, notes, "")
            result.submitted_by_id = None
            _take_back_if_other(uow, found, result.winner_id)
            replace_version(uow, standing, result)
            finish(uow, found, actor, result, Move.CORRECT)
        elif decision == "uphold":
            finish(uow, found, actor, standing, Move.UPHOLD)
        elif decision == "forfeit":
            _take_back_if_other(uow, found, _opponent(match, participant_id))
            progression.forfeit(uow, match, tournament, participant_id, Move.RULE_FORFEIT)
        elif decision == "replay":
            progression.restart(uow, match, tournament)
            move(match, Move.REPLAY)
            match.started_at = now
            progression.sync_slots(uow, match, tournament)
            tell(uow, match, EventType.MATCH_REOPENED)
        else:
            progression.take_back(uow, match, tournament)
            move(match, Move.VOID)
            tell(uow, match, EventType.MATCH_CANCELLED)
            progression.void(uow, match, tournament, actor)
        _close_dispute(dispute, actor, decision, notes, now)
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.DISPUTE_RESOLVE,
            tournament_id=tournament.id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": tournament.id,
                "dispute_id": dispute.id if dispute else None,
                "decision": decision,
                "participant_id": participant_id,
            },
        )


def _check_decision(
    match: Match, decision: str, participant_id: int | None, claim: ResultClaim | None
) -> None:
    if decision not in DISPUTE_DECISIONS:
        raise InvalidInput.of("decision", say("One of %(choices)s.", choices=", ".join(DISPUTE_DECISIONS)))
    if match.state != MatchState.DISPUTED:
        raise Refused(
            [
                say(
                    "The match is %(state)s; only a DISPUTED match can be ruled on.",
                    state=MatchState(match.state).named,
                )
            ]
        )
    if decision == "correct" and claim is None:
        raise InvalidInput.of("participant1_score", say("Give the correct scores."))
    if decision == "forfeit" and participant_id not in (match.participant1_id, match.participant2_id):
        raise InvalidInput.of("participant_id", say("Name the side that forfeits."))


def _opponent(match: Match, participant_id: int) -> int | None:
    return match.participant2_id if participant_id == match.participant1_id else match.participant1_id


def _take_back_if_other(uow: UnitOfWork, found: MatchAccess, winner_id: int | None) -> None:
    """Where the ruling names another winner than the one who moved on, that one is taken back first."""
    if found.match.winner_id is not None and found.match.winner_id != winner_id:
        progression.take_back(uow, found.match, found.tournament)


def claim_of(result: MatchResult) -> ResultClaim:
    """What a stored version says."""
    return result_claim(
        result.participant1_score, result.participant2_score, result.game_scores, result.tiebreak
    )


def _refuse_own(standing: MatchResult, found: MatchAccess, actor: Actor) -> None:
    own_side = {1: found.match.participant1_id, 2: found.match.participant2_id}.get(found.side)
    if standing.submitted_by_user_id == actor.user_id or standing.submitted_by_id == own_side:
        raise NotAllowed(say("The other side confirms the result that you submitted."))


def _await_confirmation(uow: UnitOfWork, match: Match, result: MatchResult) -> None:
    progression.set_scores(match, result)
    if match.state != MatchState.PENDING_RESULT:
        move(match, Move.SUBMIT)
    tell(
        uow,
        match,
        EventType.MATCH_SCORE_UPDATED,
        submitted_by=result.submitted_by_id,
        requires_confirmation=True,
    )


def _open_dispute(
    uow: UnitOfWork, found: MatchAccess, actor: Actor, reason: str, description: str, evidence_url: str
) -> None:
    match = found.match
    move(match, Move.DISPUTE)
    dispute = Dispute(
        tournament_id=found.tournament.id,
        match_id=match.id,
        reported_by_id={1: match.participant1_id, 2: match.participant2_id}.get(found.side),
        reported_by_user_id=actor.user_id,
        reason=reason,
        description=description,
        evidence_url=evidence_url,
        created_at=uow.now,
    )
    uow.session.add(dispute)
    uow.session.flush()
    # Reason and description are for those who may see disputes; they are put in when the event is sent.
    tell(uow, match, EventType.DISPUTE_CREATED, dispute_id=dispute.id)
    audit.record(
        uow,
        actor=actor,
        action=AuditAction.DISPUTE_CREATE,
        tournament_id=found.tournament.id,
        match_id=match.id,
        meta={
            "match_id": match.id,
            "tournament_id": found.tournament.id,
            "dispute_id": dispute.id,
            "reported_by": dispute.reported_by_id,
            "reason": reason,
        },
    )


def _close_dispute(dispute: Dispute | None, actor: Actor, decision: str, notes: str, now: datetime) -> None:
    if dispute is not None:
        dispute.decision, dispute.resolution_notes = decision, notes
        dispute.resolved_by_user_id, dispute.resolved_at = actor.user_id, now


def _record(
    uow: UnitOfWork,
    found: MatchAccess,
    actor: Actor,
    action: AuditAction,
    result: MatchResult,
    *,
    final: bool,
) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=found.tournament.id,
        match_id=found.match.id,
        meta={
            "match_id": found.match.id,
            "tournament_id": found.tournament.id,
            "result": result.n,
            "participant1_score": result.participant1_score,
            "participant2_score": result.participant2_score,
            "submitted_by": result.submitted_by_id,
            "final": final,
        },
    )
