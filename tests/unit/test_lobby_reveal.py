"""From when on the sides of a match see its lobby, and what becomes of a code that leaked."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.lobby import Reveal, RevealFacts, RevealPolicy, reveal, rotated, sees_secrets
from app.domain.permissions import Role
from app.domain.states import MatchState

NOW = datetime(2026, 5, 1, 14, 0, tzinfo=UTC)
BOTH, BEFORE = RevealPolicy.BOTH_CHECKED_IN, RevealPolicy.MINUTES_BEFORE
HIDDEN = Reveal(False, "Later.")


def facts(policy, **columns):
    standing = {
        "minutes": 15,
        "state": MatchState.SCHEDULED,
        "sides_known": True,
        "check_in_enabled": True,
        "both_checked_in": False,
        "scheduled_time": NOW + timedelta(minutes=30),
    }
    return RevealFacts(policy=policy, **{**standing, **columns})


@pytest.mark.parametrize("state", MatchState)
def test_at_once_is_always(state):
    assert reveal(facts(RevealPolicy.AT_ONCE, state=state, sides_known=False), NOW) == Reveal(True)


@pytest.mark.parametrize("policy", [BOTH, BEFORE])
@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "DISPUTED", "COMPLETED"])
def test_whoever_plays_sees_it(policy, state):
    assert reveal(facts(policy, state=MatchState(state), scheduled_time=None), NOW).is_revealed


@pytest.mark.parametrize("policy", [BOTH, BEFORE])
@pytest.mark.parametrize("state", ["CANCELLED", "FORFEIT"])
def test_what_is_called_off_shows_nothing_more(policy, state):
    past = facts(policy, state=MatchState(state), both_checked_in=True, scheduled_time=NOW)
    shown = reveal(past, NOW)
    assert (shown.is_revealed, shown.at) == (False, None) and shown.reason


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "The code is shown when both sides have checked in."),
        ({"state": MatchState.READY}, "The code is shown when both sides have checked in."),
        ({"both_checked_in": True}, ""),
        ({"check_in_enabled": False}, ""),
        ({"check_in_enabled": False, "sides_known": False}, "The code is shown when both sides are known."),
        ({"sides_known": False}, "The code is shown when both sides are known."),
    ],
)
def test_both_checked_in(columns, reason):
    assert reveal(facts(BOTH, **columns), NOW) == Reveal(not reason, reason)


@pytest.mark.parametrize(
    ("minutes", "time", "expected"),
    [
        (
            15,
            30,
            Reveal(False, "The code is shown 15 minutes before the match.", NOW + timedelta(minutes=15)),
        ),
        (1, 30, Reveal(False, "The code is shown 1 minute before the match.", NOW + timedelta(minutes=29))),
        (0, 30, Reveal(False, "The code is shown at the time of the match.", NOW + timedelta(minutes=30))),
        (30, 30, Reveal(True)),
        (15, -5, Reveal(True)),
        (15, None, Reveal(False, "The code is shown 15 minutes before the match, which has no time yet.")),
    ],
)
def test_minutes_before(minutes, time, expected):
    at = None if time is None else NOW + timedelta(minutes=time)
    assert reveal(facts(BEFORE, minutes=minutes, scheduled_time=at, both_checked_in=True), NOW) == expected


@pytest.mark.parametrize(
    ("roles", "hidden", "shown"),
    [
        ({Role.PARTICIPANT}, False, True),
        ({Role.PUBLIC, Role.ENTRANT}, False, False),
        (set(), False, False),
        ({Role.COORDINATOR}, True, True),
        ({Role.MATCH_RUNNER}, True, True),
        ({Role.ORGANIZER}, True, True),
        ({Role.ADMIN}, True, True),
        ({Role.PARTICIPANT, Role.ORGANIZER}, True, True),
    ],
)
def test_only_the_sides_wait(roles, hidden, shown):
    assert sees_secrets(frozenset(roles), HIDDEN) is hidden
    assert sees_secrets(frozenset(roles), Reveal(True)) is shown


def test_a_leaked_code_is_replaced():
    lobby = {"room_code": "A", "room_password": "B", "room_id": "7", "region": "EU", "notes": "n"}
    codes = iter(["X", "Y"])
    assert rotated(lobby, lambda: next(codes)) == {**lobby, "room_code": "X", "room_password": "Y"}


def test_what_the_game_gives_out_is_removed():
    assert rotated({"match_id": "77", "map": "Haven", "notes": "n"}, lambda: "X") == {
        "map": "Haven",
        "notes": "n",
    }
