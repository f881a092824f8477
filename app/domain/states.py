"""The life of a match: its states, the only table of moves between them, and why a verb is blocked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .errors import Refused
from .words import Words, say, say_list


class MatchState(StrEnum):
    """The states, in the order of a match's life (which is also the order of sorting by state)."""

    SCHEDULED = "SCHEDULED"
    CHECK_IN = "CHECK_IN"
    READY = "READY"
    LIVE = "LIVE"
    PENDING_RESULT = "PENDING_RESULT"
    COMPLETED = "COMPLETED"
    DISPUTED = "DISPUTED"
    FORFEIT = "FORFEIT"
    CANCELLED = "CANCELLED"

    @property
    def label(self) -> Words:
        """The state in words, for people."""
        return _LABELS[self]

    @property
    def named(self) -> Words:
        """The state in a sentence: by its name, as the API has it, and in other languages by its label."""
        return Words(str(self), _LABELS[self].sentence)


_S = MatchState
_LABELS = {
    _S.SCHEDULED: say("Scheduled"),
    _S.CHECK_IN: say("Check-in"),
    _S.READY: say("Ready"),
    _S.LIVE: say("Live"),
    _S.PENDING_RESULT: say("Awaiting result"),
    _S.COMPLETED: say("Completed"),
    _S.DISPUTED: say("Disputed"),
    _S.FORFEIT: say("Forfeit"),
    _S.CANCELLED: say("Cancelled"),
}

CLOSED = frozenset({_S.COMPLETED, _S.FORFEIT, _S.CANCELLED})
# A match that has begun is never silently re-seeded, deleted or given another length.
BEGUN = frozenset({_S.LIVE, _S.PENDING_RESULT, _S.DISPUTED, _S.COMPLETED, _S.FORFEIT})


class Move(StrEnum):
    """What makes a match change its state."""

    CHECK_IN = "check in"
    BECOME_READY = "become ready"
    RESCHEDULE = "reschedule"
    SLOT_REOPENED = "lose a known side"
    WALK_OVER = "walk over"
    UNDO_WALK_OVER = "wait for an opponent again"
    START = "start"
    UNDO_START = "undo the start"
    SUBMIT = "submit a result"
    COMPLETE = "complete"
    DISPUTE = "dispute"
    UPHOLD = "uphold the result"
    CORRECT = "correct the result"
    REPLAY = "replay"
    VOID = "void"
    RULE_FORFEIT = "rule a forfeit"
    FORFEIT = "forfeit"
    CANCEL = "cancel"
    REOPEN = "reopen"
    RESTORE = "restore"


# As they follow "can".
_MOVES = {
    Move.CHECK_IN: say("check in"),
    Move.BECOME_READY: say("become ready"),
    Move.RESCHEDULE: say("reschedule"),
    Move.SLOT_REOPENED: say("lose a known side"),
    Move.WALK_OVER: say("walk over"),
    Move.UNDO_WALK_OVER: say("wait for an opponent again"),
    Move.START: say("start"),
    Move.UNDO_START: say("undo the start"),
    Move.SUBMIT: say("submit a result"),
    Move.COMPLETE: say("complete"),
    Move.DISPUTE: say("dispute"),
    Move.UPHOLD: say("uphold the result"),
    Move.CORRECT: say("correct the result"),
    Move.REPLAY: say("replay"),
    Move.VOID: say("void"),
    Move.RULE_FORFEIT: say("rule a forfeit"),
    Move.FORFEIT: say("forfeit"),
    Move.CANCEL: say("cancel"),
    Move.REOPEN: say("reopen"),
    Move.RESTORE: say("restore"),
}

_OPEN = tuple(state for state in MatchState if state not in CLOSED)

# move -> {from: to}. No other place in the code says which moves exist.
TRANSITIONS: dict[Move, dict[MatchState, MatchState]] = {
    Move.CHECK_IN: {_S.SCHEDULED: _S.CHECK_IN},
    Move.BECOME_READY: {_S.SCHEDULED: _S.READY, _S.CHECK_IN: _S.READY, _S.CANCELLED: _S.READY},
    Move.RESCHEDULE: {_S.CHECK_IN: _S.SCHEDULED},
    Move.SLOT_REOPENED: {_S.CHECK_IN: _S.SCHEDULED, _S.READY: _S.SCHEDULED},
    Move.WALK_OVER: {_S.SCHEDULED: _S.COMPLETED},
    # Only what nobody played: the match that gave the walkover was reopened.
    Move.UNDO_WALK_OVER: {_S.COMPLETED: _S.SCHEDULED},
    Move.START: {_S.READY: _S.LIVE},
    Move.UNDO_START: {_S.LIVE: _S.READY},
    Move.SUBMIT: {_S.LIVE: _S.PENDING_RESULT},
    Move.COMPLETE: {_S.LIVE: _S.COMPLETED, _S.PENDING_RESULT: _S.COMPLETED},
    Move.DISPUTE: {_S.PENDING_RESULT: _S.DISPUTED, _S.COMPLETED: _S.DISPUTED},
    Move.UPHOLD: {_S.DISPUTED: _S.COMPLETED},
    Move.CORRECT: {_S.DISPUTED: _S.COMPLETED},
    Move.REPLAY: {_S.DISPUTED: _S.LIVE},
    Move.VOID: {_S.DISPUTED: _S.CANCELLED},
    Move.RULE_FORFEIT: {_S.DISPUTED: _S.FORFEIT},
    Move.FORFEIT: {
        _S.SCHEDULED: _S.FORFEIT,
        _S.CHECK_IN: _S.FORFEIT,
        _S.READY: _S.FORFEIT,
        _S.LIVE: _S.FORFEIT,
    },
    Move.CANCEL: dict.fromkeys(_OPEN, _S.CANCELLED),
    Move.REOPEN: {_S.COMPLETED: _S.LIVE, _S.FORFEIT: _S.LIVE},
    Move.RESTORE: {_S.CANCELLED: _S.SCHEDULED},
}


def can_move(state: MatchState, move: Move) -> bool:
    """True where the table has this move from this state."""
    return state in TRANSITIONS[move]


def next_state(state: MatchState, move: Move) -> MatchState:
    """The state after the move; Refused where the table has no such move."""
    try:
        return TRANSITIONS[move][state]
    except KeyError:
        raise Refused([not_from(state, move)]) from None


def not_from(state: MatchState, move: Move) -> Words:
    """One sentence: the match's state, and the states from which the move exists."""
    wanted = _in_words(sorted(TRANSITIONS[move], key=list(MatchState).index))
    return say(
        "The match is %(state)s; only a match that is %(wanted)s can %(move)s.",
        state=state.named,
        wanted=wanted,
        move=_MOVES[move],
    )


def _in_words(states: Iterable[MatchState]) -> Words:
    *others, last = [state.named for state in states]
    return say("%(others)s or %(last)s", others=say_list(others), last=last) if others else last


@dataclass(frozen=True)
class MatchFacts:
    """What the rules need to know of a match; names only serve the sentences."""

    state: MatchState
    side1: str | None
    side2: str | None
    checked_in1: bool = False
    checked_in2: bool = False
    check_in_enabled: bool = True
    require_lobby: bool = False
    lobby_missing: tuple[str, ...] = ()

    @property
    def sides_known(self) -> bool:
        """True where neither side is open."""
        return self.side1 is not None and self.side2 is not None

    @property
    def is_ready(self) -> bool:
        """True where both sides are known, and both checked in or check-in is off."""
        checked_in = not self.check_in_enabled or (self.checked_in1 and self.checked_in2)
        return self.sides_known and checked_in


def start_blocking_reasons(facts: MatchFacts) -> list[str]:
    """Every reason why the match cannot start now, in words; empty where it can."""
    reasons = []
    if not can_move(facts.state, Move.START):
        reasons.append(not_from(facts.state, Move.START))
    if facts.state in CLOSED:
        return reasons
    if facts.side1 is None:
        reasons.append(say("The first side is not known yet."))
    if facts.side2 is None:
        reasons.append(say("The second side is not known yet."))
    if facts.check_in_enabled and facts.state not in BEGUN:
        for name, checked_in in ((facts.side1, facts.checked_in1), (facts.side2, facts.checked_in2)):
            if name is not None and not checked_in:
                reasons.append(say("%(name)s has not checked in.", name=name))
    if facts.require_lobby and facts.lobby_missing:
        reasons.append(say("The lobby still lacks %(keys)s.", keys=say_list(facts.lobby_missing)))
    return reasons


def call_blocking_reasons(facts: MatchFacts) -> list[str]:
    """Every reason why the sides cannot be called to the station now, in words; empty where they can."""
    if facts.state in BEGUN or facts.state in CLOSED:
        return [say("The match is %(state)s; a match is called before it begins.", state=facts.state.named)]
    if not facts.sides_known:
        return [say("Both sides must be known before they can be called.")]
    return []


def closed_reasons(state: MatchState) -> list[str]:
    """Why a match cannot be scheduled, streamed, given a lobby or a coordinator; empty where it can."""
    if state in CLOSED:
        return [say("The match is %(state)s; a closed match can't be changed.", state=state.named)]
    return []
