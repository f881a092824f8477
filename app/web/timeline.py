"""What was done, by day and by runs of the same actor: the audit and a match's history look the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from .filters import local_time

# Who did it where it was nobody: the clock.
MATCHDESK = "Matchdesk"


@dataclass(frozen=True)
class Run:
    """What one actor did without another in between; `by` is "" where it is not told who."""

    by: str
    entries: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class Day:
    """A day of the zone's calendar, in words, and its runs."""

    date: str
    runs: list[Run]


def days_of(entries: Iterable[dict], zone: str) -> list[Day]:
    """The entries (`{"at", "by", ...}`, in the order of time or against it) by day and run."""
    return [
        Day(date, [Run(by, list(run)) for by, run in groupby(day, key=lambda entry: entry["by"])])
        for date, day in groupby(entries, key=lambda entry: local_time(entry["at"], zone, "date"))
    ]
