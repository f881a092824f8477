"""What a match's coordinator says to it: that they will be there, or that somebody else should be."""

from datetime import datetime

from app.domain.errors import InvalidInput, Refused
from app.domain.events import EventType
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState, closed_reasons
from app.domain.words import say

from . import audit
from .audit import AuditAction
from .match_changes import load, tell, touch
from .unit_of_work import unit_of_work

ACCEPTED, HANDS_OVER = "accepted", "hand_over"
LONGEST_NOTE = 200


def accept(*, actor: Actor, match_id: int, now: datetime, expected_version: int | None = None) -> None:
    """The coordinator takes the match on; Refused where it is closed."""
    _answer(actor, match_id, now, expected_version, ACCEPTED, "")


def hand_over(
    *, actor: Actor, match_id: int, now: datetime, note: str = "", expected_version: int | None = None
) -> None:
    """The coordinator asks the organizers to give the match to somebody else, and may say why.

    It stays theirs until then. Raises Refused where the match is closed, InvalidInput for a long note.
    """
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput.of("note", say("A note has at most %(most)s characters.", most=LONGEST_NOTE))
    _answer(actor, match_id, now, expected_version, HANDS_OVER, note)


def _answer(
    actor: Actor, match_id: int, now: datetime, expected_version: int | None, answer: str, note: str
) -> None:
    with unit_of_work(now) as uow:
        found = load(uow, actor, match_id, Permission.MATCH_COORDINATOR_ANSWER, expected_version)
        match = found.match
        if reasons := closed_reasons(MatchState(match.state)):
            raise Refused(reasons)
        if (match.coordinator_answer, match.coordinator_note) == (answer, note):
            return
        match.coordinator_answer, match.coordinator_note = answer, note
        touch(match, now)
        # To others only that it changed: why somebody hands a match over is for the organizers.
        tell(
            uow,
            match,
            EventType.MATCH_UPDATED,
            changed=["coordinator_answer"],
            stream_url=match.stream_url,
        )
        audit.record(
            uow,
            actor=actor,
            action=AuditAction.MATCH_COORDINATOR_ANSWER,
            tournament_id=found.tournament.id,
            match_id=match.id,
            meta={
                "match_id": match.id,
                "tournament_id": found.tournament.id,
                "answer": answer,
                "note": note,
            },
        )
