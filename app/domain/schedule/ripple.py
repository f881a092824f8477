"""What a delay moves: the matches that wait for nothing else, and behind them only as much as needed."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from app.domain.errors import InvalidInput
from app.domain.words import say

from .conflicts import ConflictKind, in_order, needs
from .plan import EVER, Plan, PlannedMatch
from .starts import Barred, barred_by, barred_by_breaks, barred_by_hours, first_start, next_minute

MAX_DELAY_MINUTES = 7 * 24 * 60
# A station that closes for longer has ended its day. What no longer fits into the day goes on past the hours:
# to put it off to the next day is for people to decide.
LONGEST_PAUSE = timedelta(hours=4)
# What a match that comes first in its scope has not waited for; coordinators and streams follow the matches.
_LEADING = frozenset({ConflictKind.STATION, ConflictKind.PARTICIPANT, ConflictKind.PERSON})
# In these the later match stays the later one. Elsewhere it may come first, if what moves goes past it.
_QUEUES = frozenset({ConflictKind.STATION, ConflictKind.ORDER})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is late: what starts from `since` on, before `until`, at the station, in the bracket, ...

    None is no restriction.
    """

    since: datetime
    until: datetime | None = None
    station_id: int | None = None
    bracket_id: int | None = None
    tournament_id: int | None = None

    def holds(self, match: PlannedMatch) -> bool:
        """True where the match can be moved and is meant."""
        return (
            match.start is not None
            and not match.fixed
            and match.start >= self.since
            and (self.until is None or match.start < self.until)
            and self.station_id in (None, match.station_id)
            and self.bracket_id in (None, match.bracket_id)
            and self.tournament_id in (None, match.tournament_id)
        )


@dataclass(frozen=True, slots=True)
class Shift:
    """A match that moves. `because` are those it gives way to; none where the delay itself moves it.

    `past_hours` tells that its station is not open for all of its new time.
    """

    match_id: int
    old: datetime
    new: datetime
    because: tuple[int, ...] = ()
    past_hours: bool = False


def delay(plan: Plan, scope: Scope, minutes: int, now: datetime) -> list[Shift]:
    """What moves, in the order of the old times, when all in scope is so many minutes late.

    The matches that come first in the scope move by so many minutes. All others, in the scope or not, move
    only as far as they would clash with what moved, or overtake it at a station or in the bracket. Two that
    were too close already come no closer. Nothing moves into a break, nor to a time that is past. Raises
    InvalidInput unless the minutes are 0 to MAX_DELAY_MINUTES.
    """
    if not 0 <= minutes <= MAX_DELAY_MINUTES:
        reason = say("A delay is 0 to %(most)s minutes.", most=MAX_DELAY_MINUTES)
        raise InvalidInput.of("minutes", reason)
    if minutes == 0:
        return []
    late = timedelta(minutes=minutes)
    firsts = first_ids(plan, scope)
    ripple = _Ripple(plan, now)
    movable = (match for match in plan.matches if match.start is not None and not match.fixed)
    for match in sorted(movable, key=in_order):
        ripple.place(match, match.start + late if match.id in firsts else match.start)
    return ripple.shifts


def first_ids(plan: Plan, scope: Scope) -> frozenset[int]:
    """The matches that come first: nothing earlier in the scope has their station, their sides or people, or
    feeds them."""
    earliest, firsts = {}, set()
    chosen = {match.id: match for match in sorted(filter(scope.holds, plan.matches), key=in_order)}
    for match in chosen.values():
        taken = [need for need in needs(match) if need[0] in _LEADING]
        begun = [earliest.setdefault(need, match.start) for need in taken]
        begun += [chosen[feeder_id].start for feeder_id in match.feeders if feeder_id in chosen]
        if min(begun, default=match.start) >= match.start:
            firsts.add(match.id)
    return frozenset(firsts)


class _Ripple:
    """Places match after match, in the order of their old times, and remembers what moved."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self.shifts: list[Shift] = []
        self._plan = plan
        self._soonest = next_minute(now)
        self._stations = {station.id: station for station in plan.stations}
        self._moved: dict[int, PlannedMatch] = {}
        self._moved_at = defaultdict(list)
        self._begun_at = defaultdict(list)
        begun = (match for match in plan.matches if match.fixed and match.start is not None)
        for match in sorted(begun, key=in_order, reverse=True):
            for need in needs(match):
                self._begun_at[need].append(match)

    def place(self, match: PlannedMatch, since: datetime) -> None:
        """Move the match to the first start from then on that nothing bars, or leave it where it is."""
        pushes = list(self._pushes(match))
        start, because = first_start(since, pushes)
        if start == match.start:
            return
        start, further = first_start(max(start, self._soonest), [*pushes, *self._obstacles(match)])
        station = self._stations.get(match.station_id)
        moved = replace(match, start=start)
        past_hours = station is not None and not station.is_open(moved.interval)
        forced_by = tuple(dict.fromkeys(because + further))
        self.shifts.append(Shift(match.id, match.start, start, forced_by, past_hours))
        self._moved[match.id] = moved
        for need in needs(moved):
            insort(self._moved_at[need], (moved.end, moved.id, moved))

    def _pushes(self, match: PlannedMatch) -> Iterator[Barred]:
        """What the matches that moved so far, all planned before this one, bar."""
        rested = match.start - timedelta(minutes=match.rest_minutes)
        for need in needs(match):
            due = rested
            for end, _, other in reversed(self._moved_at[need]):
                if end <= due:
                    break
                barred = self._behind(match, other, need[0])
                # In a queue, one that ended before this bars nothing that this does not bar.
                due = max(due, barred.until) if need[0] in _QUEUES else due
                yield barred
        for feeder_id in match.feeders:
            if feeder_id in self._moved:
                yield self._behind(match, self._moved[feeder_id], ConflictKind.ORDER)

    def _behind(self, match: PlannedMatch, moved: PlannedMatch, kind: ConflictKind) -> Barred:
        barred = barred_by(match, moved, kind)
        as_close_as_before = match.start + (moved.start - self._plan.by_id[moved.id].start)
        after = EVER.start if kind in _QUEUES else barred.after
        return Barred(after, min(barred.until, as_close_as_before), moved.id)

    def _obstacles(self, match: PlannedMatch) -> Iterator[Barred]:
        """What does not move, except where the match clashed with it before."""
        fixed = (
            barred_by(match, other, need[0])
            for need in needs(match)
            for other in takewhile(lambda other: other.start > match.start, self._begun_at[need])
        )
        pauses = barred_by_breaks(self._plan, match)
        hours = barred_by_hours(self._plan, match, LONGEST_PAUSE)
        for each in (*fixed, *pauses, *hours):
            if not each.bars(match.start):
                yield each
