"""Estimated starts: by hand where the answer is plain, and what must hold whatever has been played."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time

import pytest

from app.domain.schedule.estimates import (
    LATEST_ERRORS,
    Estimate,
    EstimateError,
    Observed,
    accuracy,
    errors,
    estimate,
)

NINE = datetime(2026, 5, 2, 9, tzinfo=UTC)


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def queue(count, minutes=30, station_id=1):
    """So many matches one after the other, planned back to back from nine."""
    return [Observed(place, at(minutes * place), minutes, station_id=station_id) for place in range(count)]


def played(match, start, length):
    return replace(match, started_at=at(start), completed_at=at(start + length), is_closed=True)


def likely(estimates, match_id):
    """In minutes from nine."""
    return (estimates[match_id].likely - NINE) / timedelta(minutes=1)


def simulated(seed, count=60, stations=3):
    """An event with lunch and a night: matches that take their time, each fed by two before it."""
    chance = Random(seed)
    free = dict.fromkeys(range(1, stations + 1), 0.0)
    ended = {}
    matches = []
    for place in range(count):
        station, slot = place % stations + 1, place // stations
        start = slot * 25 + (90 if slot > 6 else 0) + (900 if slot > 13 else 0)
        feeders = tuple(fed for fed in (place - stations, place - stations - 1) if fed >= 0 and slot % 2)
        begins = max(start - 2, free[station] + chance.uniform(1, 8), *(ended[fed] + 2 for fed in feeders), 0)
        ended[place] = free[station] = begins + chance.uniform(12, 40)
        best_of = chance.choice((1, 3))
        match = Observed(place, at(start), 25, best_of, slot, 1, station, feeders)
        matches.append(played(match, begins, ended[place] - begins))
    return matches


def test_before_anything_is_played_the_plan_holds():
    estimates = estimate(queue(4), at(-60))
    assert [round(likely(estimates, place), -1) for place in range(4)] == [0, 30, 60, 90]


def test_a_queue_goes_on_as_fast_as_it_has_gone():
    first, *rest = queue(12)
    matches = [played(first, 0, 38)]
    matches += [played(match, 40 * place, 38) for place, match in enumerate(rest[:5], start=1)]
    estimates = estimate(matches + rest[5:], at(201))
    assert likely(estimates, 6) == pytest.approx(240, abs=5)
    assert likely(estimates, 9) == pytest.approx(360, abs=18)


def test_a_pause_makes_up_for_lateness():
    morning = [played(match, 40 * place, 35) for place, match in enumerate(queue(4))]
    afternoon = [Observed(9, at(240), 30, station_id=1)]
    assert likely(estimate(morning + afternoon, at(150)), 9) == pytest.approx(242, abs=3)


def test_what_an_event_learns_about_pauses_is_used():
    matches = [Observed(place, at(120 * place), 30, station_id=1) for place in range(8)]
    late = [played(match, 120 * place + 12, 30) for place, match in enumerate(matches[:7])]
    assert likely(estimate([*late, matches[7]], at(790)), 7) == pytest.approx(852, abs=3)


def test_a_match_waits_for_its_feeder_at_another_station():
    running = replace(Observed(1, at(0), 30, station_id=1), started_at=at(25))
    fed = Observed(2, at(35), 30, station_id=2, feeders=(1,))
    assert likely(estimate([running, fed], at(30)), 2) > 55


def test_a_feeder_without_a_plan_of_its_own_still_holds_up():
    matches = [replace(queue(1)[0], planned_start=at(60)), Observed(7, None, 30, feeders=(0,))]
    assert likely(estimate(matches, at(0)), 7) > 90


def test_a_closed_match_whose_end_is_not_known_took_as_long_as_planned():
    feeder = replace(queue(1)[0], started_at=at(0), is_closed=True)
    fed = Observed(7, None, 30, feeders=(0,))
    known = replace(feeder, completed_at=at(30))
    for now in (at(10), at(32), at(600)):
        assert estimate([feeder, fed], now) == estimate([known, fed], now)


def test_a_match_that_ends_early_lets_the_next_begin_early():
    matches = [played(match, 30 * place, 28) for place, match in enumerate(queue(6))]
    short = played(Observed(6, at(180), 30, station_id=1), 180, 10)
    following = Observed(7, at(190), 30, station_id=1)
    assert likely(estimate([*matches, short, following], at(191)), 7) < 200


def test_a_match_that_should_have_begun_begins_soon_but_not_at_once():
    waiting = queue(2)
    running = replace(waiting[0], started_at=at(0))
    estimates = estimate([running, waiting[1]], at(70))
    assert 70 < likely(estimates, 1) <= 100
    assert estimates[1].low >= at(70)


def test_a_match_that_others_overtake_holds_up_nobody():
    matches = queue(8)
    begun = [played(matches[place], 30 * (place - 1), 28) for place in range(1, 4)]
    estimates = estimate([matches[0], *begun, *matches[4:]], at(61))
    alone = estimate([*begun, *matches[4:]], at(61))
    assert estimates[4] == alone[4]
    assert 0 in estimates


def test_matches_without_a_station_are_as_late_as_the_others():
    matches = [Observed(place, at(10 * place), 30) for place in range(20)]
    late = [played(match, 10 * place + 20, 30) for place, match in enumerate(matches[:12])]
    assert likely(estimate(late + matches[12:], at(131)), 16) == pytest.approx(178, abs=5)


def test_longer_series_are_learnt_apart():
    matches = [
        Observed(place, at(30 * place), 30, best_of=3 if place % 2 else 1, station_id=place % 2)
        for place in range(40)
    ]
    begun = [
        played(match, 60 * (place // 2), 58 if place % 2 else 28) for place, match in enumerate(matches[:30])
    ]
    final = [
        Observed(90, at(870), 30, best_of=1, station_id=7),
        Observed(91, at(870), 30, best_of=3, station_id=8),
    ]
    fed = [Observed(92, None, 30, feeders=(90,)), Observed(93, None, 30, feeders=(91,))]
    estimates = estimate(begun + final + fed, at(860))
    assert likely(estimates, 93) > likely(estimates, 92) + 10


def test_closed_and_begun_matches_are_not_estimated():
    first, second, third = queue(3)
    walkover = replace(second, is_closed=True)
    estimates = estimate([played(first, 0, 20), walkover, third], at(5))
    assert set(estimates) == {2}


def test_what_nothing_is_known_of_is_left_out():
    assert estimate([Observed(1, None, 30), Observed(2, None, 30, station_id=4)], NINE) == {}


@pytest.mark.parametrize("seed", range(6))
def test_estimates_are_never_before_now_and_in_the_order_of_the_queue(seed):
    matches = simulated(seed)
    for now in map(at, range(-60, 1500, 37)):
        estimates = estimate(matches, now)
        waiting = [match for match in matches if match.started_at > now]
        assert set(estimates) == {match.id for match in waiting}
        for given in estimates.values():
            assert now <= given.low <= given.likely <= given.high
        for station in (1, 2, 3):
            starts = [estimates[match.id].likely for match in waiting if match.station_id == station]
            assert starts == sorted(starts)
        for match in waiting:
            for feeder in set(match.feeders) & set(estimates):
                assert estimates[feeder].likely <= estimates[match.id].likely


def test_the_order_that_matches_are_given_in_does_not_matter():
    matches = simulated(1)
    again = Random(0).sample(matches, len(matches))
    assert estimate(again, at(300)) == estimate(matches, at(300))


def test_the_future_is_not_looked_at():
    matches, now = simulated(2), at(300)
    known = [
        replace(
            match,
            started_at=match.started_at if match.started_at <= now else None,
            completed_at=match.completed_at if match.completed_at <= now else None,
            is_closed=match.completed_at <= now,
        )
        for match in matches
    ]
    assert estimate(known, now) == estimate(matches, now)


@pytest.mark.parametrize("seed", range(30))
def test_odd_input_does_no_harm(seed):
    """Ends before starts, no plan, no length, feeders in a circle or unknown, everything at the same time."""
    chance = Random(seed)

    def time():
        return chance.choice((None, at(0), at(chance.randint(-3000, 3000))))

    matches = [
        Observed(
            id=place,
            planned_start=time(),
            planned_minutes=chance.choice((-5, 0, 1, 30, 100_000)),
            best_of=chance.choice((0, 1, 3)),
            station_id=chance.choice((None, 1, 2)),
            feeders=tuple(chance.sample(range(25), chance.randint(0, 2))),
            started_at=time(),
            completed_at=time(),
            is_closed=chance.random() < 0.5,
        )
        for place in range(20)
    ]
    for now in (at(-4000), at(0), at(4000)):
        for given in estimate(matches, now).values():
            assert now <= given.low <= given.likely <= given.high
    accuracy(errors(matches))


def test_an_event_that_is_over_has_no_estimates():
    matches = simulated(3)
    assert estimate(matches, at(5000)) == {}
    assert estimate([], NINE) == {}


def test_errors_tell_what_would_have_been_estimated_before_each_start():
    matches = simulated(4)
    found = errors(matches, timedelta(minutes=20))
    assert [error.started_at for error in found] == sorted(match.started_at for match in matches)
    for error in (found[10], found[-1]):
        before = estimate(matches, error.started_at - timedelta(minutes=20))
        assert error.estimate == before[error.id]
    figures = accuracy(found)
    assert figures.count == 60
    assert figures.median < figures.plan_median
    assert figures.mean < figures.plan_mean
    assert 0.65 < figures.covered <= 1


def test_an_error_in_figures():
    early = EstimateError(1, at(10), Estimate(at(0), at(5), at(8)), at(2))
    late = EstimateError(2, None, Estimate(at(0), at(5), at(8)), at(9))
    assert [(error.minutes, error.plan_minutes, error.is_covered) for error in (early, late)] == [
        (-3, -8, True),
        (4, None, False),
    ]
    figures = accuracy([early, late])
    assert (figures.count, figures.median, figures.mean) == (2, 3.5, 3.5)
    assert (figures.plan_median, figures.plan_mean, figures.covered) == (8, 8, 0.5)
    assert accuracy([late]).plan_mean is None
    assert accuracy([]) is None


def test_judging_a_long_event_is_quick():
    matches = simulated(5, count=500, stations=8)
    before = process_time()
    found = errors(matches)
    assert len(found) == LATEST_ERRORS
    assert process_time() - before < 0.5
