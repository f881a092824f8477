"""Files for other programs, and our own: each writer turns the export of a tournament into text. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.words import say
from app.exporters import brackets_manager, csv_files
from app.exporters.common import NotWritable

__all__ = ["WRITERS", "FileFormat", "NotWritable"]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that a tournament can be written to.

    `write` answers the text, and a sentence for each thing that the format cannot tell; raises NotWritable.
    `ending` comes after the tournament's slug in the name of its file.
    """

    title: str
    about: str
    ending: str
    media_type: str
    write: Callable[[dict], tuple[str, list[str]]]


def _matchdesk(document: dict) -> tuple[str, list[str]]:
    return json.dumps(document, ensure_ascii=False, indent=2), []


WRITERS: dict[str, FileFormat] = {
    "matchdesk": FileFormat(
        say("Whole tournament"),
        say(
            "Settings, participants, stations, brackets, and matches with all versions of their results. "
            "Imported again, it is the same tournament."
        ),
        ".json",
        "application/json",
        _matchdesk,
    ),
    "brackets-manager": FileFormat(
        "brackets-manager.js",
        say("Brackets, groups and results as brackets-manager.js and brackets-viewer.js read them."),
        "-brackets-manager.json",
        "application/json",
        brackets_manager.write,
    ),
    "csv-participants": FileFormat(
        say("Participants, a table"),
        say("Seed, name and members, for a spreadsheet."),
        "-participants.csv",
        "text/csv",
        csv_files.write_participants,
    ),
    "csv-matches": FileFormat(
        say("Matches, a table"),
        say("One line a match with its time, station, state and score, for a spreadsheet."),
        "-matches.csv",
        "text/csv",
        csv_files.write_matches,
    ),
}
