"""What one click can do about a conflict: nothing is offered that leaves it, or brings about another."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .conflicts import Conflict, ConflictKind, conflicts_of, needs, new_conflicts
from .plan import EVER, Plan, PlannedMatch
from .starts import Barred, barred_by, barred_by_breaks, barred_by_hours, first_start, next_minute

MOST_OFFERED = 3


class MendKind(StrEnum):
    """What is done with the match."""

    STATION = "station"
    MOVE = "move"
    NO_STATION = "no_station"
    NO_COORDINATOR = "no_coordinator"
    NO_STREAM = "no_stream"


@dataclass(frozen=True, slots=True)
class Mend:
    """A change of one match: `start` is the new one of a MOVE, `station_id` that of a change of STATION."""

    kind: MendKind
    match_id: int
    start: datetime | None = None
    station_id: int | None = None

    def applied(self, match: PlannedMatch) -> PlannedMatch:
        """The match as it is planned then."""
        if self.kind is MendKind.MOVE:
            return replace(match, start=self.start)
        if self.kind is MendKind.NO_COORDINATOR:
            return replace(match, coordinator_id=None)
        if self.kind is MendKind.NO_STREAM:
            return replace(match, stream="")
        return replace(match, station_id=self.station_id)


# Best first: what leaves the players their time goes before what moves them, but a match needs its station.
_AT_THE_PLACE = (MendKind.STATION, MendKind.MOVE, MendKind.NO_STATION)
_OFFERED = {
    ConflictKind.PARTICIPANT: (MendKind.MOVE,),
    ConflictKind.PERSON: (MendKind.MOVE,),
    ConflictKind.STATION: _AT_THE_PLACE,
    ConflictKind.COORDINATOR: (MendKind.NO_COORDINATOR, MendKind.MOVE),
    ConflictKind.STREAM: (MendKind.NO_STREAM, MendKind.MOVE),
    ConflictKind.ORDER: (MendKind.MOVE,),
    ConflictKind.BREAK: _AT_THE_PLACE,
    ConflictKind.HOURS: _AT_THE_PLACE,
}


def mends(conflict: Conflict, plan: Plan, now: datetime) -> list[Mend]:
    """At most MOST_OFFERED changes, best first, each of which ends this conflict of the plan and makes none.

    They change the later of the two matches; the earlier one only where nothing can be done about the later.
    """
    for match in _changeable(conflict, plan):
        possible = (_first_that_mends(kind, conflict, match, plan, now) for kind in _OFFERED[conflict.kind])
        found = [mend for mend in possible if mend is not None]
        if found:
            return found[:MOST_OFFERED]
    return []


def free_helpers(plan: Plan, match: PlannedMatch, users: Iterable[int]) -> list[int]:
    """Those of the users who neither play nor coordinate while the match is played.

    Who coordinates least comes first. The present coordinator of the match is none of them; for a match
    without a time all others are free.
    """
    timed = [other for other in plan.matches if other.start is not None and other.id != match.id]
    busy = {match.coordinator_id}
    for other in timed:
        if match.start is not None and other.interval.overlaps(match.interval):
            busy |= {other.coordinator_id, *other.people}
    load = Counter(other.coordinator_id for other in timed)
    return sorted((user for user in users if user not in busy), key=lambda user: (load[user], user))


def _changeable(conflict: Conflict, plan: Plan) -> list[PlannedMatch]:
    """The matches of the conflict yet to begin, the later first; out of order, only the one that is fed."""
    known = (plan.by_id.get(match_id) for match_id in reversed(conflict.match_ids))
    matches = [match for match in known if match is not None and not match.fixed]
    if conflict.kind is ConflictKind.ORDER:
        return [match for match in matches if not set(match.feeders).isdisjoint(conflict.match_ids)]
    return matches


def _first_that_mends(
    kind: MendKind, conflict: Conflict, match: PlannedMatch, plan: Plan, now: datetime
) -> Mend | None:
    for mend in _candidates(kind, match, plan, now):
        after = plan.with_matches([mend.applied(match)])
        left = {each.key for each in conflicts_of(after, [match.id], now)}
        if conflict.key not in left and not new_conflicts(plan, after, [match.id], now):
            return mend
    return None


def _candidates(kind: MendKind, match: PlannedMatch, plan: Plan, now: datetime) -> Iterator[Mend]:
    if kind is MendKind.MOVE:
        start = _free_start(match, plan, now)
        if start is not None:
            yield Mend(kind, match.id, start=start)
    elif kind is MendKind.STATION:
        for station_id in _free_stations(match, plan):
            yield Mend(kind, match.id, station_id=station_id)
    else:
        yield Mend(kind, match.id)


def _free_start(match: PlannedMatch, plan: Plan, now: datetime) -> datetime | None:
    """The first moment after now and its start at which the match, where it is, clashes with nothing."""
    since = max(match.start, next_minute(now))
    barred = [
        *_barred_by_others(match, plan, since),
        *_barred_by_order(match, plan, now),
        *barred_by_breaks(plan, match),
        *barred_by_hours(plan, match),
    ]
    start, _ = first_start(since, barred)
    return start if start < EVER.end else None


def _barred_by_others(match: PlannedMatch, plan: Plan, since: datetime) -> Iterator[Barred]:
    needed = set(needs(match))
    rested = since - timedelta(minutes=match.rest_minutes)
    for other in plan.matches:
        if other.start is None or other.id == match.id or needed.isdisjoint(needs(other)):
            continue
        if other.end > rested:
            for kind, _ in needed.intersection(needs(other)):
                yield barred_by(match, other, kind)


def _barred_by_order(match: PlannedMatch, plan: Plan, now: datetime) -> Iterator[Barred]:
    for feeder in (plan.by_id.get(feeder_id) for feeder_id in match.feeders):
        if feeder is not None and feeder.start is not None and not (feeder.fixed and feeder.end <= now):
            yield barred_by(match, feeder, ConflictKind.ORDER)
    for fed in plan.matches:
        if match.id in fed.feeders and fed.start is not None and not fed.fixed:
            yield Barred(fed.start - timedelta(minutes=match.minutes + fed.rest_minutes), EVER.end)


def _free_stations(match: PlannedMatch, plan: Plan) -> Iterator[int]:
    """The stations of its tournament at which nothing is in the way of the match at its time."""
    start, end = match.start, match.end
    earlier = (other for other in plan.matches if other.start is not None and other.start < end)
    taken = {other.station_id for other in earlier if other.end > start and other.id != match.id}
    for station in plan.stations:
        if station.tournament_id == match.tournament_id and station.id not in taken:
            there = replace(match, station_id=station.id)
            closed = (*barred_by_breaks(plan, there), *barred_by_hours(plan, there))
            if not any(each.bars(match.start) for each in closed):
                yield station.id
