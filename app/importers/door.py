"""One import from bytes to rows, the same from the command line and from the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.permissions import Actor
from app.domain.tournament_settings import NAME_LENGTH
from app.domain.words import say
from app.importers import READERS, SNAPSHOT_READERS, csv_files
from app.importers.neutral import Problem, Reading, SourceTournament
from app.importers.snapshot import Snapping, Snapshot
from app.importers.snapshot_writer import write_snapshot
from app.importers.writer import Written, write

# The names that people know the formats by, in the order in which they are offered.
TITLES = {
    "matchdesk": say("Matchdesk, a whole tournament (JSON)"),
    "csv": say("CSV, participants or matches"),
    "brackets-manager": "brackets-manager.js (JSON)",
    "challonge": "Challonge, API v1 (JSON)",
    "startgg": say("start.gg, sets (JSON)"),
    "openfootball": "openfootball (JSON)",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beside the file. `file_name` names a tournament that nothing else names."""

    format: str
    time_zone: str = "UTC"
    is_private: bool = False
    name: str = ""
    file_name: str = ""


@dataclass(slots=True)
class Imported:
    """What an import did, to be told."""

    name: str
    participants: int
    stations: int
    written: Written
    warnings: list[Problem] = field(default_factory=list)
    # What the file says otherwise than somebody who changed it here by hand.
    kept: list[Problem] = field(default_factory=list)


def read_file(wish: Wish, data: bytes, participants: bytes | None = None) -> Reading | Snapping:
    """What the file says, without looking at the database. `participants` is a second table, for csv."""
    zone = ZoneInfo(wish.time_zone)
    if wish.format == "csv":
        return csv_files.read(data, zone, participants)
    return {**READERS, **SNAPSHOT_READERS}[wish.format](data, zone)


def write_file(wish: Wish, found: SourceTournament | Snapshot, *, actor: Actor, now: datetime) -> Imported:
    """Write what was read as the actor's tournament; raises InvalidInput where a setting is refused."""
    if isinstance(found, SourceTournament):
        return _write_again(wish, found, actor, now)
    # A file without members has nobody who could check in.
    defaults = {
        "name": wish.file_name[:NAME_LENGTH],
        "time_zone": wish.time_zone,
        "is_public": True,
        "enable_check_in": False,
    }
    found.settings = defaults | found.settings
    found.settings |= {"name": wish.name} if wish.name else {}
    found.settings |= {"is_public": False} if wish.is_private else {}
    written = write_snapshot(found, actor=actor, now=now, source=wish.format)
    name = str(found.settings["name"])
    return Imported(name, len(found.entrants), len(found.stations), written, written.conflicts)


def _write_again(wish: Wish, source: SourceTournament, actor: Actor, now: datetime) -> Imported:
    written = write(source, actor=actor, now=now, is_public=not wish.is_private)
    warnings = []
    if wish.is_private and not written.is_new:
        warnings.append(Problem("", say("Private is for a new tournament; this one keeps its setting.")))
    teams, grounds = len(source.team_names), len(source.station_names)
    return Imported(source.name, teams, grounds, written, warnings, written.conflicts)
