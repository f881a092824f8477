"""Which match is called to a station next, and the hours and breaks that it heeds."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import InvalidInput
from app.domain.schedule.calling import SOON, Closure, Hall, Waiting, closure
from app.domain.schedule.hours import LONGEST_BREAK, MAX_HOURS, check_break, station_hours
from app.domain.schedule.plan import Break, Interval, Plan, PlannedMatch, StationHours

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COURT = StationHours(1, 1)


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def span(start, end):
    return Interval(at(start), at(end))


def planned(id, start=0, sides=None, **more):
    time = None if start is None else at(start)
    return PlannedMatch(id, 1, time, 60, participants=sides or (id * 2, id * 2 + 1), **more)


def hall(*waiting, others=(), taken=(), breaks=()):
    known = [one if isinstance(one, Waiting) else Waiting(one, True) for one in waiting]
    plan = Plan((*(one.match for one in known), *others), (COURT,), breaks)
    return Hall(plan, taken, known, NOW)


def suggested(*waiting, station=COURT, **more):
    found = hall(*waiting, **more).suggest(station)
    return found and found.id


def test_the_earliest_planned_is_suggested_and_what_has_no_time_comes_last():
    assert suggested(planned(1, None), planned(2, 30), planned(3, 10)) == 3
    assert suggested(planned(1, None)) == 1
    assert suggested() is None


def test_a_match_that_is_ready_comes_before_one_that_waits_for_check_in():
    assert suggested(Waiting(planned(1, 0), False), planned(2, 45)) == 2
    assert suggested(Waiting(planned(1, 0), False)) == 1


def test_what_is_placed_at_another_station_is_not_suggested():
    assert suggested(planned(1, station_id=2)) is None
    assert suggested(planned(1, station_id=1)) == 1


def test_what_has_no_station_does_not_take_the_time_of_what_is_planned_here():
    own = Waiting(planned(1, 59, station_id=1), False)
    assert suggested(own, planned(2, 0)) == 1
    assert suggested(Waiting(planned(1, 60, station_id=1), False), planned(2, 0)) == 2


def test_nobody_is_called_who_plays_or_is_called_elsewhere():
    playing = planned(9, -10, (2, 90), fixed=True)
    assert suggested(planned(1), others=[playing], taken=[9]) is None
    # However long it has lasted.
    assert suggested(planned(1), others=[planned(9, -600, (2, 90), fixed=True)], taken=[9]) is None
    assert suggested(planned(1), planned(2, 5), others=[playing], taken=[9]) == 2


def test_nobody_is_called_whose_player_plays_for_another_team():
    mine, other = planned(1, people=frozenset({7})), planned(9, -5, people=frozenset({7}), fixed=True)
    assert suggested(mine, others=[other], taken=[9]) is None
    assert suggested(mine, others=[planned(9, -5, people=frozenset({8}), fixed=True)], taken=[9]) == 1


def test_who_has_just_played_rests_first():
    played = PlannedMatch(9, 1, at(-40), 30, rest_minutes=15, participants=(2, 90), fixed=True)
    assert suggested(planned(1, rest_minutes=15), others=[played]) is None
    played = PlannedMatch(9, 1, at(-45), 30, rest_minutes=15, participants=(2, 90), fixed=True)
    assert suggested(planned(1, rest_minutes=15), others=[played]) == 1


def test_what_somebody_plays_elsewhere_later_counts_once_it_would_overlap():
    def elsewhere(start):
        return PlannedMatch(9, 2, at(start), 30, participants=(900, 901), people=frozenset({7}), fixed=True)

    mine = planned(1, people=frozenset({7}))
    assert suggested(mine, others=[elsewhere(59)]) is None
    assert suggested(mine, others=[elsewhere(60)]) == 1


def test_what_is_planned_for_much_later_is_not_called_yet():
    late = SOON.total_seconds() / 60
    assert suggested(planned(1, late)) == 1
    assert suggested(planned(1, late + 1)) is None


@pytest.mark.parametrize(("closes", "fits"), [(60, True), (59, False)])
def test_a_match_ends_before_the_station_closes(closes, fits):
    station = StationHours(1, 1, (span(-60, closes),))
    assert suggested(planned(1), station=station) == (1 if fits else None)


@pytest.mark.parametrize(
    ("pause", "fits"),
    [
        (Break(1, 1, span(60, 90)), True),
        (Break(1, 1, span(59, 90)), False),
        (Break(1, 1, span(-30, 0)), True),
        (Break(1, 1, span(-30, 1), station_id=1), False),
        (Break(1, 1, span(-30, 1), station_id=2), True),
        (Break(1, 2, span(-30, 1)), True),
    ],
)
def test_a_match_ends_before_a_break_of_everywhere_or_of_the_station(pause, fits):
    assert suggested(planned(1), breaks=(pause,)) == (1 if fits else None)


def test_the_first_planned_match_that_can_be_called_is_next_at_a_busy_station():
    playing = planned(9, -10, (2, 90), fixed=True)
    found = hall(
        planned(1, 0, station_id=1),
        planned(2, 10, station_id=1),
        planned(3, 20, station_id=1),
        others=[playing],
        taken=[9],
    )
    assert found.first_planned(1).id == 2
    assert found.first_planned(2) is None


def test_a_station_tells_why_it_is_closed_and_until_when():
    pause = Break(5, 1, span(-10, 20))
    assert closure(COURT, [pause], NOW) == Closure(at(20), pause)
    assert closure(COURT, [Break(5, 1, span(-10, 0))], NOW) is None
    assert closure(COURT, [], NOW) is None
    assert closure(StationHours(1, 1, (span(-60, 0), span(30, 90))), [], NOW) == Closure(at(30))
    assert closure(StationHours(1, 1, (span(-60, 0),)), [], NOW) == Closure(None)
    assert closure(StationHours(1, 1, (span(0, 60),)), [], NOW) is None


def test_hours_are_kept_in_order_and_may_touch():
    assert station_hours([span(60, 90), span(0, 60)]) == (span(0, 60), span(60, 90))
    assert station_hours([]) == ()


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ([span(0, 60), span(59, 90)], "overlap"),
        ([span(0, 60), span(0, 60)], "overlap"),
        ([span(0, 60), span(10, 20)], "overlap"),
        ([span(10, 10)], "after the beginning"),
        ([span(10, 0)], "after the beginning"),
        ([span(n * 10, n * 10 + 5) for n in range(MAX_HOURS + 1)], "at most 60"),
        ([Interval(NOW, NOW.replace(year=3000))], "1970 to 2999"),
    ],
)
def test_hours_that_cannot_be_are_refused(hours, why):
    with pytest.raises(InvalidInput, match=why) as refused:
        station_hours(hours)
    assert list(refused.value.errors) == ["hours"]


def test_a_break_lasts_at_most_seven_days():
    check_break(Interval(NOW, NOW + LONGEST_BREAK))
    for wrong in (Interval(NOW, NOW + LONGEST_BREAK + timedelta(seconds=1)), Interval(NOW, NOW)):
        with pytest.raises(InvalidInput) as refused:
            check_break(wrong)
        assert list(refused.value.errors) == ["ends_at"]
