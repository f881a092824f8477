"""The matches of an FRC event, each with the times that are known of it."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from app.domain.schedule.estimates import Observed

# How far behind UTC the local day is, which The Blue Alliance's predictor goes by.
ZONES = {"2023mijac": -5, "2023njfla": -5, "2025mndu": -6}
# Played twice: what is on record is the start of the second time, at the end of the morning or the day.
REPLAYED = {("2023mijac", "qm", 1, 47), ("2025mndu", "qm", 1, 1)}
# Which matches of the eight-alliance double elimination are over before each of its thirteen.
FEEDERS = {
    5: (1, 2), 6: (3, 4), 7: (1, 2), 8: (3, 4), 9: (6, 7), 10: (5, 8), 11: (7, 8), 12: (9, 10), 13: (11, 12),
}  # fmt: skip
ROUNDS = (1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5)
QUALIFICATION, PLAYOFF = 1, 2
FIELD = 1


@dataclass(frozen=True)
class Timed:
    """A match of an event; all times in Unix seconds."""

    level: str
    set: int
    number: int
    planned: int
    predicted: int
    started: int
    posted: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What it is called."""
        return (self.level, self.set, self.number)


def read(event: str) -> list[Timed]:
    """All its matches but the replayed ones, in the order of the plan."""
    path = Path(__file__).parent / f"{event}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [Timed(level, *map(int, numbers)) for level, *numbers in list(csv.reader(lines))[1:]]
    return [row for row in rows if (event, *row.key) not in REPLAYED]


def observed(matches: list[Timed]) -> list[Observed]:
    """The same as Matchdesk would see them, on one station; a match's id is its place in the list.

    The planned length is the event's usual time from one planned start to the next.
    """
    usual = round(median(after.planned - before.planned for before, after in pairwise(matches)) / 60)
    places = {match.key: place for place, match in enumerate(matches)}
    return [
        Observed(
            id=place,
            planned_start=moment(match.planned),
            planned_minutes=usual,
            round_number=_round(match),
            bracket_id=QUALIFICATION if match.level == "qm" else PLAYOFF,
            station_id=FIELD,
            feeders=tuple(places[key] for key in _feeders(match) if key in places),
            started_at=moment(match.started),
            completed_at=moment(match.posted),
            is_closed=True,
        )
        for place, match in enumerate(matches)
    ]


def moment(seconds: float) -> datetime:
    """The same as an aware time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _round(match: Timed) -> int:
    if match.level == "sf":
        return ROUNDS[match.set - 1]
    return 1 if match.level == "qm" else ROUNDS[-1] + 1


def _feeders(match: Timed) -> list[tuple[str, int, int]]:
    if match.level == "sf":
        return [("sf", place, 1) for place in FEEDERS.get(match.set, ())]
    if match.level == "f":
        return [("sf", 11, 1), ("sf", 13, 1)] if match.number == 1 else [("f", 1, match.number - 1)]
    return []
