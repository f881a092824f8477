"""The table of moves, and the reasons that block a start."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.states import (
    BEGUN,
    CLOSED,
    TRANSITIONS,
    MatchFacts,
    MatchState,
    Move,
    can_move,
    closed_reasons,
    next_state,
    start_blocking_reasons,
)

# Written out by hand, from the description of the states: the table must say exactly this.
LEGAL = {
    ("SCHEDULED", "CHECK_IN", "CHECK_IN"),
    ("SCHEDULED", "BECOME_READY", "READY"),
    ("CHECK_IN", "BECOME_READY", "READY"),
    ("CANCELLED", "BECOME_READY", "READY"),
    ("CHECK_IN", "RESCHEDULE", "SCHEDULED"),
    ("CHECK_IN", "SLOT_REOPENED", "SCHEDULED"),
    ("READY", "SLOT_REOPENED", "SCHEDULED"),
    ("SCHEDULED", "WALK_OVER", "COMPLETED"),
    ("COMPLETED", "UNDO_WALK_OVER", "SCHEDULED"),
    ("READY", "START", "LIVE"),
    ("LIVE", "UNDO_START", "READY"),
    ("LIVE", "SUBMIT", "PENDING_RESULT"),
    ("LIVE", "COMPLETE", "COMPLETED"),
    ("PENDING_RESULT", "COMPLETE", "COMPLETED"),
    ("PENDING_RESULT", "DISPUTE", "DISPUTED"),
    ("COMPLETED", "DISPUTE", "DISPUTED"),
    ("DISPUTED", "UPHOLD", "COMPLETED"),
    ("DISPUTED", "CORRECT", "COMPLETED"),
    ("DISPUTED", "REPLAY", "LIVE"),
    ("DISPUTED", "VOID", "CANCELLED"),
    ("DISPUTED", "RULE_FORFEIT", "FORFEIT"),
    ("SCHEDULED", "FORFEIT", "FORFEIT"),
    ("CHECK_IN", "FORFEIT", "FORFEIT"),
    ("READY", "FORFEIT", "FORFEIT"),
    ("LIVE", "FORFEIT", "FORFEIT"),
    ("SCHEDULED", "CANCEL", "CANCELLED"),
    ("CHECK_IN", "CANCEL", "CANCELLED"),
    ("READY", "CANCEL", "CANCELLED"),
    ("LIVE", "CANCEL", "CANCELLED"),
    ("PENDING_RESULT", "CANCEL", "CANCELLED"),
    ("DISPUTED", "CANCEL", "CANCELLED"),
    ("COMPLETED", "REOPEN", "LIVE"),
    ("FORFEIT", "REOPEN", "LIVE"),
    ("CANCELLED", "RESTORE", "SCHEDULED"),
}


@pytest.mark.parametrize(("state", "move"), list(product(MatchState, Move)))
def test_every_pair_of_state_and_move(state, move):
    wanted = {to for from_, by, to in LEGAL if (from_, by) == (state.name, move.name)}
    if wanted:
        assert can_move(state, move)
        assert {next_state(state, move).name} == wanted
    else:
        assert not can_move(state, move)
        with pytest.raises(Refused) as refusal:
            next_state(state, move)
        assert str(state) in refusal.value.detail


def test_table_has_nothing_beside_the_legal_moves():
    table = {(a.name, move.name, b.name) for move, pairs in TRANSITIONS.items() for a, b in pairs.items()}
    assert table == LEGAL


def test_closed_states_are_the_three_that_refuse_changes():
    assert {state for state in MatchState if closed_reasons(state)} == CLOSED
    assert {"COMPLETED", "FORFEIT", "CANCELLED"} == CLOSED


def facts(**changes) -> MatchFacts:
    ready = {
        "state": MatchState.READY,
        "side1": "Alpha",
        "side2": "Bravo",
        "checked_in1": True,
        "checked_in2": True,
    }
    return MatchFacts(**{**ready, **changes})


def test_a_ready_match_has_no_reason_against_its_start():
    assert start_blocking_reasons(facts()) == []


def test_every_reason_is_told_at_once():
    reasons = start_blocking_reasons(
        facts(
            state=MatchState.CHECK_IN,
            side2=None,
            checked_in1=False,
            require_lobby=True,
            lobby_missing=("room_code", "region"),
        )
    )
    assert reasons == [
        "The match is CHECK_IN; only a match that is READY can start.",
        "The second side is not known yet.",
        "Alpha has not checked in.",
        "The lobby still lacks room_code, region.",
    ]


def test_a_missing_lobby_blocks_only_where_the_tournament_requires_it():
    assert start_blocking_reasons(facts(lobby_missing=("room_code",))) == []


def test_check_in_blocks_only_where_it_is_on():
    assert start_blocking_reasons(facts(checked_in1=False, check_in_enabled=False)) == []
    assert start_blocking_reasons(facts(checked_in1=False)) == ["Alpha has not checked in."]


def test_a_closed_match_tells_its_state_and_nothing_else():
    assert len(start_blocking_reasons(facts(state=MatchState.COMPLETED, side1=None, checked_in2=False))) == 1


@given(
    state=st.sampled_from(MatchState),
    side1=st.sampled_from([None, "Alpha"]),
    side2=st.sampled_from([None, "Bravo"]),
    checked_in=st.tuples(st.booleans(), st.booleans()),
    check_in_enabled=st.booleans(),
)
def test_no_reasons_means_ready_and_complete(state, side1, side2, checked_in, check_in_enabled):
    present = MatchFacts(state, side1, side2, *checked_in, check_in_enabled=check_in_enabled)
    allowed = not start_blocking_reasons(present)
    assert allowed == (state == MatchState.READY and present.is_ready)


def test_what_has_begun_is_everything_from_live_on_but_cancelled():
    assert {state for state in MatchState if can_move(state, Move.START)}.isdisjoint(BEGUN)
    assert MatchState.CANCELLED not in BEGUN
