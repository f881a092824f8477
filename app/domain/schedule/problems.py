"""The problem of a schedule: what is to be played, when and where it could be, and what is taken by then."""

import time
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from graphlib import TopologicalSorter

from .grid import Grid
from .plan import Interval, Plan, PlannedMatch

# The least step in time: what is after a moment is so by this much.
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Problem:
    """Matches to find times and stations for.

    `match_ids` are matches of the plan; whatever time they have counts for nothing, unless they are fixed:
    then they stay. All other matches of the plan that have a time stay where they are. A match to place
    carries its coordinator and its own stream along, but nothing of the station it had.
    `windows` are when matches may be played, each wholly within one; starts are after `now`, and whole slots
    from the start of the first window. Without `station_ids` only times are looked for.
    The matches in `streamed` would like one of the `stream_stations`.
    """

    plan: Plan
    match_ids: tuple[int, ...]
    station_ids: tuple[int, ...]
    windows: tuple[Interval, ...]
    now: datetime
    slot_minutes: int = 5
    streamed: frozenset[int] = frozenset()
    stream_stations: frozenset[int] = frozenset()

    @cached_property
    def grid(self) -> Grid:
        """The starts there are."""
        first = min((window.start for window in self.windows), default=self.now)
        last = max((window.end for window in self.windows), default=self.now)
        return Grid(first, timedelta(minutes=self.slot_minutes), last)

    @cached_property
    def to_place(self) -> tuple[PlannedMatch, ...]:
        """The matches that can be placed in bracket order: after their feeders, then by round and number."""
        feeders = {match.id: match.feeders for match in self.plan.matches}
        depth: dict[int, int] = {}
        for match_id in TopologicalSorter(feeders).static_order():
            depth[match_id] = 1 + max((depth[feeder] for feeder in feeders.get(match_id, ())), default=0)
        matches = (self.plan.by_id[match_id] for match_id in dict.fromkeys(self.match_ids))
        return tuple(
            sorted(
                (match for match in matches if not match.fixed),
                key=lambda match: (depth[match.id], match.round_number, match.match_number, match.id),
            )
        )

    @cached_property
    def obstacles(self) -> tuple[PlannedMatch, ...]:
        """The matches with a time that stay where they are."""
        movable = {match.id for match in self.to_place}
        return tuple(
            match for match in self.plan.matches if match.start is not None and match.id not in movable
        )

    @cached_property
    def chains(self) -> tuple[tuple[PlannedMatch, ...], ...]:
        """What each participant plays in a bracket, of the matches to place, in bracket order.

        Only of rounds that do not follow from feeders: those of round robins, and of the Swiss system.
        """
        found: dict[tuple[int, int], list[PlannedMatch]] = defaultdict(list)
        for match in self.to_place:
            if match.bracket_id is not None and not match.feeders:
                for participant in match.participants:
                    found[match.bracket_id, participant].append(match)
        return tuple(tuple(chain) for chain in found.values() if len(chain) > 1)

    @cached_property
    def earlier_rounds(self) -> dict[int, frozenset[int]]:
        """For each match to place, those of its sides' earlier rounds in the bracket: they come first."""
        earlier: dict[int, set[int]] = defaultdict(set)
        for chain in self.chains:
            for place, match in enumerate(chain):
                earlier[match.id].update(
                    other.id for other in chain[:place] if other.round_number < match.round_number
                )
        return {match_id: frozenset(others) for match_id, others in earlier.items()}

    @cached_property
    def latest_ends(self) -> dict[int, datetime]:
        """When a match to place must be over, because another that it feeds keeps its time."""
        latest: dict[int, datetime] = {}
        timed = {match.id: match for match in self.obstacles if not match.fixed}
        for match in (*timed.values(), *reversed(self.to_place)):
            start = match.start if match.id in timed else latest.get(match.id)
            if start is None:
                continue
            if match.id not in timed:
                start -= timedelta(minutes=match.minutes)
            for feeder in (self.plan.by_id[feeder] for feeder in match.feeders if feeder in self.plan.by_id):
                end = start - rest_between(feeder, match)
                latest[feeder.id] = min(end, latest.get(feeder.id, end))
        return latest

    @cached_property
    def opens(self) -> datetime:
        """The earliest moment at which anything could start."""
        after = self.now + _MOMENT
        earliest = min(
            (max(after, window.start) for window in self.windows if window.end > after), default=after
        )
        return self.grid.moment(self.grid.first_from(earliest))


class Timetable:
    """Who and what is taken when: the obstacles of a problem, and the matches that were added since."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._grid = problem.grid
        self._timed: dict[int, PlannedMatch] = {}
        self._taken: dict[Hashable, list[PlannedMatch]] = defaultdict(list)
        # For each station and length, the starts that are left: lengths are few, and matches many.
        self._free: dict[tuple[int, int], int] = {}
        for match in problem.obstacles:
            self.add(match)

    def add(self, match: PlannedMatch) -> None:
        """Keep this match's time and station."""
        self._timed[match.id] = match
        for resource, _ in resources(match):
            self._taken[resource].append(match)
        for station_id, minutes in self._free:
            if station_id == match.station_id:
                busy = self._grid.meeting(match.interval, timedelta(minutes=minutes))
                self._free[station_id, minutes] &= ~busy

    def waits_in_vain(self, match: PlannedMatch) -> bool:
        """True where a match that feeds it will be played, nobody knows when."""
        feeders = (self._problem.plan.by_id.get(feeder) for feeder in match.feeders)
        return any(feeder and not feeder.fixed and feeder.id not in self._timed for feeder in feeders)

    def ahead(self, match: PlannedMatch) -> int:
        """The starts from now on that lie, with all of the match, within one of the windows."""
        length = timedelta(minutes=match.minutes)
        starts = 0
        for window in self._problem.windows:
            starts |= self._grid.within(window, length)
        return starts & ~self._grid.before(self._problem.opens)

    def starts(self, match: PlannedMatch) -> int:
        """The starts at which nothing but the station may be in its way, as bits of the grid."""
        problem, grid, length = self._problem, self._grid, timedelta(minutes=match.minutes)
        # A thousand matches take seconds: whoever else is served by this process has their turn in between.
        time.sleep(0)
        starts = self.ahead(match)
        for before in (*match.feeders, *problem.earlier_rounds.get(match.id, ())):
            if earlier := self._timed.get(before):
                starts &= ~grid.before(earlier.end + rest_between(earlier, match))
        if latest_end := problem.latest_ends.get(match.id):
            starts &= grid.before(latest_end - length + _MOMENT)
        for pause in problem.plan.breaks:
            if pause.tournament_id == match.tournament_id and pause.station_id is None:
                starts &= ~grid.meeting(pause.interval, length)
        return self._without_taken(starts, replace(match, station_id=None))

    def starts_at(self, match: PlannedMatch, station_id: int | None, starts: int) -> int:
        """Those of the starts at which it can be played at the station; None: at none."""
        if station_id is None:
            return starts
        key = station_id, match.minutes
        if key not in self._free:
            self._free[key] = self._free_at(*key)
        return starts & self._free[key]

    def _free_at(self, station_id: int, minutes: int) -> int:
        grid, length = self._grid, timedelta(minutes=minutes)
        starts = grid.before(grid.end)
        for station in self._problem.plan.stations:
            if station.id == station_id:
                for closed in station.closed():
                    starts &= ~grid.meeting(closed, length)
        for pause in self._problem.plan.breaks:
            if pause.station_id == station_id:
                starts &= ~grid.meeting(pause.interval, length)
        for other in self._taken[_station(station_id)]:
            starts &= ~grid.meeting(other.interval, length)
        return starts

    def _without_taken(self, starts: int, match: PlannedMatch) -> int:
        length = timedelta(minutes=match.minutes)
        for resource, needs_rest in resources(match):
            for other in self._taken[resource]:
                gap = rest_between(other, match) if needs_rest else timedelta()
                starts &= ~self._grid.meeting(other.interval, length, gap)
        return starts


def rest_between(first: PlannedMatch, second: PlannedMatch) -> timedelta:
    """How long whoever plays in both rests between them: as long as the one that asks for more does."""
    return timedelta(minutes=max(first.rest_minutes, second.rest_minutes))


def sides_of(match: PlannedMatch) -> Iterator[Hashable]:
    """The known participants, as resources."""
    return (("participant", participant) for participant in match.participants)


def _station(station_id: int) -> Hashable:
    return ("station", station_id)


def resources(match: PlannedMatch) -> Iterator[tuple[Hashable, bool]]:
    """What a match takes for itself as long as it lasts, and whether that needs rest between two matches."""
    for side in sides_of(match):
        yield side, True
    for person in match.people:
        yield ("person", person), True
    if match.coordinator_id is not None:
        yield ("coordinator", match.coordinator_id), False
    if match.stream:
        yield ("stream", match.stream), False
    if match.station_id is not None:
        yield _station(match.station_id), False
