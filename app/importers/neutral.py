"""What every reader hands to the writer: a tournament in plain values, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.words import say

# The widths of the columns that these values end in. A reader refuses what would not fit.
NAME_LENGTH = 100
TOURNAMENT_NAME_LENGTH = 120
STATION_LENGTH = 80
GROUP_LENGTH = 40
MAX_SCORE = 9999
MAX_MATCHES = 5000


class Unclear(ValueError):
    """Something of a file that cannot be taken as it is; `why` is the reason, for people."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be read (or, as a warning, that was read with a doubt)."""

    where: str
    why: str

    @property
    def words(self) -> str:
        """The line, and what is the matter with it."""
        return say("%(where)s: %(why)s", where=self.where, why=self.why) if self.where else self.why

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a match: a team by name, or an open side with the words that stand for it.

    An open side that another match feeds needs no words: that match tells who comes. `group` and `rank`
    name the place of a group's table that comes, where it is a single place.
    """

    name: str = ""
    label: str = ""
    group: str = ""
    rank: int = 0

    @property
    def is_open(self) -> bool:
        """True while nobody knows who plays here."""
        return not self.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a match ended. `winner_slot` is 1, 2, or None for a draw."""

    score: tuple[int, int]
    tiebreak: tuple[int, int] | None = None
    winner_slot: int | None = None

    def swapped(self) -> Outcome:
        """The same outcome told from the other side."""
        winner = 3 - self.winner_slot if self.winner_slot else None
        return Outcome(self.score[::-1], self.tiebreak[::-1] if self.tiebreak else None, winner)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a match sends its winner or its loser: the key of a later match, and the slot there."""

    key: str
    slot: int


@dataclass(slots=True)
class SourceMatch:
    """One match of the file. `key` names it for good, whatever its time, score or teams become."""

    key: str
    line: int
    section: str
    round_name: str
    round_number: int
    sides: tuple[Side, Side]
    group: str = ""
    match_number: int = 0
    number_in_file: int | None = None
    scheduled_time: datetime | None = None
    station: str = ""
    outcome: Outcome | None = None
    winner_to: Target | None = None
    loser_to: Target | None = None

    def swapped(self) -> SourceMatch:
        """The same match told from the other side."""
        outcome = self.outcome.swapped() if self.outcome else None
        return replace(self, sides=self.sides[::-1], outcome=outcome)


@dataclass(slots=True)
class SourceBracket:
    """One bracket of the file; `groups` maps a group's name to its teams in order of appearance."""

    key: str
    name: str
    format: str
    matches: list[SourceMatch]
    groups: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)

    @property
    def team_names(self) -> list[str]:
        """Every known team of the bracket, in order of appearance."""
        names: dict[str, None] = {}
        for match in self.matches:
            for side in match.sides:
                if side.name:
                    names.setdefault(side.name)
        return list(names)


@dataclass(slots=True)
class SourceTournament:
    """A whole file. `key` is what makes a second run find the tournament of the first."""

    key: str
    name: str
    time_zone: str
    brackets: list[SourceBracket]

    @property
    def matches(self) -> list[SourceMatch]:
        """All matches of all brackets, bracket by bracket."""
        return [match for bracket in self.brackets for match in bracket.matches]

    @property
    def team_names(self) -> list[str]:
        """Every known team, in order of appearance."""
        return list(dict.fromkeys(name for bracket in self.brackets for name in bracket.team_names))

    @property
    def station_names(self) -> list[str]:
        """Every ground, in order of appearance."""
        return list(dict.fromkeys(match.station for match in self.matches if match.station))


@dataclass(slots=True)
class Reading:
    """What a reader answers. Where there is a problem, there is no tournament: all or nothing."""

    tournament: SourceTournament | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def found(self) -> SourceTournament | None:
        """What was read, whatever kind of reader answers."""
        return self.tournament
