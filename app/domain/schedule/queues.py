"""When waiting matches begin: after those before them at their stations, their feeders, and the planned time.

All times are in minutes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import hypot, inf

from .pace import PAUSE, Begun, Groups, Pace, Spread, slack

# One that is not the first after a pause begins no earlier than this, unless the event runs earlier already.
EARLY = -3.0
EARLY_SPREAD = Spread(0.0, 0.0, 2.0, 3.0)
# One that so many later ones of its station have overtaken is put aside: nobody waits for it.
OVERTAKEN = 2
# How far a span goes, in usual distances, and how much wider it gets for each minute ahead, since the pace
# changes. Both are set so that four spans in five hold.
REACH = 1.28
DRIFT = 0.1
# Whatever has been overdue for hours was put off, and begins at some time that nobody knows here: no more is
# added to that wait than so many minutes. The span of an overdue wait is in parts of what is likely left.
MOST_LEFT = 30.0
OVERDUE_FROM, OVERDUE_TO = 0.15, 3.3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A match that has not begun, with the ids of the matches that have to be over before."""

    id: int
    planned: float | None
    minutes: float
    station_id: int | None
    groups: Groups
    feeders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When something most likely happens, and its span. `known`: it has happened, or stands in the plan."""

    low: float
    at: float
    high: float
    known: bool = False

    @classmethod
    def exact(cls, at: float) -> "Moment":
        """One without any doubt."""
        return cls(at, at, at, known=True)


@dataclass(frozen=True, slots=True)
class _Wait:
    """From a moment on it takes a fixed time, and `scale` times what the spread says."""

    since: Moment
    spread: Spread
    scale: float = 1.0
    fixed: float = 0.0

    def over(self) -> Moment:
        """When it is over, whatever the clock says."""
        # A single wait takes what is usual, but a sum of several takes their means, as some of them are long.
        takes = self.scale * (self.spread.usual if self.since.known else self.spread.mean)
        at = self.since.at + self.fixed + takes
        drift = DRIFT * abs(takes)
        below = hypot(self.since.at - self.since.low, REACH * self.scale * self.spread.below) + drift
        above = hypot(self.since.high - self.since.at, REACH * self.scale * self.spread.above) + drift
        return Moment(at - below, at, at + above)

    def overdue(self, now: float) -> Moment:
        """When it is over, where that should have been before now."""
        waited = (now - self.since.at - self.fixed) / self.scale
        left = min(self.scale * self.spread.left(waited), MOST_LEFT)
        return Moment(now + OVERDUE_FROM * left, now + left, now + OVERDUE_TO * left)


class Queues:
    """The queues of the stations: from the matches that have begun, in the order of their starts, onward."""

    def __init__(self, begun: Sequence[Begun], now: float) -> None:
        self._now = now
        self._pace = Pace(begun)
        self._ends: dict[int, Moment] = {}
        self._tails: dict[int | None, tuple[Begun | Waiting, Moment]] = {}
        planned: dict[int | None, list[float]] = defaultdict(list)
        for match in begun:
            start = Moment.exact(match.started)
            self._ends[match.id] = (
                self._end(match, start) if match.ended is None else Moment.exact(match.ended)
            )
            self._tails[match.station_id] = (match, start)
            planned[match.station_id].append(-inf if match.planned is None else match.planned)
        self._reached = {
            station_id: sorted(times)[-OVERTAKEN]
            for station_id, times in planned.items()
            if len(times) >= OVERTAKEN
        }

    def starts(self, waiting: Sequence[Waiting]) -> Iterator[tuple[int, Moment]]:
        """The ids of those that wait, given in the order of the plan, with when they begin, feeders first.

        Those that nothing is known of are left out.
        """
        for match in _after_feeders(waiting):
            waits = [*self._of_plan(match), *self._of_queue(match), *self._of_feeders(match)]
            if waits:
                start = self._all_over(waits)
                self._ends[match.id] = self._end(match, start)
                if match.station_id is not None and not self._is_put_aside(match):
                    self._tails[match.station_id] = (match, start)
                yield match.id, start

    def _of_plan(self, match: Waiting) -> Iterator[_Wait]:
        if match.planned is None:
            return
        planned, early = Moment.exact(match.planned), EARLY
        free = inf
        if match.station_id in self._tails:
            tail, start = self._tails[match.station_id]
            free = slack(tail.planned, tail.minutes, match.planned)
            early = EARLY if tail.planned is None else min(EARLY, start.at - tail.planned)
        if free > PAUSE:
            yield _Wait(planned, self._pace.after_pause)
        elif match.station_id is None:
            yield _Wait(planned, self._pace.late)
        else:
            yield _Wait(planned, EARLY_SPREAD, fixed=early)

    def _of_queue(self, match: Waiting) -> Iterator[_Wait]:
        if match.station_id is None or match.station_id not in self._tails:
            return
        tail, start = self._tails[match.station_id]
        free = slack(tail.planned, tail.minutes, match.planned)
        kept = self._pace.kept * free if free <= PAUSE else 0.0
        if isinstance(tail, Begun) and tail.ended is not None:
            yield _Wait(Moment.exact(tail.ended), self._pace.turnover, fixed=kept)
        else:
            yield _Wait(start, self._pace.cycle(tail.groups), tail.minutes, kept)

    def _of_feeders(self, match: Waiting) -> Iterator[_Wait]:
        for feeder in match.feeders:
            if feeder in self._ends:
                yield _Wait(self._ends[feeder], self._pace.turnover)

    def _end(self, match: Begun | Waiting, start: Moment) -> Moment:
        return self._all_over([_Wait(start, self._pace.length(match.groups), match.minutes)])

    def _is_put_aside(self, match: Waiting) -> bool:
        reached = self._reached.get(match.station_id, -inf)
        return match.planned is not None and match.planned < reached

    def _all_over(self, waits: Sequence[_Wait]) -> Moment:
        """When the last of them is over; never before now."""
        moments = [wait.over() for wait in waits]
        at = max(moment.at for moment in moments)
        if at < self._now:
            return waits[[moment.at for moment in moments].index(at)].overdue(self._now)
        low = max(self._now, *(moment.low for moment in moments))
        return Moment(low, at, max(moment.high for moment in moments))


def _after_feeders(waiting: Sequence[Waiting]) -> Iterator[Waiting]:
    """In the given order, but none before those that it waits for; one that waits for itself comes last."""
    places = {match.id: place for place, match in enumerate(waiting)}
    fed: dict[int, list[int]] = defaultdict(list)
    missing = [0] * len(waiting)
    for place, match in enumerate(waiting):
        for feeder in match.feeders:
            if feeder in places:
                fed[feeder].append(place)
                missing[place] += 1
    ready = [place for place, count in enumerate(missing) if not count]
    while ready:
        match = waiting[heappop(ready)]
        yield match
        for place in fed[match.id]:
            missing[place] -= 1
            if not missing[place]:
                heappush(ready, place)
    yield from (match for match, count in zip(waiting, missing, strict=True) if count)
