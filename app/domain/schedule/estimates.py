"""When matches will begin, judged by how the event has gone so far; and how good such estimates have been."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from statistics import fmean, median

from .pace import Begun
from .queues import Moment, Queues, Waiting

# What is learnt comes from so many starts, the latest: a long event costs no more than a short one.
LATEST_STARTS = 100
MINUTE = timedelta(minutes=1)
# So many past estimates are judged, the latest.
LATEST_ERRORS = 60


@dataclass(frozen=True, slots=True)
class Observed:
    """A match as planned and as played. All times are aware, in UTC; None where they are not known (yet).

    `planned_minutes` is its length as planned; `feeders` are the ids of those that have to be over first. One
    that `is_closed` without having begun (a walkover, a cancelled one) takes no time.
    """

    id: int
    planned_start: datetime | None
    planned_minutes: int
    best_of: int = 1
    round_number: int = 1
    bracket_id: int | None = None
    station_id: int | None = None
    feeders: tuple[int, ...] = ()
    started_at: datetime | None = None
    completed_at: datetime | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """When a match begins: most likely at `likely`, and four times in five from `low` to `high`."""

    low: datetime
    likely: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class EstimateError:
    """What was, or would have been, estimated some time before a match began, beside when it did."""

    id: int
    planned_start: datetime | None
    estimate: Estimate
    started_at: datetime

    @property
    def minutes(self) -> float:
        """How much later it began than was likely; negative: earlier."""
        return (self.started_at - self.estimate.likely) / MINUTE

    @property
    def plan_minutes(self) -> float | None:
        """How much later it began than planned; negative: earlier. None where it had no time."""
        return None if self.planned_start is None else (self.started_at - self.planned_start) / MINUTE

    @property
    def is_covered(self) -> bool:
        """True where it began within the span."""
        return self.estimate.low <= self.started_at <= self.estimate.high


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Absolute errors in minutes: of `count` estimates, and of the plan for the same matches.

    `covered` is the share of the spans that held.
    """

    count: int
    median: float
    mean: float
    plan_median: float | None
    plan_mean: float | None
    covered: float


def estimate(observed: Iterable[Observed], now: datetime) -> dict[int, Estimate]:
    """When each match begins that has neither begun nor is closed, by id; never before `now`.

    `observed` are all matches of the event; `now` is aware, in UTC. What happened after it is not looked at.
    A match that nothing is known of (no planned start, no feeder, none before it at its station) is left out.
    """
    return Event(observed).estimates(now)


def errors(observed: Iterable[Observed], ahead: timedelta = timedelta(minutes=30)) -> list[EstimateError]:
    """How far off those estimates were that could be given `ahead` of each start, in the order of the starts.

    Only what was known by then goes into them, but for the plan, which is taken as it stands now. At most
    LATEST_ERRORS, of the latest starts.
    """
    event = Event(observed)
    found = []
    for match in event.begun[-LATEST_ERRORS:]:
        given = event.estimate_of(match.id, match.started_at - ahead)
        if given is not None:
            found.append(EstimateError(match.id, match.planned_start, given, match.started_at))
    return found


def accuracy(found: Sequence[EstimateError]) -> Accuracy | None:
    """All errors in a few figures; None where there are none."""
    if not found:
        return None
    own = [abs(error.minutes) for error in found]
    plan = [abs(error.plan_minutes) for error in found if error.plan_minutes is not None]
    return Accuracy(
        count=len(found),
        median=median(own),
        mean=fmean(own),
        plan_median=median(plan) if plan else None,
        plan_mean=fmean(plan) if plan else None,
        covered=fmean(error.is_covered for error in found),
    )


class Event:
    """All matches of an event, made ready to be looked at as of several moments."""

    def __init__(self, observed: Iterable[Observed]) -> None:
        matches = list(observed)
        self.begun = sorted(
            (match for match in matches if match.started_at is not None),
            key=lambda match: (match.started_at, match.id),
        )
        self._begun = [_begun(match) for match in self.begun]
        self._planned = [(match, _waiting(match)) for match in sorted(matches, key=_order)]

    def estimates(self, now: datetime) -> dict[int, Estimate]:
        """What is estimated at that time, by id."""
        return dict(self._starts(now))

    def estimate_of(self, match_id: int, now: datetime) -> Estimate | None:
        """What is estimated at that time of one match."""
        return next((given for other_id, given in self._starts(now) if other_id == match_id), None)

    def _starts(self, now: datetime) -> Iterator[tuple[int, Estimate]]:
        clock = _minutes(now)
        begun = [_as_of(match, clock) for match in self._begun if match.started <= clock]
        waiting = [in_minutes for match, in_minutes in self._planned if _is_waiting(match, now)]
        for match_id, start in Queues(begun[-LATEST_STARTS:], clock).starts(waiting):
            yield match_id, _estimate(start, now, clock)


def _order(match: Observed) -> tuple[float, int, int]:
    planned = _minutes(match.planned_start)
    return (inf if planned is None else planned, match.round_number, match.id)


def _minutes(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp() / 60


def _is_waiting(match: Observed, now: datetime) -> bool:
    return not match.is_closed if match.started_at is None else match.started_at > now


def _shared(match: Observed) -> dict:
    kind = ("kind", match.bracket_id, match.round_number, match.best_of)
    return {
        "id": match.id,
        "planned": _minutes(match.planned_start),
        "minutes": float(max(1, match.planned_minutes)),
        "station_id": match.station_id,
        "groups": ("all", ("station", match.station_id), kind),
    }


def _waiting(match: Observed) -> Waiting:
    return Waiting(**_shared(match), feeders=match.feeders)


def _begun(match: Observed) -> Begun:
    started, ended = _minutes(match.started_at), _minutes(match.completed_at)
    if match.is_closed and (ended is None or ended < started):
        # It is over, but nobody knows since when: it took as long as planned.
        ended = started + max(1, match.planned_minutes)
    return Begun(**_shared(match), started=started, ended=ended)


def _as_of(match: Begun, clock: float) -> Begun:
    return match if match.ended is None or match.ended <= clock else replace(match, ended=None)


def _estimate(moment: Moment, now: datetime, clock: float) -> Estimate:
    low, likely, high = (
        now + timedelta(seconds=round(60 * max(0.0, at - clock)))
        for at in (moment.low, moment.at, moment.high)
    )
    return Estimate(low, likely, high)
