"""Proposals of the list scheduler."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.schedule.bounds import earliest_end
from app.domain.schedule.grid import first_of, runs_of
from app.domain.schedule.plan import Break, Interval, Plan, PlannedMatch, StationHours
from app.domain.schedule.problems import Problem
from app.domain.schedule.proposal_check import check
from app.domain.schedule.proposals import (
    BEGUN,
    NO_ROOM,
    TOO_LONG,
    WAITS,
    Placement,
    Proposal,
    propose_in_order,
)
from tests.support.timetables import (
    DAY,
    HOUR,
    MINUTE,
    NINE,
    at,
    between,
    double_elimination,
    problem_of,
    problems,
    world_cup,
)


def match(
    number: int, *participants: int, minutes: int = 30, start: int | None = None, **others
) -> PlannedMatch:
    when = None if start is None else at(start)
    return PlannedMatch(number, 1, when, minutes, participants=participants, match_number=number, **others)


def starts(problem: Problem) -> dict[int, int]:
    """When each match starts, in minutes after nine."""
    proposal = propose_in_order(problem)
    assert check(problem, proposal) == []
    return {match_id: (placed.start - NINE) // MINUTE for match_id, placed in proposal.placements.items()}


def stations(problem: Problem) -> dict[int, int | None]:
    return {match_id: placed.station_id for match_id, placed in propose_in_order(problem).placements.items()}


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_list_proposals_break_no_rule(problem):
    proposal = propose_in_order(problem)
    assert check(problem, proposal) == []
    assert propose_in_order(problem) == proposal


@settings(max_examples=80, deadline=None)
@given(problem=problems(), choice=st.randoms(use_true_random=False))
def test_a_single_match_gets_the_first_start_that_breaks_no_rule(problem, choice):
    match_id = choice.choice(problem.plan.matches).id
    problem = replace(problem, match_ids=(match_id,))
    found = propose_in_order(problem)
    end = max(window.end for window in problem.windows)
    start = problem.grid.origin
    while start < end:
        for station_id in problem.station_ids or (None,):
            end_of_match = start + problem.plan.by_id[match_id].minutes * MINUTE
            tried = Proposal({match_id: Placement(start, station_id)}, {}, "list", end_of_match)
            if not check(problem, tried):
                assert found.placements[match_id].start == start
                return
        start += problem.grid.slot
    assert found.placements == {} and found.unplaced[match_id] in (BEGUN, NO_ROOM, TOO_LONG, WAITS)


@given(places=st.sets(st.integers(0, 80)))
def test_runs_are_the_set_that_they_are_made_of(places):
    bits = sum(1 << place for place in places)
    runs = runs_of(bits)
    assert {place for first, last in runs for place in range(first, last + 1)} == places
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))
    assert not bits or first_of(bits) == min(places)


@pytest.mark.parametrize(
    ("matches", "station_ids", "expected"),
    [
        pytest.param([match(1), match(2), match(3)], (1, 2), {1: 0, 2: 0, 3: 30}, id="as many as there are stations"),
        pytest.param([match(1, 5), match(2, 5)], (1, 2), {1: 0, 2: 30}, id="one side after the other"),
        pytest.param(
            [match(1, 5, rest_minutes=10), match(2, 5, rest_minutes=20)], (1, 2), {1: 0, 2: 50}, id="the longer rest"
        ),
        pytest.param(
            [match(1, people=frozenset({7})), match(2, people=frozenset({7}), rest_minutes=5)],
            (1, 2), {1: 0, 2: 35}, id="a person in two teams rests too",
        ),
        pytest.param(
            [match(1, coordinator_id=7, rest_minutes=5), match(2, coordinator_id=7)],
            (1, 2), {1: 0, 2: 30}, id="coordinators need no rest",
        ),
        pytest.param([match(1, stream="a"), match(2, stream="a"), match(3, stream="b")], (1, 2, 3), {1: 0, 2: 30, 3: 0}, id="streams"),
        pytest.param(
            [match(3, feeders=(1, 2), rest_minutes=10), match(1), match(2)], (1, 2), {1: 0, 2: 0, 3: 40}, id="open sides wait and rest"
        ),
        pytest.param([match(1, minutes=18), match(2, minutes=18)], (1,), {1: 0, 2: 20}, id="whole slots"),
        pytest.param([match(1, 1), match(2, 1)], (), {1: 0, 2: 30}, id="no stations: only times"),
        pytest.param(
            [match(1, 1, round_number=2, bracket_id=1), match(2, 1, round_number=1, bracket_id=1)],
            (1,), {1: 30, 2: 0}, id="rounds in order",
        ),
    ],
)  # fmt: skip
def test_matches_start_as_early_as_possible(matches, station_ids, expected):
    assert starts(problem_of(matches, station_ids)) == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param({"now": at(31)}, 35, id="never in the past"),
        pytest.param({"now": at(30)}, 35, id="nor now"),
        pytest.param({"windows": (between(0, 20), between(60, 100))}, 60, id="within a window"),
    ],
)
def test_time_that_may_be_used(others, expected):
    assert starts(problem_of([match(1)], **others)) == {1: expected}


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        (Break(1, 1, between(10, 40)), {1: 40, 2: 40}),
        (Break(1, 1, between(30, 40)), {1: 0, 2: 0}),
        (Break(1, 1, between(10, 40), station_id=2), {1: 0, 2: 30}),
        (Break(1, 2, between(10, 40)), {1: 0, 2: 0}),
    ],
)
def test_breaks_are_kept(pause, expected):
    matches = (match(1), match(2))
    plan = Plan(matches, (StationHours(1, 1), StationHours(2, 1)), (pause,))
    assert starts(problem_of(matches, (1, 2), plan=plan)) == expected


def test_stations_are_used_while_they_are_open():
    matches = (match(1), match(2), match(3))
    plan = Plan(matches, (StationHours(1, 1, (between(10, 45), between(50, 80))), StationHours(2, 1)))
    assert starts(problem_of(matches, (1, 2), plan=plan)) == {1: 0, 2: 10, 3: 30}


def test_matches_that_are_not_to_be_placed_stay_in_the_way():
    matches = [
        match(1, 5, start=10, station_id=1, fixed=True),
        match(2, 6, start=40, station_id=2),
        match(3, 5),
        match(4, 6, start=0),
        match(5, 7, start=60, feeders=(4,)),
        match(6, 7),
    ]
    assert starts(problem_of(matches, (1, 2), match_ids=(3, 4))) == {3: 40, 4: 0}
    assert starts(problem_of(matches, (1, 2), match_ids=(3, 6))) == {3: 40, 6: 0}


def test_a_match_is_over_before_those_it_feeds_and_that_stay():
    matches = [match(1), match(2, feeders=(1,), rest_minutes=5), match(3, feeders=(2,), start=70)]
    assert starts(problem_of(matches, match_ids=(1, 2))) == {1: 0, 2: 35}
    late = propose_in_order(problem_of(matches, match_ids=(1, 2), now=at(2)))
    assert late.unplaced == {1: NO_ROOM, 2: WAITS}


def test_matches_without_a_place_say_why():
    matches = [
        match(1, start=0, fixed=True),
        match(2, minutes=90),
        match(3, feeders=(2,)),
        match(4, 8),
        match(5, 8),
        match(6, fixed=True),
        match(7, feeders=(6,)),
    ]
    problem = problem_of(matches, (1, 2), windows=(between(0, 45),))
    proposal = propose_in_order(problem)
    assert proposal.unplaced == {1: BEGUN, 6: BEGUN, 2: TOO_LONG, 3: WAITS, 5: NO_ROOM}
    assert set(proposal.placements) == {4, 7} and check(problem, proposal) == []


def test_nothing_to_place():
    proposal = propose_in_order(problem_of([match(1, start=0)], match_ids=(), windows=()))
    assert proposal == Proposal({}, {}, "list")
    assert propose_in_order(problem_of([match(1)], windows=())).unplaced == {1: TOO_LONG}


def test_streamed_matches_get_the_stream_station_and_leave_it_to_each_other():
    matches = [match(1), match(2), match(3)]
    problem = problem_of(matches, (1, 2, 3), streamed=frozenset({2}), stream_stations=frozenset({1}))
    assert stations(problem) == {1: 2, 2: 1, 3: 3}


def test_sides_stay_where_they_were():
    matches = [match(1, 1), match(2, 2), match(3, 2), match(4, feeders=(3,))]
    assert stations(problem_of(matches, (1, 2))) == {1: 1, 2: 2, 3: 2, 4: 2}


@pytest.mark.parametrize(
    ("matches", "hours"),
    [(world_cup(), 6), (double_elimination(64), 12)],
    ids=["world cup", "double elimination"],
)
def test_real_formats_are_placed_whole(matches, hours):
    problem = problem_of(matches, range(1, 9))
    proposal = propose_in_order(problem)
    assert proposal.unplaced == {} and check(problem, proposal) == []
    assert proposal.makespan_end <= NINE + hours * HOUR and proposal.by == "list"


@settings(max_examples=80, deadline=None)
@given(problem=problems())
def test_no_proposal_ends_before_what_is_proven_to_be_the_earliest(problem):
    proposal = propose_in_order(problem)
    if proposal.placements:
        assert earliest_end(problem, proposal.placements) <= proposal.makespan_end
    else:
        assert earliest_end(problem, proposal.placements) is None


@pytest.mark.parametrize(
    ("matches", "station_ids", "expected"),
    [
        pytest.param([match(n) for n in (1, 2, 3, 4, 5)], (1, 2), 90, id="five on two stations: three turns"),
        pytest.param([match(1), match(2, feeders=(1,), rest_minutes=15)], (1, 2), 75, id="one after the other"),
        pytest.param([match(n, feeders=(1, 2, 3, 4, 5)[: n - 1 if n > 5 else 0]) for n in (1, 2, 3, 4, 5, 6)], (1, 2), 120, id="a final after three turns"),
        pytest.param([match(n, minutes=18) for n in (1, 2)], (1,), 38, id="whole slots, but for the last"),
        pytest.param([match(1), match(2)], (), 30, id="no stations"),
        pytest.param(world_cup(), range(1, 9), 340, id="eleven turns until the last 16, then five rounds"),
        pytest.param(double_elimination(64), range(1, 9), 680, id="double elimination"),
    ],
)  # fmt: skip
def test_earliest_end(matches, station_ids, expected):
    assert earliest_end(problem_of(matches, station_ids), {one.id for one in matches}) == at(expected)


def test_earliest_end_knows_of_breaks_and_hours():
    matches = tuple(match(number) for number in range(1, 5))
    plan = Plan(
        matches, (StationHours(1, 1), StationHours(2, 1, (between(0, 30),))), (Break(1, 1, between(20, 60)),)
    )
    problem = problem_of(matches, (1, 2), plan=plan)
    # Nothing before the break at either station: four turns at the first.
    assert earliest_end(problem, {1, 2, 3, 4}) == at(180)
    assert propose_in_order(problem).gap == 0


def test_what_is_proven():
    problem = problem_of([match(1), match(2)], now=NINE + MINUTE)
    proposal = propose_in_order(problem)
    assert (proposal.makespan_end, proposal.lower_bound, proposal.gap) == (at(65), at(65), 0)
    unproven = replace(proposal, lower_bound=None, gap=None)
    assert unproven.proven(problem, None) == unproven
    assert unproven.proven(problem, at(70)).lower_bound == at(65)
    assert unproven.proven(problem, at(50)).gap == pytest.approx(15 / 60)
    assert unproven.proven(problem, at(50)).proven(problem, at(40)).lower_bound == at(50)


@pytest.mark.parametrize(
    ("moved", "rule"),
    [
        ({1: Placement(at(0), 9)}, "station not allowed"),
        ({1: Placement(at(-60), 1)}, "past"),
        ({1: Placement(at(2), 1)}, "slot"),
        ({1: Placement(NINE + DAY, 1)}, "window"),
        ({1: Placement(at(100), 2)}, "hours"),
        ({1: Placement(at(195), 1)}, "break"),
        ({2: Placement(at(0), 1)}, "station"),
        ({1: Placement(at(60), 1)}, "rest"),
        ({2: Placement(at(60), 2)}, "coordinator"),
        ({2: Placement(at(60), 2)}, "stream"),
        ({3: Placement(at(0), 2)}, "bracket order"),
        ({2: Placement(at(300), 1)}, "round order"),
        ({5: Placement(at(300), 1)}, "begun"),
        ({6: Placement(at(300), 1)}, "feeder without time"),
        ({99: Placement(at(300), 1)}, "answer"),
    ],
)
def test_check_finds_what_is_wrong(moved, rule):
    matches = (
        match(1, 1),
        match(2, 2, coordinator_id=3, stream="a", bracket_id=1),
        match(3, 1, coordinator_id=3, stream="a", feeders=(1,), rest_minutes=10),
        match(4, 2, bracket_id=1, round_number=2),
        match(5, start=-30, fixed=True),
        match(6, feeders=(7,)),
        match(7),
    )
    plan = Plan(
        matches,
        (StationHours(1, 1), StationHours(2, 1, (between(0, 120),))),
        (Break(1, 1, between(200, 210)),),
    )
    problem = problem_of(matches, (1, 2), plan=plan, match_ids=(1, 2, 3, 4, 5, 6))
    right = {
        1: Placement(at(0), 1),
        2: Placement(at(30), 1),
        3: Placement(at(60), 1),
        4: Placement(at(90), 1),
    }
    unplaced = {5: BEGUN, 6: WAITS}
    assert check(problem, Proposal.of(problem, right, unplaced, "list")) == []
    wrong = right | moved
    left = {match_id: why for match_id, why in unplaced.items() if match_id not in moved}
    ends = {match_id: placed for match_id, placed in wrong.items() if match_id in right}
    proposal = replace(Proposal.of(problem, ends, left, "list"), placements=wrong)
    assert rule in {violation.rule for violation in check(problem, proposal)}


def test_check_looks_at_the_end_too():
    problem = problem_of([match(1)])
    proposal = replace(propose_in_order(problem), makespan_end=at(0))
    assert [violation.rule for violation in check(problem, proposal)] == ["makespan"]


def test_a_window_may_be_days_away():
    later = Interval(NINE + 3 * DAY, NINE + 3 * DAY + HOUR)
    assert starts(problem_of([match(1), match(2)], windows=(between(0, 30), later))) == {1: 0, 2: 3 * 24 * 60}
