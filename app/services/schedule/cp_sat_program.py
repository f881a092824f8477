"""The solver, as a program of its own: a problem as JSON on stdin, the best answer found as JSON on stdout.

It runs apart from the server, which it would hold up: it imports OR-tools and nothing of Matchdesk. A start
is a number of slots. What it reads is written by `solver.py`:

- `bound`: minutes before which it is known that they are not over, if `must`, else null
- `until` (seconds since 1970), `workers`, `memory_mb`: what it may use; `slot_minutes`
- `matches`: each `{"minutes", "starts", "hint", "is_wished", "must"}`; `starts` has for each station the runs
  `[first, last]` of possible ones, `hint` is a known `[start, station]` or null; `must` tells that all of
  these can be placed together
- `has_stream`: for each station, whether it has one; `is_anywhere`: one station that takes any number at once
- `feeders`, `rounds`: each `[earlier, later, slots]`: the later one starts that much after the earlier one
  does; one whose feeder has no place has none
- `apart`: lists of `[match, lead, length]` of which no two overlap, each from its start less the lead
- `chains`: what a side plays, in order; `paths`: `[earlier, later]` where the same people may play both

It answers `{"placements": [[start, station] or null, ...] or null, "bound": minutes or null}`. Placed are as
many as possible, and then so that the end is early; `bound` is where it is at best, from the first slot on.
Then come early starts, even rests, stations with a stream for those that wish it, and few changes of station.
"""

import json
import sys
import time
from collections import defaultdict
from itertools import count, pairwise

from ortools.sat.python import cp_model

# What each costs, in slots by which one match starts later.
UNEVEN_REST, NO_STREAM = 1, 24
# Once the times are settled, what a wish is worth in changes of station.
STREAM_IN_CHANGES = 100
# The shares of the time by which the end, and then all times, are to be settled.
END_SHARE, TIMES_SHARE = 0.5, 0.85
ATTEMPT = 0.8  # seconds
FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


def main() -> None:
    """Read, solve, answer."""
    problem = json.load(sys.stdin)
    _stay_small(problem["memory_mb"])
    json.dump(solve(problem), sys.stdout)


def solve(problem: dict) -> dict:
    """The answer to a problem."""
    began = time.time()
    span = problem["until"] - began
    # Whether a station has a stream only matters later.
    times = Times(problem | {"has_stream": [False] * len(problem["has_stream"])})
    times.aim_at_end()
    solver, proven = times.search(began + END_SHARE * span)
    if solver is None:
        return {"placements": None, "bound": None}
    unplaced, end = solver.value(times.unplaced), solver.value(times.end)
    known = [match["hint"] for match in problem["matches"]]
    if known.count(None) > unplaced or times.end_of(known) > end:
        known = _of_their_kind(problem, times.kinds, times.read(solver))
    wishful = Times(
        problem | {"matches": [m | {"hint": h} for m, h in zip(problem["matches"], known, strict=True)]}
    )
    wishful.aim_at_wishes(unplaced, end)
    better, _ = wishful.search(began + TIMES_SHARE * span)
    settled = wishful.known() if better is None else wishful.read(better)
    return {"placements": _with_stations(problem, settled), "bound": times.bound(proven, solver)}


class Times:
    """The starts of the matches, each at a kind of station: those where the same can start are one kind."""

    def __init__(self, problem: dict) -> None:
        self.problem = problem
        self.matches = problem["matches"]
        self.slot = problem["slot_minutes"]
        self.kinds = _kinds(problem)
        self.model = cp_model.CpModel()
        self.starts, self.places, self.present, self.rests = [], [], [], []
        for number in range(len(self.matches)):
            self._add_match(number)
        self._keep_order()
        self._keep_apart()
        if not problem["is_anywhere"]:
            self._keep_to_capacity()
        latest = [runs[-1][1] for match in self.matches for runs in match["starts"] if runs]
        self.horizon = (max(latest) + 1) * self.slot + max(match["minutes"] for match in self.matches)
        self.end = self._add_end()
        self.unplaced = len(self.present) - sum(self.present)

    def aim_at_end(self) -> None:
        """Make it place as many as it can, and be over soon; start from the hints."""
        self.model.minimize(self.unplaced * (self.horizon + 1) + self.end)
        self._hint(self.known())

    def search(self, until: float) -> tuple[cp_model.CpSolver | None, float]:
        """Look for something better until then; returns who found the best, and what is proven of it.

        How long it takes to find is a matter of luck, with a long tail: short attempts that begin anew from
        the best so far, in two ways by turns, get there where a single long one often does not.
        """
        best, proven = None, 0.0
        for attempt in count():
            solver = _solver(self.problem, min(until, time.time() + ATTEMPT))
            solver.parameters.random_seed = attempt
            # Relaxations to linear programs cost more here than they tell.
            solver.parameters.linearization_level = 0
            if attempt % 2:
                solver.parameters.use_lns_only = True
            else:
                solver.parameters.subsolvers.extend(["quick_restart_no_lp", "no_lp"])
            status = solver.solve(self.model)
            proven = max(proven, solver.best_objective_bound)
            if status in FOUND and (best is None or solver.objective_value < best.objective_value):
                best = solver
                self._hint(self.read(solver))
            if status not in (cp_model.FEASIBLE, cp_model.UNKNOWN) or time.time() >= until:
                break
        return best, proven

    def bound(self, proven: float, solver: cp_model.CpSolver) -> int | None:
        """Where the end is at best with as few unplaced as were found, if that is proven."""
        # Bounds are floating-point numbers that may be a little below the whole number that they mean.
        proven = -int(-(proven - 1e-6) // 1)
        if not all(match["must"] for match in self.matches):
            proven -= round(solver.objective_value) // (self.horizon + 1) * (self.horizon + 1)
        return proven if proven >= 0 else None

    def read(self, solver: cp_model.CpSolver) -> list:
        """For each match its start and its kind of station, or None."""
        return [
            next(((solver.value(start), kind) for kind, at in here.items() if solver.value(at)), None)
            for start, here in zip(self.starts, self.places, strict=True)
        ]

    def aim_at_wishes(self, unplaced: int, end: int) -> None:
        """Look for early starts, even rests and streams, with no more unplaced, and no later end."""
        self.model.add(self.unplaced <= unplaced)
        self.model.add(self.end <= end)
        self.model.minimize(
            sum(self.starts)
            + UNEVEN_REST * sum(self._uneven_rest(chain) for chain in self.problem["chains"])
            + NO_STREAM * sum(self._wishes_denied())
        )
        self._hint(self.known())

    def end_of(self, settled: list) -> int:
        """When the last is over that has a place."""
        both = zip(settled, self.matches, strict=True)
        return max((place[0] * self.slot + match["minutes"] for place, match in both if place), default=0)

    def known(self) -> list:
        """The hints, in the form of `read`."""
        kind_of = {station: place for place, kind in enumerate(self.kinds) for station in kind}
        return [(hint := match["hint"]) and (hint[0], kind_of[hint[1]]) for match in self.matches]

    def _hint(self, settled: list) -> None:
        self.model.clear_hints()
        for place, start, here, present in zip(settled, self.starts, self.places, self.present, strict=True):
            self.model.add_hint(present, place is not None)
            for kind, at in here.items():
                self.model.add_hint(at, place is not None and place[1] == kind)
            if place is not None:
                self.model.add_hint(start, place[0])
        # A hint that leaves something open may be lost.
        self.model.add_hint(self.end, self.end_of(settled))
        for chain, longest, shortest in self.rests:
            if all(settled[number] for number in chain):
                rests = [
                    settled[two][0] - settled[one][0] - _slots(self.matches[one], self.slot)
                    for one, two in pairwise(chain)
                ]
                self.model.add_hint(longest, max(rests))
                self.model.add_hint(shortest, min(rests))

    def _add_match(self, number: int) -> None:
        match, model = self.matches[number], self.model
        runs = [match["starts"][stations[0]] for stations in self.kinds]
        domains = {kind: cp_model.Domain.from_intervals(some) for kind, some in enumerate(runs) if some}
        everything = cp_model.Domain.from_intervals([run for some in runs for run in some])
        start = model.new_int_var_from_domain(everything, f"start of {number}")
        here = {kind: model.new_bool_var(f"{number} at {kind}") for kind in domains}
        for kind, at in here.items():
            if domains[kind].flattened_intervals() != everything.flattened_intervals():
                model.add_linear_expression_in_domain(start, domains[kind]).only_enforce_if(at)
        present = model.new_bool_var(f"{number} placed")
        model.add(sum(here.values()) == present)
        if match["must"]:
            model.add(present == 1)
        self.starts.append(start)
        self.places.append(here)
        self.present.append(present)

    def _keep_order(self) -> None:
        for feeder, fed, _ in self.problem["feeders"]:
            self.model.add_implication(self.present[fed], self.present[feeder])
        for earlier, later, slots in self.problem["feeders"] + self.problem["rounds"]:
            both = [self.present[earlier], self.present[later]]
            self.model.add(self.starts[later] >= self.starts[earlier] + slots).only_enforce_if(both)

    def _keep_apart(self) -> None:
        for group in self.problem["apart"]:
            intervals = (
                self._interval(self.starts[n] - lead, length, self.present[n]) for n, lead, length in group
            )
            self.model.add_no_overlap(intervals)

    def _keep_to_capacity(self) -> None:
        for kind, stations in enumerate(self.kinds):
            at = {number: here[kind] for number, here in enumerate(self.places) if kind in here}
            self._take_turns(at, len(stations))
        if len(self.kinds) > 1:
            # It follows from the others, but shows earlier that there is no room.
            self._take_turns(dict(enumerate(self.present)), sum(map(len, self.kinds)))

    def _take_turns(self, at: dict, capacity: int) -> None:
        intervals = [
            self._interval(self.starts[number], _slots(self.matches[number], self.slot), literal)
            for number, literal in at.items()
        ]
        self.model.add_cumulative(intervals, [1] * len(intervals), capacity)

    def _interval(self, start, length: int, literal) -> cp_model.IntervalVar:
        return self.model.new_optional_fixed_size_interval_var(start, length, literal, "")

    def _add_end(self) -> cp_model.IntVar:
        end = self.model.new_int_var(self.problem["bound"] or 0, self.horizon, "end")
        for match, start, present in zip(self.matches, self.starts, self.present, strict=True):
            self.model.add(end >= start * self.slot + match["minutes"]).only_enforce_if(present)
        return end

    def _uneven_rest(self, chain: list[int]):
        """How much longer the longest rest of a side is than its shortest."""
        longest, shortest = (self.model.new_int_var(-self.horizon, self.horizon, "") for _ in range(2))
        for first, second in pairwise(chain):
            rest = self.starts[second] - self.starts[first] - _slots(self.matches[first], self.slot)
            self.model.add(longest >= rest)
            self.model.add(shortest <= rest)
        self.rests.append((chain, longest, shortest))
        return longest - shortest

    def _wishes_denied(self):
        for match, here in zip(self.matches, self.places, strict=True):
            for kind, at in here.items():
                if match["is_wished"] and not self.problem["has_stream"][self.kinds[kind][0]]:
                    yield at


def _with_stations(problem: dict, settled: list) -> list:
    """The placements: a station for each match at its time, as wished, with few changes on the way."""
    known = _of_their_kind(problem, _kinds(problem), settled)
    model = cp_model.CpModel()
    choices = [
        {
            station: model.new_bool_var("")
            for station, runs in enumerate(match["starts"])
            if placed and any(first <= placed[0] <= last for first, last in runs)
        }
        for match, placed in zip(problem["matches"], settled, strict=True)
    ]
    for options, placed in zip(choices, known, strict=True):
        if placed:
            model.add_exactly_one(options.values())
        for station, at in options.items():
            model.add_hint(at, station == placed[1])
    if not problem["is_anywhere"]:
        for station, numbers in _at_once(problem, settled, choices):
            model.add_at_most_one(choices[number][station] for number in numbers)
    costs = [
        STREAM_IN_CHANGES * at
        for match, options in zip(problem["matches"], choices, strict=True)
        for station, at in options.items()
        if match["is_wished"] and not problem["has_stream"][station]
    ]
    for earlier, later in problem["paths"]:
        changes = model.new_bool_var("")
        for station, at in choices[earlier].items():
            model.add(changes >= at - choices[later].get(station, 0))
        costs.append(changes)
    model.minimize(sum(costs))
    solver = _solver(problem, problem["until"])
    if solver.solve(model) not in FOUND:
        return known
    return [
        placed and (placed[0], next(station for station, at in options.items() if solver.value(at)))
        for placed, options in zip(settled, choices, strict=True)
    ]


def _of_their_kind(problem: dict, kinds: list[list[int]], settled: list) -> list:
    """A station of its kind for each match: one is free, for there are no more at once than there are."""
    matches, has_stream = problem["matches"], problem["has_stream"]
    free_from: dict[int, int] = defaultdict(int)
    known: list = [None] * len(settled)
    placed = (number for number, place in enumerate(settled) if place)
    # Who wishes a stream chooses first.
    for number in sorted(placed, key=lambda one: (settled[one][0], not matches[one]["is_wished"])):
        (start, kind), wish = settled[number], matches[number]["is_wished"]
        free = [station for station in kinds[kind] if free_from[station] <= start] or kinds[kind]
        station = next((one for one in free if has_stream[one] == wish), free[0])
        free_from[station] = start + _slots(matches[number], problem["slot_minutes"])
        known[number] = (start, station)
    return known


def _at_once(problem: dict, settled: list, choices: list):
    """For each station and start, the matches that would be played there then."""
    slot = problem["slot_minutes"]
    both = enumerate(zip(settled, problem["matches"], strict=True))
    lasts = {number: (at[0], at[0] + _slots(match, slot)) for number, (at, match) in both if at}
    for moment in sorted({start for start, _ in lasts.values()}):
        playing = [number for number, (start, end) in lasts.items() if start <= moment < end]
        for station in range(len(problem["has_stream"])):
            yield station, [number for number in playing if station in choices[number]]


def _kinds(problem: dict) -> list[list[int]]:
    """The stations in groups within which it does not matter which one a match gets."""
    kinds: dict[str, list[int]] = defaultdict(list)
    for station, has_stream in enumerate(problem["has_stream"]):
        same = [match["starts"][station] for match in problem["matches"]]
        kinds[json.dumps([has_stream, same])].append(station)
    return list(kinds.values())


def _slots(match: dict, slot: int) -> int:
    return -(-match["minutes"] // slot)


def _solver(problem: dict, until: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, until - time.time())
    solver.parameters.num_workers = problem["workers"]
    solver.parameters.max_memory_in_mb = problem["memory_mb"]
    return solver


def _stay_small(memory_mb: int) -> None:
    """Give the server precedence, and never take more memory than that."""
    try:
        import os
        import resource
    except ImportError:  # Windows knows neither.
        return
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))


if __name__ == "__main__":
    main()
