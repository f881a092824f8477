"""The one table that a run prints, and the machine it was measured on."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

HEAD = (
    "what",
    "Matchdesk",
    "stock",
    "limit",
    "to stock",
    "target",
    "to limit",
    "target",
    "",
    "CPU ms",
    "SQL",
)
MET, MISSED, UNKNOWN = "met", "missed", "not compared"


@dataclass(frozen=True)
class Target:
    """What a ratio has to be."""

    bound: float
    is_least: bool

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.bound:g}"

    def is_met_by(self, ratio: float) -> bool:
        """True where the ratio is good enough."""
        return ratio >= self.bound if self.is_least else ratio <= self.bound


def at_least(bound: float) -> Target:
    """A target for what is better the more it is."""
    return Target(bound, is_least=True)


def at_most(bound: float) -> Target:
    """A target for what is better the less it is."""
    return Target(bound, is_least=False)


@dataclass(frozen=True)
class Row:
    """One thing that was measured: the medians, in the unit, and the ratios of ours to the others.

    `cpu` is Matchdesk's processor time in ms, `statements` its SQL, for one request or start.
    """

    what: str
    unit: str
    ours: float
    stock: float | None = None
    limit: float | None = None
    to_stock: float | None = None
    stock_target: Target | None = None
    to_limit: float | None = None
    limit_target: Target | None = None
    cpu: float | None = None
    statements: int | None = None

    @property
    def verdict(self) -> str:
        """Whether the targets are met; empty where there are none."""
        pairs = [(self.stock_target, self.to_stock), (self.limit_target, self.to_limit)]
        wanted = [(target, ratio) for target, ratio in pairs if target is not None]
        if not all(target.is_met_by(ratio) for target, ratio in wanted if ratio is not None):
            return MISSED
        if any(ratio is None for _, ratio in wanted):
            return UNKNOWN
        return MET if wanted else ""

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        measured = [_with_unit(number, self.unit) for number in (self.ours, self.stock, self.limit)]
        compared = [
            _short(self.to_stock),
            _text(self.stock_target),
            _short(self.to_limit),
            _text(self.limit_target),
        ]
        return [
            self.what,
            *measured,
            *compared,
            self.verdict,
            _short(self.cpu),
            _text(self.statements),
        ]


def compare(
    what: str,
    unit: str,
    ours: Sequence[float],
    stock: Sequence[float] | None = None,
    limit: Sequence[float] | None = None,
    *,
    stock_target: Target | None = None,
    limit_target: Target | None = None,
    cpu: float | None = None,
    statements: int | None = None,
) -> Row:
    """The row for what was measured by turns, in the same order everywhere."""
    return Row(
        what,
        unit,
        median(ours),
        median(stock) if stock else None,
        median(limit) if limit else None,
        ratio(ours, stock) if stock else None,
        stock_target,
        ratio(ours, limit) if limit else None,
        limit_target,
        cpu,
        statements,
    )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of what was measured one after the other, whatever else the machine did."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def _with_unit(number: float | None, unit: str) -> str:
    if number is None:
        return ""
    return f"{_short(number)}{'' if unit.startswith('/') or not unit else ' '}{unit}"


def _short(number: float | None) -> str:
    """Three digits that count, or all before the point."""
    if number is None:
        return ""
    if abs(number) >= 100 or number == int(number):
        return f"{number:.0f}"
    return f"{number:.3g}"


def _text(thing: object) -> str:
    return "" if thing is None else str(thing)


def in_markdown(rows: Sequence[Row]) -> str:
    """The table as text, with aligned columns."""
    lines = [list(HEAD), *(row.cells() for row in rows)]
    widths = [max(1, *(len(line[column]) for line in lines)) for column in range(len(HEAD))]
    ruled = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in ruled
    )


def machine() -> str:
    """Processor, cores, versions and how busy the machine is: what the numbers belong to."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    load = f"load average {os.getloadavg()[0]:.1f} before"
    return f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {versions}, {load}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    for line in described.read_text().splitlines() if described.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
