"""The one table that a run prints, and the machine it was measured on."""

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

HEAD = ("what", "at", "Matchdesk", "bare", "ratio", "median ms", "p99 ms", "CPU ms", "SQL")


@dataclass(frozen=True)
class Row:
    """One thing that was measured; `at` says under which load. Latencies and CPU are Matchdesk's, in ms."""

    what: str
    at: str
    matchdesk: str
    bare: str = ""
    ratio: float | None = None
    median: float | None = None
    p99: float | None = None
    cpu: float | None = None
    statements: int | None = None

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        numbers = (self.ratio, self.median, self.p99, self.cpu)
        formatted = ["" if number is None else f"{number:.2f}" for number in numbers]
        count = "" if self.statements is None else str(self.statements)
        return [self.what, self.at, self.matchdesk, self.bare, *formatted, count]


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios of what was measured one after the other, whatever else the machine did."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def in_markdown(rows: list[Row]) -> str:
    """The table as text, with aligned columns."""
    lines = [list(HEAD), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
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
