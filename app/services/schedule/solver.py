"""Proposals of OR-tools' CP-SAT; where it is not installed, or fails, those of the list scheduler."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from pathlib import Path

from app.domain.errors import TooManyRequests
from app.domain.schedule.grid import runs_of
from app.domain.schedule.plan import PlannedMatch
from app.domain.schedule.problems import Problem, Timetable, resources, rest_between
from app.domain.schedule.proposal_check import check
from app.domain.schedule.proposals import NO_ROOM, Placement, Proposal, propose_in_order
from app.domain.words import say

SECONDS = 7.0
WORKERS = 2
MEMORY_MB = 2048
MOST_AT_ONCE = 4
# So long may it take to start the program, and to end it.
_GRACE = 1.0
_PROGRAM = Path(__file__).with_name("cp_sat_program.py")

logger = logging.getLogger(__name__)
# In each server one asks the program at a time: who comes second waits, and has less time left. Lists are
# made one after the other too, so that others are served in between. More than a few would only wait.
_turn, _listing = threading.Lock(), threading.Lock()
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


def is_available() -> bool:
    """True where OR-tools is installed; it is not imported for that."""
    return find_spec("ortools") is not None


@contextmanager
def place_in_line(seconds: float) -> Iterator[None]:
    """Hold one of the few places for those who want something solved; TooManyRequests where all are taken.

    To be taken before the problem is read, which is work as well.
    """
    if not _places.acquire(blocking=False):
        reason = say("Others are looking for times just now; try again in a moment.")
        raise TooManyRequests(reason, ceil(seconds))
    try:
        yield
    finally:
        _places.release()


def solve(problem: Problem, seconds: float = SECONDS, *, program: Path = _PROGRAM) -> Proposal:
    """The best proposal that is found within the seconds, and how much better one could be at most.

    It is never worse than the list scheduler's, which it is wherever CP-SAT is missing, busy or fails. Others
    are served meanwhile: the work is done by a program of its own, and the list in small steps.
    """
    with _listing:
        until = time.monotonic() + seconds
        listed = propose_in_order(problem)
    if not is_available():
        return listed
    question = _Question(problem, listed)
    if not question.matches or not _turn.acquire(timeout=seconds / 2):
        return listed
    try:
        left = until - time.monotonic()
        answer = _ask(program, question.document(), left) if left > _GRACE / 2 else None
    finally:
        _turn.release()
    return question.better(answer) if answer else listed


def _ask(program: Path, document: dict, seconds: float) -> dict | None:
    """What the program answers; None where it fails, or takes too long."""
    document |= {"until": time.time() + seconds - _GRACE / 2, "workers": WORKERS, "memory_mb": MEMORY_MB}
    try:
        done = subprocess.run(
            # Without -P, the modules beside the program could stand in for those of the library.
            [sys.executable, "-P", str(program)],
            input=json.dumps(document),
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE / 2,
            check=True,
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        logger.warning("the solver failed: %s", error)
        return None


class _Question:
    """A problem in the words of the program, and what its answer means."""

    def __init__(self, problem: Problem, listed: Proposal) -> None:
        self._problem, self._listed = problem, listed
        self._stations = problem.station_ids or (None,)
        self._starts: dict[int, list[list[tuple[int, int]]]] = {}
        self.matches = self._possible()
        self._number = {match.id: number for number, match in enumerate(self.matches)}
        self._is_whole = all(match.id in listed.placements for match in self.matches)

    def document(self) -> dict:
        """What the program reads; how it is made up is said there."""
        problem = self._problem
        chains = [[match for match in chain if match.id in self._number] for chain in problem.chains]
        feeders = [
            (problem.plan.by_id[feeder], match)
            for match in self.matches
            for feeder in match.feeders
            if feeder in self._number
        ]
        paths = {pair for chain in chains for pair in pairwise(chain)}
        # Of a match that waits for whole groups, nobody knows who comes from where.
        paths.update((feeder, match) for feeder, match in feeders if len(match.feeders) <= 2)
        return {
            "bound": self._bound(),
            "slot_minutes": problem.slot_minutes,
            "is_anywhere": not problem.station_ids,
            "has_stream": [station in problem.stream_stations for station in self._stations],
            "matches": [self._match(match) for match in self.matches],
            "feeders": [self._after(*pair) for pair in feeders],
            "rounds": [self._after(*pair) for pair in self._rounds(chains)],
            "apart": self._apart(),
            "chains": [[self._number[match.id] for match in chain] for chain in chains if len(chain) > 2],
            "paths": sorted((self._number[one.id], self._number[two.id]) for one, two in paths),
        }

    def better(self, answer: dict) -> Proposal:
        """The answer as a proposal, or the list scheduler's where that is better."""
        problem, listed, grid = self._problem, self._listed, self._problem.grid
        bound = None if answer["bound"] is None else grid.origin + timedelta(minutes=answer["bound"])
        if answer["placements"] is None:
            return listed.proven(problem, bound) if self._is_whole else listed
        placements = {
            match.id: Placement(grid.moment(placed[0]), self._stations[placed[1]])
            for match, placed in zip(self.matches, answer["placements"], strict=True)
            if placed
        }
        unplaced = {
            match_id: listed.unplaced.get(match_id, NO_ROOM)
            for match_id in problem.match_ids
            if match_id not in placements
        }
        found = Proposal.of(problem, placements, unplaced, "solver").proven(problem, bound)
        if violations := check(problem, found):
            logger.error("the solver's proposal breaks rules: %s", violations[:5])
            return listed
        fewer, more = len(found.unplaced), len(listed.unplaced)
        if fewer == more and found.makespan_end and found.makespan_end > listed.makespan_end:
            return listed.proven(problem, bound)
        return found if fewer <= more else listed

    def _possible(self) -> list[PlannedMatch]:
        """The matches that have any start at all, and do not wait for one that has none."""
        timetable = Timetable(self._problem)
        possible: dict[int, PlannedMatch] = {}
        asked = {match.id for match in self._problem.to_place}
        for match in self._problem.to_place:
            known = replace(match, feeders=tuple(one for one in match.feeders if one not in possible))
            if timetable.waits_in_vain(known) or not asked.isdisjoint(known.feeders):
                continue
            anywhere = timetable.starts(match)
            starts = [runs_of(timetable.starts_at(match, one, anywhere)) for one in self._stations]
            if any(starts):
                possible[match.id] = match
                self._starts[match.id] = starts
        return list(possible.values())

    def _bound(self) -> int | None:
        """What is proven of the list scheduler's proposal holds for all that place the same."""
        if not self._is_whole:
            return None
        return (self._listed.lower_bound - self._problem.grid.origin) // timedelta(minutes=1)

    def _match(self, match: PlannedMatch) -> dict:
        placed = self._listed.placements.get(match.id)
        grid = self._problem.grid
        return {
            "minutes": match.minutes,
            "starts": self._starts[match.id],
            "hint": placed and [grid.first_from(placed.start), self._stations.index(placed.station_id)],
            "is_wished": match.id in self._problem.streamed,
            "must": self._is_whole,
        }

    def _after(self, earlier: PlannedMatch, later: PlannedMatch) -> tuple[int, int, int]:
        length = timedelta(minutes=earlier.minutes) + rest_between(earlier, later)
        return self._number[earlier.id], self._number[later.id], self._problem.grid.slots(length)

    def _rounds(self, chains: list[list[PlannedMatch]]) -> set[tuple[PlannedMatch, PlannedMatch]]:
        """The pairs of a side's matches that are kept in order by their rounds."""
        pairs = set()
        for chain in chains:
            for place, later in enumerate(chain):
                earlier = [one for one in chain[:place] if one.round_number < later.round_number]
                # The rest follows from these, where all are placed.
                needed = earlier[-1].round_number if earlier and self._is_whole else 0
                pairs.update((one, later) for one in earlier if one.round_number >= needed)
        return pairs

    def _apart(self) -> list[list[tuple[int, int, int]]]:
        """The groups of matches that share somebody or something, without those that say the same."""
        groups: dict[tuple, list[PlannedMatch]] = defaultdict(list)
        for match in self.matches:
            for resource, needs_rest in resources(replace(match, station_id=None)):
                groups[resource, needs_rest].append(match)
        apart = set()
        for (_, needs_rest), group in groups.items():
            if len(group) < 2:
                continue
            apart.add(tuple(self._occupied(match, after=match.rest_minutes * needs_rest) for match in group))
            if needs_rest and len({match.rest_minutes for match in group}) > 1:
                # Each keeps its own rest on both sides, so that between two it is the longer one.
                apart.add(tuple(self._occupied(match, before=match.rest_minutes) for match in group))
        return sorted(list(group) for group in apart)

    def _occupied(self, match: PlannedMatch, before: int = 0, after: int = 0) -> tuple[int, int, int]:
        grid = self._problem.grid
        lead = grid.slots(timedelta(minutes=before))
        return self._number[match.id], lead, lead + grid.slots(timedelta(minutes=match.minutes + after))
