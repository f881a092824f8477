"""What can be taken back of a verb on a match: offered for a moment by the desk, beside what was done."""

from dataclasses import dataclass, field

from app.domain.states import MatchState
from app.domain.words import Words, say
from app.services.queries.match_panel import MatchPanel


@dataclass(frozen=True)
class Stood:
    """What a match was before a verb, as far as taking the verb back needs it."""

    version: int
    state: MatchState
    coordinator_id: int | None


@dataclass(frozen=True)
class TakeBack:
    """The verb that takes another one back, what its button says, and what its form sends."""

    verb: str
    label: Words
    fields: dict = field(default_factory=dict)


_UNDO = say("Undo")
# Not what stood before, but as near as one gets: the match is live again, or its sides check in anew.
_REOPEN, _RESTORE = say("Reopen"), say("Restore")
# verb -> the verb that takes it back, with the permission for it.
_INVERSES = {
    "schedule": ("undo-schedule", "MATCH_SCHEDULE"),
    "start": ("undo-start", "MATCH_UNDO_START"),
    "submit-result": ("reopen", "MATCH_REOPEN"),
    "confirm-result": ("reopen", "MATCH_REOPEN"),
    "forfeit": ("reopen", "MATCH_REOPEN"),
    "cancel": ("restore", "MATCH_RESTORE"),
    "assign-coordinator": ("assign-coordinator", "MATCH_COORDINATOR_ASSIGN"),
}


def stood(panel: MatchPanel) -> Stood:
    """The match as it is now, which a verb is about to change."""
    return Stood(panel.match.version, panel.facts.state, panel.match.coordinator_id)


def offer(verb: str, before: Stood, panel: MatchPanel) -> TakeBack | None:
    """How the reader takes the verb back now; None where nothing changed, or where that is not possible."""
    if verb not in _INVERSES or panel.match.version == before.version:
        return None
    inverse, permission = _INVERSES[verb]
    # An undone schedule is asked for what a changed one is.
    if not panel.may(permission) or panel.blocked.get(inverse):
        return None
    label = _RESTORE if inverse == "restore" else _UNDO
    if inverse == "reopen" and before.state != MatchState.LIVE:
        label = _REOPEN
    fields = {"coordinator_id": before.coordinator_id or ""} if inverse == verb else {}
    return TakeBack(inverse, label, fields)
