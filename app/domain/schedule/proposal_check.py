"""What is wrong with a proposal, looked for pair by pair: it shares nothing with how proposals are made."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from .plan import PlannedMatch, StationHours
from .problems import Problem, rest_between
from .proposals import Proposal


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a proposal breaks, by its name, and the matches with which."""

    rule: str
    match_ids: tuple[int, ...]


def check(problem: Problem, proposal: Proposal) -> list[Violation]:
    """Every rule that the proposal breaks; clashes among matches that stay where they are are not its own."""
    asked, placed, unplaced = set(problem.match_ids), set(proposal.placements), set(proposal.unplaced)
    astray = (asked ^ (placed | unplaced)) | (placed & unplaced)
    found = [Violation("answer", (match_id,)) for match_id in sorted(astray)]
    if placed - asked:
        return found
    matches = {
        match_id: replace(problem.plan.by_id[match_id], start=start, station_id=station_id)
        for match_id, (start, station_id) in proposal.placements.items()
    }
    if proposal.makespan_end != max((match.end for match in matches.values()), default=None):
        found.append(Violation("makespan", ()))
    for match in matches.values():
        time.sleep(0)  # others have their turn
        found += (Violation(rule, (match.id,)) for rule in _broken_alone(problem, match))
    stay = {match.id: match for match in problem.plan.matches if match.id not in asked or match.fixed}
    timed = {match.id: match for match in stay.values() if match.start is not None} | matches
    for pair in _close_pairs(timed.values()):
        if any(match.id in placed for match in pair):
            found += (Violation(rule, tuple(m.id for m in pair)) for rule in _broken_by_two(*pair))
    for fed in timed.values():
        for feeder in (timed[one] for one in fed.feeders if one in timed):
            is_early = fed.start < feeder.end + rest_between(feeder, fed)
            if is_early and not fed.fixed and {feeder.id, fed.id} & placed:
                found.append(Violation("bracket order", (feeder.id, fed.id)))
    found += (Violation("round order", pair) for pair in _turned_rounds(matches.values()))
    for match in matches.values():
        for feeder in (problem.plan.by_id.get(feeder) for feeder in match.feeders):
            if feeder and not feeder.fixed and feeder.id not in timed:
                found.append(Violation("feeder without time", (feeder.id, match.id)))
    return found


def _broken_alone(problem: Problem, match: PlannedMatch) -> Iterator[str]:
    if problem.plan.by_id[match.id].fixed:
        yield "begun"
    if match.start <= problem.now:
        yield "past"
    first = min(window.start for window in problem.windows)
    if (match.start - first) % timedelta(minutes=problem.slot_minutes):
        yield "slot"
    if not any(window.covers(match.interval) for window in problem.windows):
        yield "window"
    if match.station_id not in (problem.station_ids or (None,)):
        yield "station not allowed"
    hours = next(
        (station for station in problem.plan.stations if station.id == match.station_id), StationHours(0, 0)
    )
    if not hours.is_open(match.interval):
        yield "hours"
    for pause in problem.plan.breaks:
        is_theirs = pause.station_id is not None or pause.tournament_id == match.tournament_id
        if is_theirs and pause.holds(match.station_id) and pause.interval.overlaps(match.interval):
            yield "break"


def _close_pairs(matches: Iterable[PlannedMatch]) -> Iterator[tuple[PlannedMatch, PlannedMatch]]:
    """The pairs, the earlier one first, that begin before the longest rest after the first is over."""
    in_order = sorted(matches, key=lambda match: match.start)
    longest = timedelta(minutes=max((match.rest_minutes for match in in_order), default=0))
    for place, first in enumerate(in_order):
        for second in in_order[place + 1 :]:
            if second.start >= first.end + longest:
                break
            yield first, second


def _broken_by_two(first: PlannedMatch, second: PlannedMatch) -> Iterator[str]:
    overlap = first.interval.overlaps(second.interval)
    if overlap and first.station_id is not None and first.station_id == second.station_id:
        yield "station"
    if overlap and first.coordinator_id is not None and first.coordinator_id == second.coordinator_id:
        yield "coordinator"
    if overlap and first.stream and first.stream == second.stream:
        yield "stream"
    shares = set(first.participants) & set(second.participants) or first.people & second.people
    if shares and second.start < first.end + rest_between(first, second):
        yield "rest"


def _turned_rounds(placed: Iterable[PlannedMatch]) -> Iterator[tuple[int, int]]:
    """The pairs of a side in which a later round, that follows from no feeders, is played first."""
    of_side: dict[tuple[int, int], list[PlannedMatch]] = defaultdict(list)
    for match in sorted(placed, key=lambda match: match.start):
        if match.bracket_id is not None and not match.feeders:
            for side in match.participants:
                of_side[match.bracket_id, side].append(match)
    for played in of_side.values():
        for first, second in pairwise(played):
            if first.round_number > second.round_number:
                yield first.id, second.id
