"""Files for other programs, and our own: each writer turns the export of a tournament into text. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable

from app.exporters import brackets_manager, csv_files
from app.exporters.common import NotWritable

__all__ = ["WRITERS", "NotWritable"]


def _matchdesk(document: dict) -> tuple[str, list[str]]:
    return json.dumps(document, ensure_ascii=False, indent=2), []


# Each answers the text, and a sentence for each thing that the format cannot tell. Raises NotWritable.
WRITERS: dict[str, Callable[[dict], tuple[str, list[str]]]] = {
    "matchdesk": _matchdesk,
    "brackets-manager": brackets_manager.write,
    "csv-participants": csv_files.write_participants,
    "csv-matches": csv_files.write_matches,
}
