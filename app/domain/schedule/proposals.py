"""Proposals of where and when matches could be played, and a list scheduler that makes them."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from app.domain.words import say

from .bounds import earliest_end
from .grid import first_of
from .plan import PlannedMatch
from .problems import Problem, Timetable, sides_of

BEGUN = say("It has begun, or is over.")
WAITS = say("A match that decides who plays in it has no time.")
TOO_LONG = say("None of the given times, as far as they are ahead, is long enough for it.")
NO_ROOM = say("Its sides, stations, breaks and other matches leave no room for it in the given times.")


class Placement(NamedTuple):
    """When a match starts, and where; `station_id` is None where there are no stations to choose from."""

    start: datetime
    station_id: int | None


@dataclass(frozen=True)
class Proposal:
    """Times and stations for the matches of a problem, and why some have none.

    `makespan_end` is when the last of those placed is over, `lower_bound` a moment before which that is
    proven to be impossible for anybody who places the same; None where none is placed. `gap` is what could be
    saved at most, as a share (0 to 1) of the time from the first possible start to the end: at 0 nobody can
    be done earlier.
    """

    placements: dict[int, Placement]
    unplaced: dict[int, str]
    by: Literal["solver", "list"]
    makespan_end: datetime | None = None
    lower_bound: datetime | None = None
    gap: float | None = None

    @classmethod
    def of(
        cls,
        problem: Problem,
        placements: dict[int, Placement],
        unplaced: dict[int, str],
        by: Literal["solver", "list"],
    ) -> "Proposal":
        """A proposal, with its end and what is proven of it worked out."""
        ends = (
            placement.start + timedelta(minutes=problem.plan.by_id[match_id].minutes)
            for match_id, placement in placements.items()
        )
        proposal = cls(placements, unplaced, by, makespan_end=max(ends, default=None))
        return proposal.proven(problem, earliest_end(problem, placements.keys()))

    def proven(self, problem: Problem, lower_bound: datetime | None) -> "Proposal":
        """The same, where it is proven that nobody can be done before this moment; None proves nothing."""
        if lower_bound is None or self.makespan_end is None:
            return self
        bound = min(max(lower_bound, self.lower_bound or lower_bound), self.makespan_end)
        span = self.makespan_end - problem.opens
        return replace(self, lower_bound=bound, gap=(self.makespan_end - bound) / span)


def propose_in_order(problem: Problem) -> Proposal:
    """Place the matches one by one in bracket order, each at the earliest moment that is left for it.

    Of several stations that are free by then: for a match that is to be streamed one with a stream, for
    others rather one without; then the one where its sides, or the matches before it, were last.
    """
    timetable = Timetable(problem)
    placements: dict[int, Placement] = {}
    unplaced = {match_id: BEGUN for match_id in problem.match_ids if problem.plan.by_id[match_id].fixed}
    last_at: dict[Hashable, int | None] = {}
    for match in problem.to_place:
        if timetable.waits_in_vain(match):
            unplaced[match.id] = WAITS
            continue
        options = _options(problem, timetable, match, last_at)
        if not options:
            unplaced[match.id] = NO_ROOM if timetable.ahead(match) else TOO_LONG
            continue
        place, *_, station_id = min(options)
        placements[match.id] = Placement(problem.grid.moment(place), station_id)
        timetable.add(replace(match, start=placements[match.id].start, station_id=station_id))
        last_at.update(dict.fromkeys((*sides_of(match), ("match", match.id)), station_id))
    return Proposal.of(problem, placements, unplaced, "list")


def _options(
    problem: Problem, timetable: Timetable, match: PlannedMatch, last_at: dict[Hashable, int | None]
) -> list[tuple]:
    """Where it could be played, as tuples of which the least is the best: earliest start ... station."""
    starts = timetable.starts(match)
    is_wished = match.id in problem.streamed
    familiar = {
        last_at.get(known) for known in (*sides_of(match), *(("match", feeder) for feeder in match.feeders))
    }
    options = []
    for order, station_id in enumerate(problem.station_ids or (None,)):
        if possible := timetable.starts_at(match, station_id, starts):
            is_unfit = (station_id in problem.stream_stations) != is_wished
            options.append((first_of(possible), is_unfit, station_id not in familiar, order, station_id))
    return options
