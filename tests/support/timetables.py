"""Problems for schedulers: those of real formats, and random ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.domain.brackets.double_elimination import plan_double_elimination
from app.domain.brackets.round_robin import plan_round_robin
from app.domain.brackets.single_elimination import plan_single_elimination
from app.domain.schedule.plan import Break, Interval, Plan, PlannedMatch, StationHours
from app.domain.schedule.problems import Problem

NINE = datetime(2026, 6, 11, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(minutes: int) -> datetime:
    return NINE + minutes * MINUTE


def between(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


def problem_of(matches, stations=(1,), **others) -> Problem:
    """All matches are to be placed, from nine on, for a day, unless something else is asked for."""
    given = {
        "plan": Plan(tuple(matches), tuple(StationHours(station, 1) for station in stations)),
        "match_ids": tuple(match.id for match in matches),
        "station_ids": tuple(stations),
        "windows": (Interval(NINE, NINE + DAY),),
        "now": NINE - HOUR,
    }
    return Problem(**given | others)


def world_cup(minutes: int = 20, rest: int = 10) -> list[PlannedMatch]:
    """12 groups of 4, then a knockout of 32 with a match for the third place: 104 matches.

    A match of the round of 32 waits for the groups that its sides come from.
    """
    groups = plan_round_robin(48, groups=12)
    names = sorted({match.group for match in groups})
    matches = [
        PlannedMatch(
            n.match_number, 1, None, minutes, rest, (n.seed1, n.seed2), bracket_id=1 + names.index(n.group),
            round_number=n.round_number, match_number=n.match_number,
        )
        for n in groups
    ]  # fmt: skip
    of_group = {name: tuple(match.match_number for match in groups if match.group == name) for name in names}
    knockout = plan_single_elimination(32, third_place=True)
    for match in elimination(knockout, minutes, rest, first_id=73, bracket_id=20):
        if match.round_number == 1:
            place = match.id - 73
            sources = of_group[names[place % 12]] + of_group[names[(5 * place + 1) % 12]]
            matches.append(replace(match, participants=(), feeders=sources))
        else:
            matches.append(match)
    return matches


def everybody_meets(entrants: int, minutes: int = 20, rest: int = 10) -> list[PlannedMatch]:
    """A round robin."""
    return [
        PlannedMatch(
            n.match_number, 1, None, minutes, rest, (n.seed1, n.seed2), bracket_id=1,
            round_number=n.round_number, match_number=n.match_number,
        )
        for n in plan_round_robin(entrants)
    ]  # fmt: skip


def double_elimination(entrants: int, minutes: int = 30, rest: int = 10) -> list[PlannedMatch]:
    return elimination(plan_double_elimination(entrants), minutes, rest)


def elimination(planned, minutes: int, rest: int, first_id: int = 1, bracket_id: int = 1):
    """The matches of an elimination bracket, with those that feed them."""
    feeders: dict[int, list[int]] = {}
    for match in planned:
        for feed in (match.winner_to, match.loser_to):
            if feed:
                feeders.setdefault(feed.match_number, []).append(match.match_number - 1 + first_id)
    return [
        PlannedMatch(
            match.match_number - 1 + first_id, 1, None, minutes, rest,
            tuple(seed for seed in (match.seed1, match.seed2) if seed),
            feeders=tuple(feeders.get(match.match_number, ())), bracket_id=bracket_id,
            round_number=match.round_number, match_number=match.match_number,
        )
        for match in planned
    ]  # fmt: skip


@st.composite
def problems(draw, most: int = 12) -> Problem:
    """Small ones in which everything occurs: days, hours, breaks, fixed and foreign matches, people in two teams."""
    stations = tuple(
        StationHours(
            station, 1, draw(st.sampled_from([(), (between(0, 150),), (between(20, 90), between(100, 700))]))
        )
        for station in range(1, draw(st.integers(1, 3)) + 1)
    )
    matches = [draw(_matches(number, len(stations))) for number in range(1, draw(st.integers(1, most)) + 1)]
    places = st.sampled_from([None, *(station.id for station in stations)])
    breaks = tuple(
        Break(number, draw(st.sampled_from([1, 1, 2])), between(start, start + 25), draw(places))
        for number, start in enumerate(draw(st.lists(st.integers(0, 200), max_size=2)), start=1)
    )
    ids = [match.id for match in matches]
    return Problem(
        plan=Plan(tuple(matches), stations, breaks),
        match_ids=tuple(draw(st.lists(st.sampled_from(ids), unique=True))),
        station_ids=tuple(draw(st.lists(st.sampled_from([station.id for station in stations]), unique=True))),
        windows=draw(
            st.sampled_from([(between(0, 400),), (between(0, 90), between(120, 300)), (between(3, 40),)])
        ),
        now=at(draw(st.integers(-60, 60))),
        slot_minutes=draw(st.sampled_from([5, 7, 15])),
        streamed=frozenset(draw(st.lists(st.sampled_from(ids), max_size=3))),
        stream_stations=frozenset(draw(st.sets(st.sampled_from([station.id for station in stations])))),
    )


@st.composite
def _matches(draw, number: int, stations: int) -> PlannedMatch:
    start = draw(st.one_of(st.none(), st.integers(-30, 300)))
    earlier = st.lists(st.integers(1, max(1, number - 1)), max_size=2, unique=True)
    return PlannedMatch(
        number,
        tournament_id=draw(st.sampled_from([1, 1, 2])),
        start=None if start is None else at(start),
        minutes=draw(st.sampled_from([5, 18, 30, 45])),
        rest_minutes=draw(st.sampled_from([0, 10, 12])),
        participants=tuple(draw(st.lists(st.integers(1, 6), max_size=2, unique=True))),
        people=draw(st.frozensets(st.integers(1, 5), max_size=2)),
        station_id=draw(st.one_of(st.none(), st.integers(1, stations))),
        coordinator_id=draw(st.sampled_from([None, 1, 2])),
        stream=draw(st.sampled_from(["", "", "main"])),
        feeders=tuple(draw(earlier)) if number > 1 else (),
        bracket_id=draw(st.sampled_from([None, 1, 2])),
        round_number=draw(st.integers(1, 3)),
        match_number=number,
        fixed=draw(st.sampled_from([False, False, False, True])),
    )
