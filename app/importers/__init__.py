"""Other programs' files: a reader for each format, one writer for all."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from app.importers import openfootball
from app.importers.neutral import Reading

READERS: dict[str, Callable[[bytes, ZoneInfo], Reading]] = {"openfootball": openfootball.read}
