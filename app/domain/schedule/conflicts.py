"""What clashes in a schedule: two matches that need the same at once, or one where nothing is played.

A clash that is over is none any more, and what has begun clashes with nothing that has begun too, as nobody
could mend it. Likewise breaks, hours and the order of the bracket bind a match only until it begins.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .plan import Interval, Plan, PlannedMatch


class ConflictKind(StrEnum):
    """What a conflict is about; what needs people to be in two places comes first."""

    PARTICIPANT = "participant"
    PERSON = "person"
    STATION = "station"
    COORDINATOR = "coordinator"
    STREAM = "stream"
    ORDER = "order"
    BREAK = "break"
    HOURS = "hours"


# Who plays needs rest between two matches, and so does who will come from a feeder; all else goes on at once.
RESTING = frozenset({ConflictKind.PARTICIPANT, ConflictKind.PERSON, ConflictKind.ORDER})
_RANK = {kind: rank for rank, kind in enumerate(ConflictKind)}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that cannot be played as planned.

    `match_ids` are one match or two, the earlier one first. `subject_id` is the participant, user, station,
    coordinator or break, for the order the match that is fed, and None for a stream. `interval` is the time
    that both need; for the order, that from the start of the match to the end of the one that feeds it. Where
    `rest` is set only the rest between the two is too short, and it is how far the rest reaches beyond the
    start of the later one.
    """

    kind: ConflictKind
    match_ids: tuple[int, ...]
    subject_id: int | None
    interval: Interval
    rest: bool = False

    @property
    def key(self) -> tuple[ConflictKind, frozenset[int], int | None]:
        """What makes it the same conflict, whenever and in whichever order the matches are planned."""
        return self.kind, frozenset(self.match_ids), self.subject_id


def find_conflicts(plan: Plan, now: datetime) -> list[Conflict]:
    """All conflicts that are not over, by time. Matches without a time have none."""
    return _present(_clashes(plan, None, now), now)


def conflicts_of(plan: Plan, match_ids: Iterable[int], now: datetime) -> list[Conflict]:
    """Those of `find_conflicts` that name one of these matches; other pairs are not looked at."""
    return _present(_clashes(plan, frozenset(match_ids), now), now)


def new_conflicts(before: Plan, after: Plan, match_ids: Iterable[int], now: datetime) -> list[Conflict]:
    """Those conflicts of these matches in `after` that `before` does not have.

    Two matches that clashed before, be it in the past, make no new conflict by clashing at another time.
    """
    named = frozenset(match_ids)
    found = conflicts_of(after, named, now)
    known = {conflict.key for conflict in _clashes(before, named, now)} if found else ()
    return [conflict for conflict in found if conflict.key not in known]


def needs(match: PlannedMatch) -> Iterator[tuple[ConflictKind, int | str]]:
    """What the match takes while it is played, and no other can have at the same time."""
    for participant_id in match.participants:
        yield ConflictKind.PARTICIPANT, participant_id
    for user_id in match.people:
        yield ConflictKind.PERSON, user_id
    if match.station_id is not None:
        yield ConflictKind.STATION, match.station_id
    if match.coordinator_id is not None:
        yield ConflictKind.COORDINATOR, match.coordinator_id
    if match.stream:
        yield ConflictKind.STREAM, match.stream


def in_order(match: PlannedMatch) -> tuple[datetime, int]:
    """Sorts matches with a time by it; of two at the same time, the lower id counts as the earlier."""
    return match.start, match.id


def _present(clashes: Iterator[Conflict], now: datetime) -> list[Conflict]:
    found = [conflict for conflict in clashes if conflict.interval.end > now]
    return sorted(found, key=lambda c: (c.interval.start, c.match_ids, _RANK[c.kind], c.subject_id or 0))


def _clashes(plan: Plan, named: Collection[int] | None, now: datetime) -> Iterator[Conflict]:
    """All that name one of the named matches (None: all), in no order, over or not."""
    timed = [match for match in plan.matches if match.start is not None]
    yield from _between_matches(_near(timed, named), named)
    for match, feeder in _fed(plan, timed, now):
        if named is None or match.id in named or feeder.id in named:
            yield _out_of_order(match, feeder)
    ahead = [match for match in timed if not match.fixed and (named is None or match.id in named)]
    yield from _in_breaks(plan, ahead)
    yield from _out_of_hours(plan, ahead)


def _near(timed: list[PlannedMatch], named: Collection[int] | None) -> list[PlannedMatch]:
    """Those that a named match could meet in time."""
    if named is None:
        return timed
    chosen = [match for match in timed if match.id in named]
    if not chosen:
        return []
    since = min(match.start - timedelta(minutes=match.rest_minutes) for match in chosen)
    until = max(match.end for match in chosen)
    until += timedelta(minutes=max(match.rest_minutes for match in timed))
    return [match for match in timed if match.start < until and match.end > since]


def _between_matches(matches: list[PlannedMatch], named: Collection[int] | None) -> Iterator[Conflict]:
    """Walk through the day, and look back from each match at those that still take something it needs.

    Per need, those passed are kept by their end, so that to look back stops at the first that ended in time.
    Matches that are not named are kept aside, where only the named ones look.
    """
    passed, aside = defaultdict(list), defaultdict(list)
    for match in sorted(matches, key=in_order):
        is_aside = named is not None and match.id not in named
        looked_at = (passed,) if is_aside or named is None else (passed, aside)
        entry = (match.end, match.id, match)
        rested = match.start - timedelta(minutes=match.rest_minutes)
        for need in needs(match):
            due = rested if need[0] in RESTING else match.start
            for earlier in looked_at:
                for end, _, other in reversed(earlier[need]):
                    if end <= due:
                        break
                    if _is_worth_telling(need[0], other, match):
                        yield _clash(need, other, match)
            insort((aside if is_aside else passed)[need], entry)


def _is_worth_telling(kind: ConflictKind, earlier: PlannedMatch, later: PlannedMatch) -> bool:
    """Not where nobody can mend it, and not of the people where the participant they play for says it all."""
    if earlier.fixed and later.fixed:
        return False
    return kind is not ConflictKind.PERSON or set(earlier.participants).isdisjoint(later.participants)


def _clash(need: tuple[ConflictKind, int | str], earlier: PlannedMatch, later: PlannedMatch) -> Conflict:
    kind, subject = need
    rest = earlier.end <= later.start
    end = earlier.end + timedelta(minutes=later.rest_minutes) if rest else min(earlier.end, later.end)
    subject_id = None if kind is ConflictKind.STREAM else subject
    return Conflict(kind, (earlier.id, later.id), subject_id, Interval(later.start, end), rest)


def _fed(plan: Plan, timed: list[PlannedMatch], now: datetime) -> Iterator[tuple[PlannedMatch, PlannedMatch]]:
    """Each match that starts too early for one that feeds it and is not over, with that one."""
    for match in timed:
        for feeder in (plan.by_id.get(feeder_id) for feeder_id in match.feeders if not match.fixed):
            if feeder is None or feeder.start is None or (feeder.fixed and feeder.end <= now):
                continue
            if match.start < feeder.end + timedelta(minutes=match.rest_minutes):
                yield match, feeder


def _out_of_order(match: PlannedMatch, feeder: PlannedMatch) -> Conflict:
    rest = feeder.end <= match.start
    end = feeder.end + timedelta(minutes=match.rest_minutes) if rest else feeder.end
    ids = tuple(each.id for each in sorted((match, feeder), key=in_order))
    return Conflict(ConflictKind.ORDER, ids, match.id, Interval(match.start, end), rest)


def _in_breaks(plan: Plan, matches: list[PlannedMatch]) -> Iterator[Conflict]:
    for match in matches if plan.breaks else ():
        played = match.interval
        for pause in plan.breaks:
            if pause.interval.overlaps(played) and pause.stops(match):
                both = Interval(max(played.start, pause.interval.start), min(played.end, pause.interval.end))
                yield Conflict(ConflictKind.BREAK, (match.id,), pause.id, both)


def _out_of_hours(plan: Plan, matches: list[PlannedMatch]) -> Iterator[Conflict]:
    closed = {station.id: station.closed() for station in plan.stations}
    for match in matches:
        played = match.interval
        shut = [gap for gap in closed.get(match.station_id, ()) if gap.overlaps(played)]
        if shut:
            outside = Interval(max(played.start, shut[0].start), min(played.end, shut[-1].end))
            yield Conflict(ConflictKind.HOURS, (match.id,), match.station_id, outside)
