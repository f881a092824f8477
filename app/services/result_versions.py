"""The stored versions of a match's result: the next, the one that counts, the one that ends the match."""

from sqlalchemy import func, select

from app.domain.links import http_url
from app.domain.permissions import Actor
from app.domain.results import ResultClaim, winning_side
from app.domain.states import Move
from app.models import Match, MatchResult

from . import progression
from .access import MatchAccess
from .unit_of_work import UnitOfWork


def may_end_level(match: Match) -> bool:
    """True where the match's bracket allows draws."""
    return bool(match.bracket and match.bracket.options.get("draws"))


def new_version(
    uow: UnitOfWork, found: MatchAccess, actor: Actor, claim: ResultClaim, notes: str, evidence_url: str
) -> MatchResult:
    """The next version of the match's result, not yet added; InvalidInput where the claim cannot be."""
    match = found.match
    side = winning_side(claim, best_of=match.best_of, draws=may_end_level(match))
    last = uow.session.scalar(select(func.max(MatchResult.n)).where(MatchResult.match_id == match.id))
    return MatchResult(
        match_id=match.id,
        n=(last or 0) + 1,
        status="pending",
        participant1_score=claim.score.side1,
        participant2_score=claim.score.side2,
        game_scores=[game.to_json() for game in claim.games],
        tiebreak=claim.tiebreak.to_json() if claim.tiebreak else None,
        winner_id={1: match.participant1_id, 2: match.participant2_id, None: None}[side],
        notes=notes,
        evidence_url=http_url(evidence_url, "evidence_url"),
        submitted_by_id={1: match.participant1_id, 2: match.participant2_id, None: None}[found.side],
        submitted_by_user_id=actor.user_id,
        submitted_at=uow.now,
    )


def standing_version(uow: UnitOfWork, match: Match) -> MatchResult | None:
    """The version that counts now: pending or final."""
    return uow.session.scalar(
        select(MatchResult)
        .where(MatchResult.match_id == match.id, MatchResult.status.in_(["pending", "final"]))
        .order_by(MatchResult.n.desc())
        .limit(1)
    )


def replace_version(uow: UnitOfWork, standing: MatchResult | None, result: MatchResult) -> None:
    """Have the result stand where `standing` stood."""
    if standing is not None:
        standing.status = "superseded"
    uow.session.add(result)
    uow.session.flush()


def finish(uow: UnitOfWork, found: MatchAccess, actor: Actor, result: MatchResult, step: Move) -> None:
    """End the match with the result; who confirmed it is written down, unless it was final already."""
    if result.status != "final":
        result.confirmed_by_user_id, result.confirmed_at = actor.user_id, uow.now
    progression.complete(uow, found.match, found.tournament, result, step)
