"""Where a match stands on the desk, as a pure function of its facts and the time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.desk import DeskFacts, Section, Step, place, span
from app.domain.states import MatchFacts, MatchState

NOW = datetime(2026, 6, 20, 14, 0, tzinfo=UTC)


def facts(state, *, minutes=None, side1="Alpha", side2="Bravo", **more):
    """Facts of a match whose time is so many minutes from now."""
    desk = {
        key: more.pop(key)
        for key in ("check_in_deadline", "submitted_at", "dispute_reason", "hands_over", "hand_over_note")
        if key in more
    }
    when = None if minutes is None else NOW + timedelta(minutes=minutes)
    match = MatchFacts(state=MatchState(state), side1=side1, side2=side2, **more)
    return DeskFacts(match=match, scheduled_time=when, **desk)


@pytest.mark.parametrize(
    ("state", "section", "step"),
    [
        ("SCHEDULED", Section.UPCOMING, Step.CHECK_IN),
        ("CHECK_IN", Section.UPCOMING, Step.CHECK_IN),
        ("READY", Section.READY, Step.START),
        ("LIVE", Section.LIVE, Step.SUBMIT_RESULT),
        ("PENDING_RESULT", Section.RESULT, Step.CONFIRM_RESULT),
        ("DISPUTED", Section.ATTENTION, Step.RESOLVE_DISPUTE),
        ("COMPLETED", Section.FINISHED, Step.NONE),
        ("FORFEIT", Section.FINISHED, Step.NONE),
        ("CANCELLED", Section.FINISHED, Step.NONE),
    ],
)
def test_every_state_has_a_section_and_one_next_step(state, section, step):
    placement = place(facts(state, minutes=120), NOW)
    assert (placement.section, placement.step) == (section, step)


def test_a_match_without_a_time_is_to_be_scheduled():
    assert place(facts("SCHEDULED"), NOW).step == Step.SCHEDULE


def test_without_check_in_an_upcoming_match_is_to_be_scheduled():
    assert place(facts("SCHEDULED", minutes=60, check_in_enabled=False), NOW).step == Step.SCHEDULE


def test_an_open_side_is_nobodys_fault():
    placement = place(facts("SCHEDULED", minutes=-90, side2=None), NOW)
    assert placement.section == Section.UPCOMING
    assert placement.reasons == ()


def test_a_late_ready_match_needs_attention_and_is_to_be_started():
    placement = place(facts("READY", minutes=-12), NOW)
    assert placement.section == Section.ATTENTION
    assert placement.step == Step.START
    assert placement.reasons == ("Should have started 12 min ago.",)


def test_a_few_minutes_are_not_late():
    assert place(facts("READY", minutes=-4), NOW).section == Section.READY


def test_absent_sides_are_named_once_the_deadline_passed():
    deadline = NOW - timedelta(minutes=1)
    placement = place(facts("CHECK_IN", minutes=29, checked_in1=True, check_in_deadline=deadline), NOW)
    assert placement.section == Section.ATTENTION
    assert placement.step == Step.CHECK_IN
    assert placement.reasons == ("Bravo did not check in in time.",)
    both = place(facts("SCHEDULED", minutes=29, check_in_deadline=deadline), NOW)
    assert both.reasons == ("Alpha and Bravo did not check in in time.",)


def test_before_the_deadline_nobody_is_absent():
    deadline = NOW + timedelta(minutes=1)
    assert place(facts("CHECK_IN", minutes=31, check_in_deadline=deadline), NOW).section == Section.UPCOMING


def test_a_missing_lobby_warns_shortly_before_the_match():
    lacking = {"lobby_missing": ("room_code",)}
    placement = place(facts("READY", minutes=20, **lacking), NOW)
    assert placement.section == Section.ATTENTION
    assert placement.step == Step.LOBBY
    assert placement.reasons == ("The lobby still lacks room_code.",)
    assert place(facts("SCHEDULED", minutes=90, **lacking), NOW).section == Section.UPCOMING
    assert place(facts("LIVE", minutes=-10, **lacking), NOW).section == Section.LIVE


def test_without_a_time_a_lobby_that_is_only_wished_for_is_no_reason_to_wait():
    lacking = {"minutes": None, "lobby_missing": ("room_code",)}
    placement = place(facts("READY", **lacking), NOW)
    assert (placement.section, placement.step) == (Section.READY, Step.START)
    assert placement.reasons == ("The lobby still lacks room_code.",)
    placement = place(facts("READY", require_lobby=True, **lacking), NOW)
    assert (placement.section, placement.step) == (Section.ATTENTION, Step.LOBBY)


def test_a_late_match_whose_lobby_blocks_it_is_to_be_given_one_first():
    placement = place(facts("READY", minutes=-30, lobby_missing=("map",), require_lobby=True), NOW)
    assert placement.step == Step.LOBBY
    assert len(placement.reasons) == 2


def test_a_result_that_waits_long_needs_attention():
    waiting = facts("PENDING_RESULT", minutes=-60, submitted_at=NOW - timedelta(minutes=16))
    assert place(waiting, NOW).section == Section.ATTENTION
    assert place(waiting, NOW).step == Step.CONFIRM_RESULT
    fresh = facts("PENDING_RESULT", minutes=-60, submitted_at=NOW - timedelta(minutes=14))
    assert place(fresh, NOW).section == Section.RESULT


def test_a_dispute_says_why():
    placement = place(facts("DISPUTED", dispute_reason="wrong_winner"), NOW)
    assert placement.reasons == ("Disputed: wrong winner.",)


def test_sections_have_titles():
    assert Section.ATTENTION.title == "Needs attention"
    assert len({section.title for section in Section}) == len(Section)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-5, "0 min"), (59, "59 min"), (60, "1 h"), (185, "3 h 5 min"), (1440, "1 d"), (1500, "1 d 1 h")],
)
def test_span_in_words(minutes, words):
    assert span(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize("side1", ["Alpha", None])
def test_a_coordinator_who_hands_over_needs_another_one(side1):
    placement = place(
        facts("SCHEDULED", minutes=120, side1=side1, hands_over="chris", hand_over_note="Ill today."), NOW
    )
    assert (placement.section, placement.step) == (Section.ATTENTION, Step.ASSIGN_COORDINATOR)
    assert placement.reasons == ("chris asks to hand over: Ill today.",)


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "COMPLETED"])
def test_what_has_begun_goes_on_with_its_coordinator(state):
    assert place(facts(state, minutes=-5, hands_over="chris"), NOW).section != Section.ATTENTION
