"""A schedule as plain values: matches with their times, and what they share.

All times are aware and in UTC; all intervals are half-open, `[start, end)`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` until just before `end`."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        """True where both have a moment in common; to touch is not to overlap."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        """True where all of the other lies within this one."""
        return self.start <= other.start and other.end <= self.end


# Whatever is planned lies far within these, so that a few days more or less are times too.
EVER = Interval(datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class PlannedMatch:
    """A match as the schedule sees it.

    `start` is the planned start, or the real one once it has begun; None where it has no time yet.
    `participants` are the known sides, `people` the users who play for them. `feeders` are the matches whose
    winner or loser comes here. One that is `fixed` has begun, or is over: nothing moves it any more.
    """

    id: int
    tournament_id: int
    start: datetime | None
    minutes: int
    rest_minutes: int = 0
    participants: tuple[int, ...] = ()
    people: frozenset[int] = frozenset()
    station_id: int | None = None
    coordinator_id: int | None = None
    stream: str = ""
    feeders: tuple[int, ...] = ()
    bracket_id: int | None = None
    round_number: int = 1
    match_number: int = 1
    fixed: bool = False

    @property
    def end(self) -> datetime | None:
        """When it is planned to be over."""
        return None if self.start is None else self.start + timedelta(minutes=self.minutes)

    @property
    def interval(self) -> Interval | None:
        """From start to end; None without a time."""
        return None if self.start is None else Interval(self.start, self.end)


@dataclass(frozen=True, slots=True)
class StationHours:
    """When a station can be used. `open` holds disjoint intervals in order; none at all: always."""

    id: int
    tournament_id: int
    open: tuple[Interval, ...] = ()

    def is_open(self, interval: Interval) -> bool:
        """True where the station can be used for the whole of it."""
        return not any(closed.overlaps(interval) for closed in self.closed())

    def closed(self) -> list[Interval]:
        """When it cannot be used, in order; hours that touch have nothing between them."""
        if not self.open:
            return []
        edges = [EVER.start, *(edge for hours in self.open for edge in (hours.start, hours.end)), EVER.end]
        return [Interval(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


@dataclass(frozen=True, slots=True)
class Break:
    """A pause in which nothing is played: lunch, a ceremony. `station_id` None: at every station."""

    id: int
    tournament_id: int
    interval: Interval
    station_id: int | None = None

    def holds(self, station_id: int | None) -> bool:
        """True where the break is kept at this station (None: a match without one)."""
        return self.station_id is None or self.station_id == station_id

    def stops(self, match: PlannedMatch) -> bool:
        """True where the match waits meanwhile: a break at every station is one of its tournament alone."""
        if self.station_id is None:
            return self.tournament_id == match.tournament_id
        return self.station_id == match.station_id


@dataclass(frozen=True)
class Plan:
    """What is planned: of one tournament, or of several that share people."""

    matches: tuple[PlannedMatch, ...]
    stations: tuple[StationHours, ...] = ()
    breaks: tuple[Break, ...] = ()
    by_id: dict[int, PlannedMatch] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {match.id: match for match in self.matches})

    def with_matches(self, changed: Iterable[PlannedMatch]) -> "Plan":
        """The same plan with these matches in place of those of the same id."""
        new = {match.id: match for match in changed}
        return Plan(tuple(new.get(match.id, match) for match in self.matches), self.stations, self.breaks)


def planned_minutes(match_minutes: int, best_of: int, usual_best_of: int = 1) -> int:
    """How long a match is planned to take, in whole minutes.

    `match_minutes` is the length of the tournament's usual match; a longer or shorter series takes as much
    more or less as it has games: the mean of the fewest and the most.
    """
    return ceil(match_minutes * _games(best_of) / _games(usual_best_of))


def _games(best_of: int) -> float:
    return ((best_of + 1) / 2 + best_of) / 2
