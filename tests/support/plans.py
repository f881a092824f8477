"""Plans for the rules about schedules: on minutes of one day, by hand or drawn at random."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from app.domain.schedule.conflicts import Conflict, find_conflicts
from app.domain.schedule.plan import Break, Interval, Plan, PlannedMatch, StationHours
from app.domain.schedule.ripple import Shift

DAY = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LONG_AGO = DAY - timedelta(days=30)
LATEST = 150


def at(minute: float) -> datetime:
    """The moment so many minutes into the day."""
    return DAY + minute * MINUTE


def minute_of(moment: datetime) -> int:
    """The other way round."""
    return (moment - DAY) // MINUTE


def span(start: float, end: float) -> Interval:
    """The interval between two minutes of the day."""
    return Interval(at(start), at(end))


def match(id: int, start: float | None, minutes: int = 30, **values) -> PlannedMatch:
    """A match of tournament 1 that starts at this minute of the day."""
    return PlannedMatch(
        id,
        **{"tournament_id": 1, "start": None if start is None else at(start), "minutes": minutes, **values},
    )


def plan(*matches: PlannedMatch, stations: Iterable[StationHours] = (), breaks: Iterable[Break] = ()) -> Plan:
    """A plan of these matches."""
    return Plan(matches, tuple(stations), tuple(breaks))


def applied(before: Plan, shifts: Iterable[Shift]) -> Plan:
    """The plan after the shifts."""
    return before.with_matches(replace(before.by_id[each.match_id], start=each.new) for each in shifts)


def drawn_plan(seed: int, count: int) -> Plan:
    """A plan of so many matches in two tournaments, which share much with each other as there is little of all.

    With the same seed, fewer matches are the first of more.
    """
    chance = Random(seed)
    rests = chance.randint(0, 20), chance.randint(0, 20)
    stations = tuple(_drawn_station(chance, number) for number in (1, 2, 3) if chance.random() < 0.5)
    pauses = tuple(_drawn_break(chance, number) for number in (1, 2) if chance.random() < 0.5)
    return Plan(
        tuple(_drawn_match(chance, number, rests) for number in range(1, count + 1)), stations, pauses
    )


def _drawn_match(chance: Random, number: int, rests: tuple[int, int]) -> PlannedMatch:
    tournament_id = chance.choice([1, 1, 2])
    return PlannedMatch(
        number,
        tournament_id,
        at(chance.randint(0, LATEST)) if chance.random() < 0.9 else None,
        chance.randint(1, 40),
        rests[tournament_id - 1],
        tuple(chance.sample(range(1, 9), chance.randint(0, 2))),
        frozenset(chance.sample(range(1, 9), chance.randint(0, 2))),
        chance.choice([None, 1, 2, 3]),
        chance.choice([None, None, 1, 2]),
        chance.choice(["", "", "main", "side"]),
        (chance.randint(1, number - 1),) if number > 1 and chance.random() < 0.2 else (),
        chance.choice([None, 1, 2]),
        fixed=chance.random() < 0.15,
    )


def _drawn_station(chance: Random, number: int) -> StationHours:
    edges = sorted(chance.sample(range(0, LATEST + 100, 10), 2 * chance.randint(0, 3)))
    # Now and then two intervals touch.
    edges = [edges[1] if place == 2 and chance.random() < 0.3 else edge for place, edge in enumerate(edges)]
    return StationHours(number, 1, tuple(span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)))


def _drawn_break(chance: Random, number: int) -> Break:
    start = chance.randint(0, LATEST)
    station_id = chance.choice([None, None, 1, 2])
    return Break(number, chance.choice([1, 1, 2]), span(start, start + chance.randint(1, 30)), station_id)


def without_conflict(drawn: Plan) -> Plan:
    """The plan without the matches that clash with one before them in the list."""
    kept = replace(drawn, matches=())
    for each in drawn.matches:
        more = replace(kept, matches=(*kept.matches, each))
        kept = kept if find_conflicts(more, LONG_AGO) else more
    return kept


SEEDS = st.integers(0, 2**32)
PLANS = st.builds(drawn_plan, SEEDS, st.integers(0, 10))
PLANS_WITHOUT_CONFLICT = st.builds(drawn_plan, SEEDS, st.integers(5, 40)).map(without_conflict)


def conflicts_by_minute(plan: Plan, now: datetime) -> set[Conflict]:
    """Every conflict, looked for pair by pair and minute by minute."""
    found = set()
    timed = [each for each in plan.matches if each.start is not None]
    for later in timed:
        found |= set(_alone(plan, later))
        for earlier in timed:
            if (earlier.start, earlier.id) < (later.start, later.id) and not (earlier.fixed and later.fixed):
                found |= set(_of_two(earlier, later))
            if earlier.id in later.feeders and not later.fixed and not (earlier.fixed and earlier.end <= now):
                found |= set(_disorder(earlier, later))
    return {each for each in found if each.interval.end > now}


def _minutes(each: PlannedMatch, more: int = 0) -> set[int]:
    start = minute_of(each.start)
    return set(range(start, start + each.minutes + more))


def _conflict(
    kind: str, ids: tuple[int, ...], subject: int | None, lost: set[int], rest: bool = False
) -> list[Conflict]:
    return [Conflict(kind, ids, subject, span(min(lost), max(lost) + 1), rest)] if lost else []


def _of_two(earlier: PlannedMatch, later: PlannedMatch) -> Iterable[Conflict]:
    ids = (earlier.id, later.id)
    both = _minutes(earlier) & _minutes(later)
    resting = {minute for minute in _minutes(earlier, later.rest_minutes) if minute >= minute_of(later.start)}
    sides = set(earlier.participants) & set(later.participants)
    users = set() if sides else earlier.people & later.people
    for kind, shared in (("participant", sides), ("person", users)):
        for subject in shared:
            yield from _conflict(kind, ids, subject, both or resting, not both)
    if earlier.station_id == later.station_id is not None:
        yield from _conflict("station", ids, later.station_id, both)
    if earlier.coordinator_id == later.coordinator_id is not None:
        yield from _conflict("coordinator", ids, later.coordinator_id, both)
    if earlier.stream == later.stream != "":
        yield from _conflict("stream", ids, None, both)


def _disorder(feeder: PlannedMatch, fed: PlannedMatch) -> Iterable[Conflict]:
    ids = tuple(each.id for each in sorted((feeder, fed), key=lambda each: (each.start, each.id)))
    start, end = minute_of(fed.start), minute_of(feeder.end)
    too_early, resting = set(range(start, end)), set(range(start, end + fed.rest_minutes))
    return _conflict("order", ids, fed.id, too_early or resting, not too_early)


def _alone(plan: Plan, each: PlannedMatch) -> Iterable[Conflict]:
    if each.fixed:
        return
    for pause in plan.breaks:
        is_kept = (
            pause.station_id == each.station_id
            if pause.station_id
            else pause.tournament_id == each.tournament_id
        )
        paused = set(range(minute_of(pause.interval.start), minute_of(pause.interval.end)))
        if is_kept:
            yield from _conflict("break", (each.id,), pause.id, _minutes(each) & paused)
    for station in plan.stations:
        if station.id == each.station_id and station.open:
            opened = {m for a in station.open for m in range(minute_of(a.start), minute_of(a.end))}
            yield from _conflict("hours", (each.id,), station.id, _minutes(each) - opened)
