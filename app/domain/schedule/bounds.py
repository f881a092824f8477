"""How early the matches of a problem can all be over at best, whoever makes the schedule."""

import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import accumulate

from .grid import first_of
from .plan import PlannedMatch
from .problems import Problem, Timetable, rest_between

# So often it is looked at whether there is room: less proves less, more takes longer.
_LOOKS = 10_000


def earliest_end(problem: Problem, match_ids: Collection[int]) -> datetime | None:
    """A moment before which these matches cannot all be over; None where there are none, or one has no start.

    An end is too early where a match does not fit with those before and after it, or where within some time
    more must be played than the stations have room for (energetic reasoning: Baptiste, Le Pape, Nuijten,
    Constraint-Based Scheduling, 2001). The latest end that is too early is searched for by halving.
    """
    matches = [match for match in problem.to_place if match.id in match_ids]
    if not matches:
        return None
    work = _Work(problem, matches)
    if not work.is_possible:
        return None
    slot = problem.grid.slot
    low, high = 0, problem.grid.slots(problem.grid.end - problem.grid.origin) + 1
    while high - low > 1:
        time.sleep(0)  # others have their turn
        middle = (low + high) // 2
        if work.may_be_over(middle * slot):
            high = middle
        else:
            low = middle
    # Ends are not whole slots where lengths are not.
    beyond = min(timedelta(minutes=match.minutes) % slot or slot for match in matches)
    return problem.grid.origin + low * slot + beyond


class _Work:
    """What is to be played, in slots: when each could start, what comes before it, and the room there is."""

    def __init__(self, problem: Problem, matches: list[PlannedMatch]) -> None:
        self._matches, self._slot = matches, problem.grid.slot
        self._slots = {match.id: problem.grid.slots(timedelta(minutes=match.minutes)) for match in matches}
        by_id = {match.id: match for match in matches}
        self._before = {
            match.id: [
                (
                    one,
                    problem.grid.slots(
                        timedelta(minutes=by_id[one].minutes) + rest_between(by_id[one], match)
                    ),
                )
                for one in {*match.feeders, *problem.earlier_rounds.get(match.id, ())} & by_id.keys()
            ]
            for match in matches
        }
        self._starts, self._room = self._possible(problem)
        first = self._earliest()
        self.is_possible = first is not None
        self._first = first or {}

    def may_be_over(self, after: timedelta) -> bool:
        """False where it is proven that they are not all over so long after the origin."""
        last = self._latest(after)
        return last is not None and (not self._room or self._fits(last))

    def _possible(self, problem: Problem) -> tuple[dict[int, int], list[tuple[list[int], int]]]:
        """The starts of each match; how many slots are of use until each, and at how many stations so."""
        timetable = Timetable(problem)
        starts = dict.fromkeys(self._slots, 0)
        usable = dict.fromkeys(problem.station_ids or (None,), 0)
        for match in self._matches:
            anywhere = timetable.starts(match)
            for station_id in usable:
                here = timetable.starts_at(match, station_id, anywhere)
                starts[match.id] |= here
                usable[station_id] |= _lasting(here, self._slots[match.id])
        if not problem.station_ids:
            return starts, []
        length = max(slots.bit_length() for slots in usable.values())
        return starts, [
            (list(accumulate(map(int, reversed(f"{slots:0{length}b}")), initial=0)), stations)
            for slots, stations in Counter(usable.values()).items()
        ]

    def _earliest(self) -> dict[int, int] | None:
        """The earliest start of each; None where one has none."""
        first: dict[int, int] = {}
        for match in self._matches:
            start = max((first[one] + slots for one, slots in self._before[match.id]), default=0)
            left = self._starts[match.id] >> start
            if not left:
                return None
            first[match.id] = start + first_of(left)
        return first

    def _latest(self, after: timedelta) -> dict[int, int] | None:
        """The latest start of each so that all are over by then; None where one would start too early."""
        last = {match.id: (after - timedelta(minutes=match.minutes)) // self._slot for match in self._matches}
        for match in reversed(self._matches):
            possible = self._starts[match.id] & ((1 << max(0, last[match.id] + 1)) - 1)
            last[match.id] = possible.bit_length() - 1
            if last[match.id] < self._first[match.id]:
                return None
            for one, slots in self._before[match.id]:
                last[one] = min(last[one], last[match.id] - slots)
        return last

    def _fits(self, last: dict[int, int]) -> bool:
        """False where more, or more often, has to be played between two slots than there is room for."""
        whole = len(self._room[0][0]) - 1
        spans = sorted((last[one] + slots, self._first[one], slots) for one, slots in self._slots.items())
        begins = sorted(set(self._first.values()))
        for begin in begins[:: 1 + len(begins) * len(spans) // _LOOKS]:
            work, count, shortest = 0, 0, whole
            for end, first, slots in spans:
                if first < begin:
                    continue
                work, count, shortest = work + slots, count + 1, min(shortest, slots)
                rooms = [(used[min(end, whole)] - used[begin], stations) for used, stations in self._room]
                if work > sum(room * stations for room, stations in rooms):
                    return False
                if count > sum(room // shortest * stations for room, stations in rooms):
                    return False
        return True


def _lasting(starts: int, slots: int) -> int:
    """The slots that are taken by something so long from one of the starts on."""
    taken, length = starts, 1
    while length < slots:
        step = min(length, slots - length)
        taken |= taken << step
        length += step
    return taken
