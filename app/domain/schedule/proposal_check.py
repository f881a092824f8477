"""What is wrong with a proposal, looked for pair by pair: it shares nothing with how proposals are made."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations

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
        found += (Violation(rule, (match.id,)) for rule in _broken_alone(problem, match))
    stay = {match.id: match for match in problem.plan.matches if match.id not in asked or match.fixed}
    timed = {match.id: match for match in stay.values() if match.start is not None} | matches
    for pair in combinations(timed.values(), 2):
        if any(match.id in placed for match in pair):
            found += (Violation(rule, tuple(m.id for m in pair)) for rule in _broken_by_two(*pair, placed))
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


def _broken_by_two(one: PlannedMatch, two: PlannedMatch, placed: set[int]) -> Iterator[str]:
    first, second = sorted((one, two), key=lambda match: match.start)
    overlap = one.interval.overlaps(two.interval)
    lacks_rest = second.start < first.end + rest_between(first, second)
    if overlap and one.station_id is not None and one.station_id == two.station_id:
        yield "station"
    if overlap and one.coordinator_id is not None and one.coordinator_id == two.coordinator_id:
        yield "coordinator"
    if overlap and one.stream and one.stream == two.stream:
        yield "stream"
    shares_side = bool(set(one.participants) & set(two.participants))
    if lacks_rest and (shares_side or one.people & two.people):
        yield "rest"
    for feeder, fed in ((one, two), (two, one)):
        if feeder.id in fed.feeders and not fed.fixed and fed.start < feeder.end + rest_between(feeder, fed):
            yield "bracket order"
    in_one_bracket = one.bracket_id is not None and one.bracket_id == two.bracket_id
    is_turned = first.round_number > second.round_number and not one.feeders + two.feeders
    if shares_side and in_one_bracket and is_turned and {one.id, two.id} <= placed:
        yield "round order"
