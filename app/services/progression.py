"""What the end of a match does to its bracket: sides move on, or are taken back."""

from dataclasses import dataclass, field

from sqlalchemy import select, update

from app.domain.errors import Refused
from app.domain.events import EventType
from app.domain.permissions import Actor
from app.domain.states import BEGUN, CLOSED, MatchState, Move, can_move
from app.extensions import db
from app.models import Bracket, Dispute, Match, MatchResult, Participant, Tournament

from .match_changes import become_ready_if_due, iso, lock, move, tell, touch
from .unit_of_work import UnitOfWork


@dataclass
class Effects:
    """What a change of a match's outcome does to others, or what forbids it."""

    affected: list[dict] = field(default_factory=list)
    blocked_by: list[dict] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why the change is refused, one sentence for each match that forbids it."""
        return [blocker["why"] for blocker in self.blocked_by]

    def preview(self, match: Match, change: str) -> dict:
        """The answer to a preview, the match itself first."""
        itself = {"match": match.id, "state": str(match.state), "change": change}
        return {"affected": [itself, *self.affected], "blocked_by": self.blocked_by}


def mark_live(match: Match, tournament: Tournament) -> None:
    """A match has started: so have its bracket and its tournament."""
    if match.bracket is not None and match.bracket.status == "ready":
        match.bracket.status = "live"
    if tournament.status in ("draft", "upcoming"):
        tournament.status = "live"


def complete(uow: UnitOfWork, match: Match, tournament: Tournament, result: MatchResult, step: Move) -> None:
    """Close the match with the result, and move its sides on. The caller touches the match."""
    result.status = "final"
    match.participant1_score, match.participant2_score = result.participant1_score, result.participant2_score
    match.game_scores, match.tiebreak = result.game_scores, result.tiebreak
    _close(uow, match, step, result.winner_id)
    tell(uow, match, EventType.MATCH_COMPLETED)
    advance(uow, match, tournament)


def forfeit(uow: UnitOfWork, match: Match, tournament: Tournament, loser_id: int, step: Move) -> None:
    """Close the match against the side that forfeits, and move both on. The caller touches the match."""
    _withdraw_results(uow, match)
    winner_id = match.participant2_id if loser_id == match.participant1_id else match.participant1_id
    _clear_scores(match)
    _close(uow, match, step, winner_id)
    tell(uow, match, EventType.MATCH_FORFEITED, participant_id=loser_id, winner_id=winner_id)
    advance(uow, match, tournament)


def void(uow: UnitOfWork, match: Match, tournament: Tournament, actor: Actor) -> None:
    """Take back all that the match decided, its results and an open dispute."""
    take_back(uow, match, tournament)
    _withdraw_results(uow, match)
    _clear_scores(match)
    uow.session.execute(
        update(Dispute)
        .where(Dispute.match_id == match.id, Dispute.resolved_at.is_(None))
        .values(decision="void", resolved_at=uow.now, resolved_by_user_id=actor.user_id)
    )


def restart(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Take back all that the match decided; it is played again from now."""
    take_back(uow, match, tournament)
    _withdraw_results(uow, match)
    _clear_scores(match)
    match.started_at = uow.now


def _close(uow: UnitOfWork, match: Match, step: Move, winner_id: int | None) -> None:
    sides = (match.participant1_id, match.participant2_id)
    # The winner is set before the state, since the database refuses a completed match without one.
    match.winner_id = winner_id
    match.loser_id = next((side for side in sides if side != winner_id), None) if winner_id else None
    match.completed_at = match.completed_at or uow.now
    move(match, step)


def _withdraw_results(uow: UnitOfWork, match: Match) -> None:
    uow.session.execute(
        update(MatchResult)
        .where(MatchResult.match_id == match.id, MatchResult.status.in_(["pending", "final", "counter"]))
        .values(status="withdrawn")
    )


def _clear_scores(match: Match) -> None:
    match.participant1_score = match.participant2_score = None
    match.game_scores, match.tiebreak = [], None
    match.winner_id = match.loser_id = match.completed_at = None


def _feeds(match: Match) -> list[tuple[int, int, int | None]]:
    """Where the match's sides go: (match id, slot, participant id)."""
    feeds = (
        (match.winner_to_match_id, match.winner_to_slot, match.winner_id),
        (match.loser_to_match_id, match.loser_to_slot, match.loser_id),
    )
    return [feed for feed in feeds if feed[0] is not None]


def advance(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Move winner and loser on, in this transaction, and end the bracket where this was its last match."""
    changed = []
    for target_id, slot, participant_id in _feeds(match):
        target = lock(uow, target_id)
        if target is None or participant_id is None or _side(target, slot) == participant_id:
            continue
        _set_side(uow, target, slot, participant_id)
        touch(target, uow.now)
        changed.append(target.id)
        if not become_ready_if_due(uow, target, tournament):
            tell(uow, target, EventType.MATCH_UPDATED, changed=[f"participant{slot}_id"])
    close_bracket_if_over(uow, match, tournament, changed)


def effects_of_taking_back(uow: UnitOfWork | None, match: Match) -> Effects:
    """What it would mean for later matches that this one's sides did not move on after all."""
    effects = Effects()
    for target_id, slot, participant_id in _feeds(match):
        target = lock(uow, target_id) if uow else db.session.get(Match, target_id)
        if target is None or participant_id is None or _side(target, slot) != participant_id:
            continue
        entry = {"match": target.id, "state": str(target.state)}
        name = db.session.get(Participant, participant_id).name
        number = f"M{target.match_number}"
        if target.state in BEGUN:
            why = f"{number}, which this match feeds, is {target.state} already."
            effects.blocked_by.append({**entry, "why": why})
        else:
            change = f"{number} loses {name}, and waits for a side again"
            effects.affected.append({**entry, "change": change})
    return effects


def take_back(uow: UnitOfWork, match: Match, tournament: Tournament) -> None:
    """Take the match's sides out of the later matches; Refused where one of those has begun."""
    effects = effects_of_taking_back(uow, match)
    if effects.blocked_by:
        raise Refused(effects.reasons)
    for target_id, slot, participant_id in _feeds(match):
        target = lock(uow, target_id)
        if target is None or participant_id is None or _side(target, slot) != participant_id:
            continue
        if can_move(MatchState(target.state), Move.SLOT_REOPENED):
            move(target, Move.SLOT_REOPENED)
        target.participant1_checked_in = target.participant2_checked_in = False
        _set_side(uow, target, slot, None)
        touch(target, uow.now)
        tell(uow, target, EventType.MATCH_UPDATED, changed=[f"participant{slot}_id"])
    bracket = match.bracket
    if bracket is not None and bracket.status == "completed":
        bracket.status, bracket.champion_id = "live", None
        if tournament.status == "completed":
            tournament.status = "live"
    if bracket is not None and effects.affected:
        tell_bracket(uow, bracket, match, [entry["match"] for entry in effects.affected])


def _side(match: Match, slot: int) -> int | None:
    return match.participant1_id if slot == 1 else match.participant2_id


def _set_side(uow: UnitOfWork, match: Match, slot: int, participant_id: int | None) -> None:
    setattr(match, f"participant{slot}_id", participant_id)
    uow.session.flush()
    uow.session.expire(match, [f"participant{slot}"])


def close_bracket_if_over(
    uow: UnitOfWork, match: Match, tournament: Tournament, changed: list[int] | None = None
) -> None:
    """Tell of the bracket's change; where no match is open any more, it and maybe the tournament are over."""
    bracket = match.bracket
    if bracket is None:
        return
    uow.session.flush()
    if not _has_open_match(uow, Match.bracket_id == bracket.id):
        bracket.status = "completed"
        bracket.champion_id = _champion_id(uow, bracket)
    tell_bracket(uow, bracket, match, changed or [])
    is_over = bracket.status == "completed" and tournament.status != "completed"
    if is_over and not _has_open_match(uow, Match.tournament_id == tournament.id):
        tournament.status = "completed"
        uow.emit(
            tournament_id=tournament.id,
            type=EventType.TOURNAMENT_COMPLETED,
            payload={
                "type": str(EventType.TOURNAMENT_COMPLETED),
                "tournament_id": tournament.id,
                "bracket_id": bracket.id,
                "champion_id": bracket.champion_id,
                "completed_at": iso(uow.now),
                "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            },
        )


def _has_open_match(uow: UnitOfWork, condition) -> bool:
    open_match = select(Match.id).where(condition, ~Match.is_deleted, Match.state.not_in(sorted(CLOSED)))
    return uow.session.scalar(open_match.limit(1)) is not None


def _champion_id(uow: UnitOfWork, bracket: Bracket) -> int | None:
    """The winner of the final; None where the format has none."""
    return uow.session.scalar(
        select(Match.winner_id)
        .where(Match.bracket_id == bracket.id, Match.section == "final", ~Match.is_deleted)
        .order_by(Match.match_number.desc())
        .limit(1)
    )


def tell_bracket(uow: UnitOfWork, bracket: Bracket, match: Match | None, changed: list[int]) -> None:
    """Write the event of a bracket: the match that changed it, if any, and the matches changed by that."""
    uow.emit(
        tournament_id=bracket.tournament_id,
        type=EventType.BRACKET_UPDATED,
        payload={
            "type": str(EventType.BRACKET_UPDATED),
            "tournament_id": bracket.tournament_id,
            "bracket_id": bracket.id,
            "match_id": match.id if match else None,
            "changed": changed,
            "status": bracket.status,
            "champion_id": bracket.champion_id,
            "timestamp": uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    )
