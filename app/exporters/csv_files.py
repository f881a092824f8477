"""Writes participants and matches as CSV, for spreadsheets. Pure; `app/importers/csv_files.py` reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

PARTICIPANT_COLUMNS = ("seed", "name", "members")
MATCH_COLUMNS = (
    "id",
    "bracket",
    "round",
    "number",
    "participant1",
    "participant2",
    "scheduled_time",
    "station",
    "coordinator",
    "best_of",
    "state",
    "score1",
    "score2",
)
# Only where there is something to tell in them.
MORE_MATCH_COLUMNS = ("tiebreak1", "tiebreak2", "winner")
MEMBERS_BETWEEN = ";"
# A cell that begins like this is a formula to a spreadsheet, and may do harm there (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ESCAPE = "'"


def escaped(text: str) -> str:
    """The cell as no spreadsheet takes it for a formula: with an apostrophe in front.

    What begins with an apostrophe gets one more, so that the reader can take exactly one away.
    """
    return ESCAPE + text if text.startswith((*FORMULA_STARTS, ESCAPE)) else text


def write_participants(document: dict) -> tuple[str, list[str]]:
    """`seed, name, members`: members are user names between semicolons."""
    rows = [
        (row["seed"], row["name"], MEMBERS_BETWEEN.join(row["members"])) for row in document["participants"]
    ]
    return _table(PARTICIPANT_COLUMNS, rows), []


def write_matches(document: dict) -> tuple[str, list[str]]:
    """One line a match, times in UTC; it does not tell games, and which match feeds which.

    Tie-breaks, and winners whom no score tells, have columns of their own where there are any.
    """
    brackets = {row["id"]: row["name"] for row in document["brackets"]}
    stations = {row["id"]: row["name"] for row in document["stations"]}
    rows = [
        (
            match["id"],
            brackets.get(match["bracket"]),
            match["round_number"],
            match["match_number"],
            match["participant1_name"],
            match["participant2_name"],
            match["scheduled_time"],
            stations.get(match["station"]),
            match["coordinator"],
            match["best_of"],
            match["state"],
            match["participant1_score"],
            match["participant2_score"],
        )
        for match in document["matches"]
    ]
    names = {row["id"]: row["name"] for row in document["participants"]}
    more = [_more(match, names) for match in document["matches"]]
    used = [
        place for place, _ in enumerate(MORE_MATCH_COLUMNS) if any(cells[place] is not None for cells in more)
    ]
    rows = [(*row, *(cells[place] for place in used)) for row, cells in zip(rows, more, strict=True)]
    return _table((*MATCH_COLUMNS, *(MORE_MATCH_COLUMNS[place] for place in used)), rows), []


def _more(match: dict, names: dict[int, str]) -> tuple:
    """The tie-break, and the winner of a match that two could have won and no score decides."""
    tiebreak = match["tiebreak"] or {}
    is_told = match["participant1_score"] is not None or None in (
        match["participant1_id"],
        match["participant2_id"],
    )
    return (
        tiebreak.get("participant1_score"),
        tiebreak.get("participant2_score"),
        None if is_told else names.get(match["winner_id"]),
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([escaped("" if cell is None else str(cell)) for cell in row] for row in rows)
    return text.getvalue().removesuffix("\r\n")
