"""When a match could start: the starts that others, breaks and hours rule out, and the first that is left.

What rules out starts rules out all strictly between two moments, for what is half-open may touch.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .conflicts import RESTING, ConflictKind
from .plan import EVER, Interval, Plan, PlannedMatch

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Barred:
    """No start strictly between `after` and `until`; `by` is the match that bars it, if it is one."""

    after: datetime
    until: datetime
    by: int | None = None

    def bars(self, start: datetime) -> bool:
        """True where a match cannot start then."""
        return self.after < start < self.until


def first_start(since: datetime, barred: Iterable[Barred]) -> tuple[datetime, tuple[int, ...]]:
    """The first start from then on that nothing bars, and the matches that it had to give way to.

    A start that is not `since` itself is a whole minute. Where nothing is left, it is past the end of EVER.
    """
    start, gave_way = since, []
    # Of those that begin alike the one that bars longest comes first: the others then force nothing.
    for each in sorted(barred, key=lambda each: (each.after, EVER.end - each.until)):
        if each.bars(start):
            start = whole_minute(each.until)
            gave_way.append(each.by)
    return start, tuple(dict.fromkeys(match_id for match_id in gave_way if match_id is not None))


def whole_minute(moment: datetime) -> datetime:
    """The moment, or the next whole minute."""
    down = moment.replace(second=0, microsecond=0)
    return down if down == moment else down + MINUTE


def next_minute(now: datetime) -> datetime:
    """The first whole minute that is still ahead."""
    return now.replace(second=0, microsecond=0) + MINUTE


def barred_by(match: PlannedMatch, other: PlannedMatch, kind: ConflictKind) -> Barred:
    """The starts of a match that another one bars, which needs something that both need, or feeds it."""
    rests = kind in RESTING
    before = timedelta(minutes=match.minutes + (other.rest_minutes if rests else 0))
    after = timedelta(minutes=match.rest_minutes if rests else 0)
    begin = EVER.start if kind is ConflictKind.ORDER else other.start - before
    return Barred(begin, other.end + after, other.id)


def barred_by_breaks(plan: Plan, match: PlannedMatch) -> Iterator[Barred]:
    """The starts with which the match would run into a break that holds for it."""
    for pause in plan.breaks:
        if pause.stops(match):
            yield _around(match, pause.interval)


def barred_by_hours(plan: Plan, match: PlannedMatch, longest: timedelta | None = None) -> Iterator[Barred]:
    """The starts with which the match would run into a time at which its station is closed.

    Only such as last no longer than `longest`, if it is given.
    """
    for station in plan.stations:
        if station.id == match.station_id:
            for closed in station.closed():
                if longest is None or closed.end - closed.start <= longest:
                    yield _around(match, closed)


def _around(match: PlannedMatch, interval: Interval) -> Barred:
    return Barred(interval.start - timedelta(minutes=match.minutes), interval.end)
