"""What a delay moves, by example and against placing match after match, minute by minute."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.schedule.conflicts import ConflictKind, find_conflicts, in_order, new_conflicts
from app.domain.schedule.plan import Break, Plan, StationHours
from app.domain.schedule.ripple import LONGEST_PAUSE, MAX_DELAY_MINUTES, Scope, Shift, delay, first_ids
from tests.support.plans import (
    DAY,
    LATEST,
    LONG_AGO,
    MINUTE,
    PLANS,
    PLANS_WITHOUT_CONFLICT,
    applied,
    at,
    match,
    plan,
    span,
)

MOMENTS = st.integers(-10, LATEST + 60).map(at)
SCOPES = st.builds(
    Scope,
    since=st.integers(0, LATEST).map(at),
    until=st.sampled_from([None, None, at(LATEST / 2)]),
    station_id=st.sampled_from([None, 1, 2]),
    bracket_id=st.sampled_from([None, None, 1]),
    tournament_id=st.sampled_from([None, None, 1]),
)
DELAYS = st.integers(1, 90)


@given(plan=PLANS, scope=SCOPES, minutes=DELAYS, now=MOMENTS)
@settings(max_examples=400)
def test_a_delay_makes_no_conflict_but_with_hours_that_end(plan, scope, minutes, now):
    shifts = delay(plan, scope, minutes, now)
    after = applied(plan, shifts)
    created = new_conflicts(plan, after, plan.by_id, now)
    assert {each.kind for each in created} <= {ConflictKind.HOURS}
    assert {each.match_ids[0] for each in created} <= {each.match_id for each in shifts if each.past_hours}


@given(plan=PLANS, scope=SCOPES, minutes=DELAYS, now=MOMENTS)
def test_a_delay_moves_only_later_and_only_what_can_move(plan, scope, minutes, now):
    shifts = delay(plan, scope, minutes, now)
    by_id = {each.match_id: each for each in shifts}
    assert len(by_id) == len(shifts)
    for each in shifts:
        old = plan.by_id[each.match_id]
        assert not old.fixed and each.old == old.start < each.new and each.new > now
        assert each.because or each.match_id in first_ids(plan, scope)
    for first in first_ids(plan, scope):
        assert scope.holds(plan.by_id[first])
        assert by_id[first].new >= by_id[first].old + minutes * MINUTE


@given(plan=PLANS, scope=SCOPES, minutes=DELAYS, now=MOMENTS)
def test_the_order_at_a_station_stays(plan, scope, minutes, now):
    after = applied(plan, delay(plan, scope, minutes, now))
    waiting = sorted((m for m in plan.matches if m.start is not None and not m.fixed), key=in_order)
    for station_id in (1, 2, 3):
        starts = [after.by_id[m.id].start for m in waiting if m.station_id == station_id]
        assert starts == sorted(starts)


@given(plan=PLANS, scope=SCOPES, now=MOMENTS)
def test_no_delay_changes_nothing(plan, scope, now):
    assert delay(plan, scope, 0, now) == []


@given(plan=PLANS_WITHOUT_CONFLICT, scope=SCOPES, minutes=DELAYS, now=MOMENTS)
@settings(max_examples=400)
def test_a_delay_moves_nothing_further_than_needed(plan, scope, minutes, now):
    shifts = delay(plan, scope, minutes, now)
    assert applied(plan, shifts).matches == minute_by_minute(plan, scope, minutes, now).matches


def minute_by_minute(plan: Plan, scope: Scope, minutes: int, now) -> Plan:
    """The matches in order, each at the first minute at which it clashes with none that has its place."""
    firsts = first_ids(plan, scope)
    placed = [m for m in plan.matches if m.start is None or m.fixed]
    moved = set()
    for m in sorted((m for m in plan.matches if m.start is not None and not m.fixed), key=in_order):
        start = m.start + (minutes if m.id in firsts else 0) * MINUTE
        while not fits(
            replace(m, start=start), Plan(tuple(placed), plan.stations, plan.breaks), m, moved, now
        ):
            start += MINUTE
        placed.append(replace(m, start=start))
        if start != m.start:
            moved.add(m.id)
    return plan.with_matches(placed)


def fits(there, placed: Plan, old, moved: set[int], now) -> bool:
    if there.start == old.start:
        # What does not move clashes with nothing but what moved.
        placed = Plan(tuple(m for m in placed.matches if m.id in moved))
    elif there.start <= now:
        return False
    overtakes = any(
        m.start > there.start
        for m in placed.matches
        if m.id in moved and (m.id in old.feeders or m.station_id == old.station_id is not None)
    )
    found = find_conflicts(Plan((*placed.matches, there), placed.stations, placed.breaks), LONG_AGO)
    shut = [gap for s in placed.stations if s.id == there.station_id for gap in s.closed()]
    waits = any(gap.overlaps(there.interval) and gap.end - gap.start <= LONGEST_PAUSE for gap in shut)
    found = [
        each for each in found if there.id in each.match_ids and (each.kind != ConflictKind.HOURS or waits)
    ]
    return not found and not overtakes


def shifted(shifts):
    """Match -> new minute of the day."""
    return {each.match_id: (each.new - DAY) // MINUTE for each in shifts}


FROM_START = Scope(DAY)


def test_slack_takes_up_the_delay():
    queue = plan(
        *(match(slot, start, station_id=1) for slot, start in enumerate((0, 30, 70, 100, 200), start=1))
    )
    assert delay(queue, Scope(DAY, station_id=1), 15, DAY) == [
        Shift(1, at(0), at(15)),
        Shift(2, at(30), at(45), because=(1,)),
        Shift(3, at(70), at(75), because=(2,)),
        Shift(4, at(100), at(105), because=(3,)),
    ]


def test_a_delay_from_here_leaves_what_was_before():
    queue = plan(match(1, 0, station_id=1), match(2, 30, station_id=1), match(3, 30, station_id=2))
    assert shifted(delay(queue, Scope(at(1), station_id=1), 10, DAY)) == {2: 40}


def test_the_day_moves_the_first_match_at_each_station():
    day = plan(
        *(match(10 * table + slot, 40 * slot, station_id=table) for table in (1, 2) for slot in (0, 1))
    )
    assert shifted(delay(day, FROM_START, 15, DAY)) == {10: 15, 11: 45, 20: 15, 21: 45}


def test_the_final_at_a_station_of_its_own_is_no_first_match():
    semis = [match(1, 0, station_id=1), match(2, 0, station_id=2)]
    final = match(3, 60, station_id=3, feeders=(1, 2), rest_minutes=20)
    assert shifted(delay(plan(*semis, final), FROM_START, 10, DAY)) == {1: 10, 2: 10}
    assert shifted(delay(plan(*semis, final), FROM_START, 15, DAY)) == {1: 15, 2: 15, 3: 65}


def test_who_has_played_at_another_station_is_awaited_with_slack():
    day = [match(1, 0, station_id=1, participants=(1,)), match(2, 60, station_id=2, participants=(1,))]
    assert shifted(delay(plan(*day), FROM_START, 15, DAY)) == {1: 15}
    of_one_coordinator = [
        match(1, 0, station_id=1, coordinator_id=1),
        match(2, 60, station_id=2, coordinator_id=1),
    ]
    assert shifted(delay(plan(*of_one_coordinator), FROM_START, 15, DAY)) == {1: 15, 2: 75}


def test_only_what_comes_last_before_a_match_is_its_reason():
    queue = plan(*(match(slot, 30 * slot, station_id=1) for slot in range(4)))
    shifts = delay(queue, FROM_START, 120, DAY)
    assert [each.because for each in shifts] == [(), (0,), (1,), (2,)]


def test_a_match_that_was_planned_into_a_break_is_not_moved_out_of_it():
    lunch = Break(1, 1, span(20, 60))
    assert shifted(delay(plan(match(1, 10), breaks=[lunch]), FROM_START, 15, DAY)) == {1: 25}


def test_a_bracket_takes_others_along_only_where_needed():
    ours = [match(1, 0, station_id=1, bracket_id=1), match(2, 90, station_id=1, bracket_id=1)]
    others = [match(3, 30, station_id=1, bracket_id=2), match(4, 30, station_id=2, bracket_id=2)]
    assert shifted(delay(plan(*ours, *others), Scope(DAY, bracket_id=1), 15, DAY)) == {1: 15, 3: 45}


@pytest.mark.parametrize(
    "shared",
    [{"participants": (1,)}, {"people": frozenset({1})}, {"coordinator_id": 1}, {"stream": "main"}],
)
def test_what_is_shared_across_stations_is_not_needed_twice(shared):
    both = plan(match(1, 0, station_id=1, **shared), match(2, 35, station_id=2, rest_minutes=5, **shared))
    rest = 5 if {"participants", "people"} & set(shared) else 0
    assert delay(both, Scope(DAY, station_id=1), 20, DAY) == [
        Shift(1, at(0), at(20)),
        Shift(2, at(35), at(50 + rest), because=(1,)),
    ]


def test_a_match_elsewhere_stays_where_the_delayed_one_goes_past_it():
    both = plan(match(1, 0, station_id=1, participants=(1,)), match(2, 40, station_id=2, participants=(1,)))
    assert shifted(delay(both, Scope(DAY, station_id=1), 70, DAY)) == {1: 70}


def test_a_match_that_would_fall_into_a_break_starts_after_it():
    lunch = Break(1, 1, span(60, 90))
    queue = [match(1, 0, station_id=1), match(2, 30, station_id=1), match(3, 90, station_id=1)]
    assert shifted(delay(plan(*queue, breaks=[lunch]), FROM_START, 5, DAY)) == {1: 5, 2: 90, 3: 120}


def test_a_station_that_opens_again_is_waited_for():
    hours = StationHours(1, 1, (span(0, 60), span(100, 300)))
    queue = [match(1, 0, station_id=1), match(2, 30, station_id=1)]
    assert shifted(delay(plan(*queue, stations=[hours]), FROM_START, 5, DAY)) == {1: 5, 2: 100}


def test_what_no_longer_fits_into_the_day_goes_past_its_hours_and_says_so():
    night = LONGEST_PAUSE // MINUTE + 1
    hours = StationHours(1, 1, (span(0, 90), span(90 + night, 900)))
    queue = [match(slot + 1, 30 * slot, station_id=1) for slot in range(3)]
    tomorrow = match(4, 90 + night, station_id=1)
    assert delay(plan(*queue, tomorrow, stations=[hours]), FROM_START, 10, DAY) == [
        Shift(1, at(0), at(10)),
        Shift(2, at(30), at(40), because=(1,)),
        Shift(3, at(60), at(70), because=(2,), past_hours=True),
    ]


def test_what_has_begun_does_not_move_and_is_waited_for():
    begun = match(1, 12, station_id=1, fixed=True)
    late, following = match(2, 10, minutes=1, station_id=1), match(3, 42, station_id=1)
    assert delay(plan(begun, late, following), FROM_START, 5, at(13)) == [
        Shift(2, at(10), at(42), because=(1,)),
        Shift(3, at(42), at(43), because=(2,)),
    ]


def test_nothing_moves_to_a_time_that_is_past():
    assert shifted(delay(plan(match(1, 0), match(2, 60)), Scope(DAY, until=at(1)), 5, at(20.5))) == {1: 21}


def test_two_that_were_too_close_come_no_closer():
    side = {"participants": (1,), "rest_minutes": 20}
    both = plan(match(1, 0, **side), match(2, 35, **side))
    assert shifted(delay(both, FROM_START, 10, DAY)) == {1: 10, 2: 45}


@pytest.mark.parametrize("minutes", [-1, MAX_DELAY_MINUTES + 1])
def test_a_delay_has_bounds(minutes):
    with pytest.raises(InvalidInput):
        delay(plan(match(1, 0)), FROM_START, minutes, DAY)
    assert delay(plan(match(1, 0)), FROM_START, MAX_DELAY_MINUTES, DAY)
