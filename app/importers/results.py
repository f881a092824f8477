"""A result that a newer file brings, or corrects."""

from __future__ import annotations

from sqlalchemy import func, select, update

from app.domain.states import MatchState, Move, can_move
from app.domain.words import say, say_all
from app.importers.neutral import Outcome, SourceMatch
from app.importers.store import Store, tiebreak_json
from app.models import Match, MatchResult, Participant
from app.services import audit, progression
from app.services.audit import AuditAction
from app.services.effects import effects_of_taking_back
from app.services.match_changes import move, touch

# A state that somebody put the match into, and that a file must not overrule.
_RULED = (MatchState.CANCELLED, MatchState.FORFEIT, MatchState.DISPUTED, MatchState.PENDING_RESULT)


class ResultChange:
    """Brings one stored match to the result that the file has for it now."""

    def __init__(self, store: Store, match: Match):
        self.store = store
        self.uow = store.uow
        self.match = match

    def apply(self, source: SourceMatch, before: dict) -> str:
        """Record or correct the result; returns why not, or ""."""
        outcome = source.outcome
        if outcome is None:
            return say("the file has no result any more; the one that was imported was kept")
        why = self._blocked_by(outcome, source, before)
        if why or self._says(outcome):
            return why
        result = self._new_version(outcome)
        touch(self.match, self.uow.now)
        if self.match.state == MatchState.COMPLETED:
            progression.exchange_result(self.uow, self.match, self.store.tournament, result)
        else:
            self._complete(result)
        self._record(result)
        return ""

    def _says(self, outcome: Outcome) -> bool:
        """True where the match has this very result already."""
        return (
            self.match.state == MatchState.COMPLETED
            and (self.match.participant1_score, self.match.participant2_score) == outcome.score
            and self.match.tiebreak == tiebreak_json(outcome)
        )

    def _blocked_by(self, outcome: Outcome, source: SourceMatch, before: dict) -> str:
        """Why the file's result may not be taken, or ""."""
        match = self.match
        sides = (match.participant1, match.participant2)
        score = f"{outcome.score[0]}-{outcome.score[1]}"
        if not all(self.store.is_team(row, side.name) for row, side in zip(sides, source.sides, strict=True)):
            return say(
                "the file says %(score)s, but here %(names)s would play", score=score, names=_listed(sides)
            )
        if self._says(outcome):
            return ""
        if match.state in _RULED:
            return say(
                "the file says %(score)s, but the match is %(state)s",
                score=score,
                state=MatchState(match.state).named,
            )
        if match.state != MatchState.COMPLETED:
            return ""
        scores = [match.participant1_score, match.participant2_score]
        if scores != before["score"]:
            return say(
                "the file says %(score)s, but %(stored)s was entered by hand",
                score=score,
                stored=f"{scores[0]}-{scores[1]}",
            )
        if self._winner_id(outcome) == match.winner_id:
            return ""
        reasons = effects_of_taking_back(self.uow, match).reasons
        if not reasons:
            return ""
        return say(
            "the file says %(score)s, which makes another winner. %(reasons)s",
            score=score,
            reasons=say_all(reasons),
        )

    def _new_version(self, outcome: Outcome) -> MatchResult:
        versions = select(func.max(MatchResult.n)).where(MatchResult.match_id == self.match.id)
        result = self.store.result(self.match, outcome, (self.uow.session.scalar(versions) or 0) + 1)
        self.uow.session.execute(
            update(MatchResult)
            .where(MatchResult.match_id == self.match.id, MatchResult.status == "final")
            .values(status="superseded")
        )
        self.uow.session.add(result)
        return result

    def _complete(self, result: MatchResult) -> None:
        """Take the match to its end, through the states that nobody here saw it in."""
        match = self.match
        for step in (Move.BECOME_READY, Move.START):
            if can_move(MatchState(match.state), step):
                move(match, step)
        match.started_at = match.started_at or min(match.scheduled_time or self.uow.now, self.uow.now)
        match.completed_at = match.completed_at or self.store.ended_at(match)
        progression.mark_live(match, self.store.tournament)
        progression.complete(self.uow, match, self.store.tournament, result, Move.COMPLETE)

    def _record(self, result: MatchResult) -> None:
        match = self.match
        audit.record(
            self.uow,
            actor=self.store.actor,
            action=AuditAction.RESULT_SUBMIT,
            tournament_id=match.tournament_id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": match.tournament_id,
                "result": result.n,
                "participant1_score": result.participant1_score,
                "participant2_score": result.participant2_score,
                "submitted_by": None,
                "final": True,
            },
        )

    def _winner_id(self, outcome: Outcome) -> int | None:
        sides = (self.match.participant1_id, self.match.participant2_id)
        return sides[outcome.winner_slot - 1] if outcome.winner_slot else None


def _listed(sides: tuple[Participant | None, Participant | None]) -> str:
    """Who plays here, as the match stands."""
    names = [side.name for side in sides if side]
    if len(names) == 2:
        return say("%(first)s and %(second)s", first=names[0], second=names[1])
    return names[0] if names else say("nobody")
