"""What clashes in a schedule, by example and against a search minute by minute; and what mends it."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.schedule.conflicts import Conflict, conflicts_of, find_conflicts, new_conflicts
from app.domain.schedule.mends import MOST_OFFERED, Mend, MendKind, mends
from app.domain.schedule.plan import Break, StationHours
from tests.support.plans import DAY, LATEST, LONG_AGO, PLANS, at, conflicts_by_minute, match, plan, span

MOMENTS = st.integers(-10, LATEST + 60).map(at)


@given(plan=PLANS, now=MOMENTS)
@settings(max_examples=400)
def test_conflicts_are_those_of_a_search_minute_by_minute(plan, now):
    found = find_conflicts(plan, now)
    assert len(set(found)) == len(found)
    assert set(found) == conflicts_by_minute(plan, now)
    assert [each.interval.start for each in found] == sorted(each.interval.start for each in found)


@given(plan=PLANS, ids=st.sets(st.integers(1, 9)), now=MOMENTS)
def test_conflicts_of_some_matches_are_those_that_name_them(plan, ids, now):
    named = [each for each in find_conflicts(plan, now) if not ids.isdisjoint(each.match_ids)]
    assert conflicts_of(plan, ids, now) == named


@given(plan=PLANS, id=st.integers(1, 9), start=st.integers(0, LATEST).map(at), now=MOMENTS)
def test_new_conflicts_are_those_of_a_changed_match_that_were_not_there(plan, id, start, now):
    movable = (each for each in plan.matches if each.id == id and not each.fixed)
    changed = plan.with_matches(replace(each, start=start) for each in movable)
    known = {each.key for each in find_conflicts(plan, LONG_AGO)}
    created = [each for each in find_conflicts(changed, now) if each.key not in known]
    assert new_conflicts(plan, changed, [id], now) == created
    assert new_conflicts(plan, plan, [id], now) == []


SHARED = [
    ({"participants": (7,)}, "participant", 7),
    ({"people": frozenset({8})}, "person", 8),
    ({"station_id": 3}, "station", 3),
    ({"coordinator_id": 4}, "coordinator", 4),
    ({"stream": "main"}, "stream", None),
]


@pytest.mark.parametrize(("shared", "kind", "subject"), SHARED)
def test_two_matches_that_overlap_clash_in_what_they_share(shared, kind, subject):
    both = plan(match(2, 0, **shared), match(1, 20, **shared))
    assert find_conflicts(both, DAY) == [Conflict(kind, (2, 1), subject, span(20, 30))]


@pytest.mark.parametrize(("shared", "kind", "subject"), SHARED)
def test_two_matches_that_touch_clash_in_nothing(shared, kind, subject):
    assert find_conflicts(plan(match(1, 0, **shared), match(2, 30, **shared)), DAY) == []


@pytest.mark.parametrize(("shared", "kind", "subject"), SHARED)
def test_only_who_plays_needs_the_rest_of_the_later_match(shared, kind, subject):
    both = plan(match(1, 0, **shared, rest_minutes=90), match(2, 35, **shared, rest_minutes=15))
    is_at_rest = kind in ("participant", "person")
    short = Conflict(kind, (1, 2), subject, span(35, 45), rest=True)
    assert find_conflicts(both, DAY) == ([short] if is_at_rest else [])


def test_a_person_clash_is_not_told_beside_that_of_the_participant():
    one = match(1, 0, participants=(1, 2), people=frozenset({10, 11}))
    two = match(2, 10, participants=(2, 3), people=frozenset({11, 12}))
    assert [each.kind for each in find_conflicts(plan(one, two), DAY)] == ["participant"]


def test_a_person_in_two_tournaments_clashes():
    one = match(1, 0, participants=(1,), people=frozenset({10}))
    two = match(2, 10, tournament_id=2, participants=(2,), people=frozenset({10}))
    assert find_conflicts(plan(one, two), DAY) == [Conflict("person", (1, 2), 10, span(10, 30))]


@pytest.mark.parametrize(
    ("start", "interval", "rest"),
    [(20, (20, 30), False), (-5, (-5, 30), False), (35, (35, 40), True), (40, None, False)],
)
def test_a_match_waits_for_those_that_feed_it_and_a_rest(start, interval, rest):
    feeder, fed = match(1, 0), match(2, start, feeders=(1, 9), rest_minutes=10)
    ids = (1, 2) if start > 0 else (2, 1)
    expected = [Conflict("order", ids, 2, span(*interval), rest)] if interval else []
    assert find_conflicts(plan(feeder, fed), LONG_AGO) == expected


@pytest.mark.parametrize("feeder", [match(1, None), match(1, 0, fixed=True), match(3, 0)])
def test_a_feeder_without_time_or_that_is_over_or_unknown_hinders_nobody(feeder):
    assert find_conflicts(plan(feeder, match(2, 31, feeders=(1,), rest_minutes=5)), at(30)) == []


def test_a_break_holds_at_its_station_or_at_all_of_its_tournament():
    lunch, repair = Break(1, 1, span(10, 20)), Break(2, 1, span(0, 40), station_id=5)
    everywhere = plan(
        match(1, 0),
        match(2, 20),
        match(3, 0, tournament_id=2),
        match(4, 25, station_id=5),
        breaks=[lunch, repair],
    )
    assert find_conflicts(everywhere, DAY) == [
        Conflict("break", (1,), 1, span(10, 20)),
        Conflict("break", (4,), 2, span(25, 40)),
    ]


def test_a_match_keeps_to_the_hours_of_its_station_and_hours_that_touch_are_one():
    hours = StationHours(1, 1, (span(0, 20), span(20, 60), span(90, 120)))
    inside, late, early = match(1, 10, station_id=1), match(2, 50, station_id=1), match(3, 80, station_id=1)
    assert find_conflicts(plan(inside, late, early, stations=[hours]), DAY) == [
        Conflict("hours", (2,), 1, span(60, 80)),
        Conflict("hours", (3,), 1, span(80, 90)),
    ]


def test_what_has_begun_clashes_only_with_what_has_not():
    begun = [match(1, 0, station_id=1, fixed=True), match(2, 10, station_id=1, fixed=True, feeders=(3,))]
    waiting = match(3, 30, station_id=1)
    hours, lunch = StationHours(1, 1, (span(30, 90),)), Break(1, 1, span(0, 30))
    found = find_conflicts(plan(*begun, waiting, stations=[hours], breaks=[lunch]), DAY)
    assert [each.match_ids for each in found] == [(2, 3)]


@pytest.mark.parametrize(("now", "count"), [(29, 1), (30, 0)])
def test_a_clash_that_is_over_is_none(now, count):
    both = plan(match(1, 0, station_id=1), match(2, 20, station_id=1))
    assert len(find_conflicts(both, at(now))) == count


def test_an_old_clash_at_another_time_is_not_new():
    before = plan(match(1, 0, station_id=1), match(2, 20, station_id=1), match(3, 90, station_id=1))
    after = before.with_matches([match(1, 70, station_id=1), match(2, 60, station_id=1)])
    assert [each.match_ids for each in new_conflicts(before, after, [1, 2], at(50))] == [(1, 3)]


def test_two_thousand_matches_are_searched_in_no_time():
    sides = [(2 * place + 1, 2 * place + 2) for place in range(40)]
    large = plan(
        *(
            match(
                20 * slot + place + 1,
                30 * slot,
                station_id=place,
                coordinator_id=place,
                rest_minutes=15,
                participants=sides[place + slot % 2 * 20],
                people=frozenset(
                    10 * side + user for side in sides[place + slot % 2 * 20] for user in range(5)
                ),
            )
            for slot in range(100)
            for place in range(20)
        ),
        match(3000, 1000, station_id=3, minutes=20),
    )
    spent = []
    for _ in range(5):
        begun = time.process_time()
        assert len(find_conflicts(large, DAY)) == 1
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.25, "a search of all pairs takes seconds"


@given(plan=PLANS, now=MOMENTS)
@settings(max_examples=200)
def test_a_mend_ends_its_conflict_and_makes_none(plan, now):
    existing = {each.key for each in find_conflicts(plan, LONG_AGO)}
    for conflict in find_conflicts(plan, now):
        offered = mends(conflict, plan, now)
        assert len(offered) <= MOST_OFFERED and len(set(offered)) == len(offered)
        for mend in offered:
            old = plan.by_id[mend.match_id]
            assert mend.match_id in conflict.match_ids and not old.fixed
            assert mend.start is None or (mend.start > now and mend.start > old.start)
            left = {each.key for each in find_conflicts(plan.with_matches([mend.applied(old)]), now)}
            assert left <= existing - {conflict.key}


def offered(*matches, now=DAY, **more):
    planned = plan(*matches, **more)
    return mends(find_conflicts(planned, now)[0], planned, now)


TABLES = [StationHours(1, 1), StationHours(2, 1), StationHours(3, 1), StationHours(4, 2)]


def test_a_taken_station_is_mended_by_a_free_one_by_a_later_time_or_by_none():
    here = [match(1, 0, station_id=1), match(2, 20, station_id=1), match(3, 60, station_id=1)]
    there = match(4, 40, station_id=2)
    assert offered(*here, there, stations=TABLES) == [
        Mend(MendKind.STATION, 2, station_id=3),
        Mend(MendKind.MOVE, 2, start=at(30)),
        Mend(MendKind.NO_STATION, 2),
    ]


def test_a_later_time_leaves_rest_breaks_hours_and_the_next_round():
    side = {"participants": (1,), "rest_minutes": 10}
    tied = [
        match(1, 0, **side),
        match(2, 20, station_id=1, **side),
        match(3, 75, **side),
        match(4, 200, feeders=(2,)),
    ]
    lunch, hours = Break(1, 1, span(110, 120)), StationHours(1, 1, (span(0, 145), span(150, 400)))
    assert offered(*tied, breaks=[lunch], stations=[hours]) == [Mend(MendKind.MOVE, 2, start=at(150))]
    soon = replace(tied[-1], start=at(170))
    assert offered(*tied[:-1], soon, breaks=[lunch], stations=[hours]) == [
        Mend(MendKind.MOVE, 1, start=at(120))
    ]


@pytest.mark.parametrize(
    ("shared", "first"),
    [({"coordinator_id": 1}, MendKind.NO_COORDINATOR), ({"stream": "main"}, MendKind.NO_STREAM)],
)
def test_a_coordinator_or_a_stream_is_taken_off_before_players_are_moved(shared, first):
    assert offered(match(1, 0, **shared), match(2, 20, **shared)) == [
        Mend(first, 2),
        Mend(MendKind.MOVE, 2, start=at(30)),
    ]


def test_the_earlier_match_is_changed_where_the_later_one_has_begun():
    begun = match(2, 20, station_id=1, fixed=True)
    assert offered(match(1, 0, station_id=1), begun, now=at(25))[0] == Mend(MendKind.MOVE, 1, start=at(50))


def test_a_match_before_its_feeder_is_moved_behind_it():
    assert offered(match(2, 0, feeders=(1,)), match(1, 10)) == [Mend(MendKind.MOVE, 2, start=at(40))]


def test_nothing_is_moved_to_a_time_that_is_past_by_now():
    both = plan(match(1, 0, station_id=1), match(2, 20, station_id=1))
    conflict = find_conflicts(both, DAY)[0]
    assert mends(conflict, both, at(45.5))[0] == Mend(MendKind.MOVE, 2, start=at(46))
