"""A tournament as it stands at a moment, in plain values: what most readers hand to the writer.

Rows name each other by keys that hold within the file. Whatever a file does not say keeps its default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.schedule.plan import Interval
from app.importers.neutral import Problem

Key = str | int


@dataclass(slots=True)
class Entrant:
    """A participant; `members` are user names."""

    key: Key
    name: str
    seed: int | None = None
    members: list[str] = field(default_factory=list)
    withdrawn_at: datetime | None = None


@dataclass(slots=True)
class Venue:
    """A station: where matches are played, and when that is possible (always, without `hours`)."""

    name: str
    stream_url: str = ""
    time_zone: str | None = None
    hours: tuple[Interval, ...] = ()


@dataclass(slots=True)
class Pause:
    """A break, at one station or at all."""

    name: str
    interval: Interval
    station: Key | None = None


@dataclass(slots=True)
class Place:
    """A participant's place in a bracket."""

    entrant: Key
    seed: int
    group: str = ""


@dataclass(slots=True)
class Version:
    """One version of a match's result, as the match keeps them."""

    score: tuple[int, int]
    status: str = "final"
    games: list[tuple[int, int]] = field(default_factory=list)
    tiebreak: tuple[int, int] | None = None
    winner: Key | None = None
    submitted_by: Key | None = None
    submitted_at: datetime | None = None
    confirmed_at: datetime | None = None


@dataclass(slots=True)
class Link:
    """Where a side goes from a match: the key of a later match, and the slot (1 or 2) there."""

    match: Key
    slot: int


@dataclass(slots=True)
class Game:
    """One match. Pairs have the first side's value first."""

    key: Key
    where: str
    bracket: Key | None = None
    section: str = "upper"
    group: str = ""
    round_number: int = 1
    match_number: int = 1
    state: str = "SCHEDULED"
    sides: list[Key | None] = field(default_factory=lambda: [None, None])
    labels: list[str] = field(default_factory=lambda: ["", ""])
    byes: list[bool] = field(default_factory=lambda: [False, False])
    sources: list[dict | None] = field(default_factory=lambda: [None, None])
    checked_in: list[bool] = field(default_factory=lambda: [False, False])
    best_of: int = 1
    score: tuple[int, int] | None = None
    games: list[tuple[int, int]] = field(default_factory=list)
    tiebreak: tuple[int, int] | None = None
    winner: Key | None = None
    loser: Key | None = None
    winner_to: Link | None = None
    loser_to: Link | None = None
    scheduled_time: datetime | None = None
    original_time: datetime | None = None
    check_in_deadline: datetime | None = None
    no_show_flagged_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    station: Key | None = None
    stream_url: str = ""
    coordinator: str = ""
    lobby: dict[str, str] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    # Who is alone in the match goes on; not so who had withdrawn by then.
    walks_over: bool = True

    def swap(self) -> None:
        """Tell the match from the other side."""
        for pair in (self.sides, self.labels, self.byes, self.sources, self.checked_in):
            pair.reverse()
        self.score = self.score[::-1] if self.score else None
        self.tiebreak = self.tiebreak[::-1] if self.tiebreak else None
        self.games = [game[::-1] for game in self.games]


@dataclass(slots=True)
class Stage:
    """One bracket; `status` and `champion` are what the file says of them, if it does."""

    key: Key
    name: str
    format: str
    where: str = ""
    options: dict[str, object] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    is_open: bool = False
    status: str = ""
    champion: Key | None = None


@dataclass(slots=True)
class Snapshot:
    """A whole file. `settings` are the tournament's, its name among them."""

    settings: dict[str, object]
    entrants: list[Entrant] = field(default_factory=list)
    stations: dict[Key, Venue] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    games: list[Game] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    # The file says all there is to say, so that what it does not say (a time, a champion) is not so.
    is_whole: bool = False


@dataclass(slots=True)
class Snapping:
    """What a reader of snapshots answers. Where there is a problem, there is no snapshot: all or nothing."""

    snapshot: Snapshot | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def found(self) -> Snapshot | None:
        """What was read, whatever kind of reader answers."""
        return self.snapshot
