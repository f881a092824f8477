"""Other programs' files, and our own: a reader for each format, one writer for all that tell it alike."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from app.importers import brackets_manager, challonge, matchdesk, openfootball, startgg
from app.importers.neutral import Reading
from app.importers.snapshot import Snapping

READERS: dict[str, Callable[[bytes, ZoneInfo], Reading]] = {"openfootball": openfootball.read}
# What these read becomes a new tournament each time; the others find theirs again.
SNAPSHOT_READERS: dict[str, Callable[[bytes, ZoneInfo], Snapping]] = {
    "brackets-manager": brackets_manager.read,
    "challonge": challonge.read,
    "matchdesk": matchdesk.read,
    "startgg": startgg.read,
}
