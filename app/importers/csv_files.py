"""Reads participants and matches from CSV, as `app/exporters/csv_files.py` writes it. Pure.

Which match feeds which stands in no such file, so that a bracket of it is a table of all its matches.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.results import MAX_SCORE
from app.domain.states import MatchState
from app.domain.tournament_settings import BEST_OF
from app.exporters.csv_files import (
    ESCAPE,
    FORMULA_STARTS,
    MATCH_COLUMNS,
    MEMBERS_BETWEEN,
    MORE_MATCH_COLUMNS,
    PARTICIPANT_COLUMNS,
)
from app.importers.checks import checked
from app.importers.fields import read_moment, why_no_text
from app.importers.json_text import MAX_BYTES, shown
from app.importers.kick_off import UnclearTime, to_utc
from app.importers.neutral import MAX_MATCHES, NAME_LENGTH, STATION_LENGTH, TOURNAMENT_NAME_LENGTH, Problem
from app.importers.snapshot import Entrant, Game, Place, Snapping, Snapshot, Stage, Venue

MAX_NUMBER = 1_000_000
MAX_COLUMNS = 100
_DELIMITERS = ",;\t"


def read(data: bytes, zone: ZoneInfo, participants: bytes | None = None) -> Snapping:
    """The matches, or the participants, in the file; the participants may stand in a second one beside it.

    A time without an offset from UTC is the zone's, with a warning.
    """
    reader = _Reader(zone)
    if participants is not None:
        reader.read_file(participants, "participants, ")
        reader.is_list_closed = True
    reader.read_file(data, "")
    return reader.answer()


class _Row:
    """One line of a table by its columns, read cell by cell."""

    def __init__(self, where: str, cells: dict[str, str], problems: list[Problem]):
        self.where = where
        self.cells = cells
        self.problems = problems

    def refuse(self, why: str) -> None:
        self.problems.append(Problem(self.where, why))

    def text(self, name: str, maximum: int) -> str:
        value = self.cells.get(name, "")
        if value and (why := why_no_text(value, maximum)):
            self.refuse(f"{name} {why}")
            return ""
        return value

    def whole(self, name: str, lowest: int, highest: int) -> int | None:
        value = self.cells.get(name, "")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 12 and lowest <= int(value) <= highest):
            self.refuse(f"{name} is {shown(value)}, which is no whole number from {lowest} to {highest}")
            return None
        return int(value)

    def pair(self, name: str) -> tuple[int, int] | None:
        first, second = (self.whole(f"{name}{slot}", 0, MAX_SCORE) for slot in (1, 2))
        if first is not None and second is not None:
            return first, second
        if first is not second:
            self.refuse(f"has a {name} of one side only")
        return None


class _Reader:
    def __init__(self, zone: ZoneInfo):
        self.zone = zone
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.entrants: dict[str, Entrant] = {}
        self.is_list_closed = False
        self.stages: dict[str, Stage] = {}
        self.stations: dict[str, str] = {}
        self.games: dict[str, Game] = {}
        # How many matches each bracket has so far, and who plays in it.
        self.counts: Counter[str | None] = Counter()
        self.entered: set[tuple[str, str]] = set()

    def read_file(self, data: bytes, where: str) -> None:
        """Read one table, whichever of the two it is."""
        lines = self._lines(data, where)
        header = next(lines, None)
        if header is None:
            if not self.problems:
                self.problems.append(Problem(where.rstrip(", "), "The file is empty."))
            return
        names = [name.strip().lower() for name in header[1]]
        if "participant1" in names and not where:
            read, known, needed = (
                self._match,
                (*MATCH_COLUMNS, *MORE_MATCH_COLUMNS),
                ("participant1", "participant2"),
            )
        else:
            read, known, needed = self._entrant, PARTICIPANT_COLUMNS, ("name",)
        if len(names) > MAX_COLUMNS:
            why = f"the head of the table has {len(names)} columns; at most {MAX_COLUMNS} can be read"
            self.problems.append(Problem(f"{where}line 1", why))
            return
        missing = [name for name in needed if name not in names]
        if missing or len(set(names)) < len(names):
            why = f"lacks the column {missing[0]}" if missing else "names a column twice"
            self.problems.append(Problem(f"{where}line 1", f"the head of the table {why}"))
            return
        if others := [name for name in names if name not in known]:
            listed = ", ".join(shown(name) for name in others)
            self.warnings.append(Problem(f"{where}line 1", f"the columns {listed} are not read"))
        rows = 0
        for number, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            rows += 1
            if rows > MAX_MATCHES:
                self.problems.append(
                    Problem("", f"The file has more than {MAX_MATCHES} lines, the most that can be read.")
                )
                return
            row = _Row(f"{where}line {number}", {}, self.problems)
            if len(cells) != len(names):
                row.refuse(f"has {len(cells)} cells, the head of the table {len(names)}")
                continue
            row.cells = dict(zip(names, map(unescaped, cells), strict=True))
            read(row)

    def _lines(self, data: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
        if len(data) > MAX_BYTES:
            self.problems.append(Problem("", f"The file is larger than {MAX_BYTES // (1024 * 1024)} MB."))
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.problems.append(Problem("", f"The file is not UTF-8 text (byte {error.start})."))
            return
        head = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=head.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            self.problems.append(Problem(f"{where}line {reader.line_num}", f"is no CSV: {error}"))

    def _entrant(self, row: _Row) -> None:
        name = row.text("name", NAME_LENGTH)
        if not name:
            row.refuse("has no name")
            return
        if name.lower() in self.entrants:
            row.refuse(f"repeats {shown(name)}")
            return
        members = [member.strip() for member in row.text("members", 5000).split(MEMBERS_BETWEEN)]
        self.entrants[name.lower()] = Entrant(
            name.lower(), name, row.whole("seed", 1, 100_000), [member for member in members if member]
        )

    def _match(self, row: _Row) -> None:
        key = row.text("id", 100) or row.where
        if key in self.games:
            row.refuse(f"has the id {shown(key)} of another match")
        stage = self._stage(row)
        game = Game(key, row.where, stage.key if stage else None)
        game.section = "group" if stage else "upper"
        game.round_number = row.whole("round", 1, MAX_NUMBER) or 1
        self.counts[game.bracket] += 1
        game.match_number = row.whole("number", 1, MAX_NUMBER) or self.counts[game.bracket]
        game.sides = [self._side(row, f"participant{slot}") for slot in (1, 2)]
        for side in game.sides:
            if stage and side is not None and (stage.key, side) not in self.entered:
                self.entered.add((stage.key, side))
                stage.places.append(Place(side, len(stage.places) + 1))
        game.scheduled_time = self._moment(row)
        game.station = self._station(row)
        game.coordinator = row.text("coordinator", 50)
        game.best_of = row.whole("best_of", 1, 7) or 1
        if game.best_of not in BEST_OF:
            row.refuse(f"best_of is {game.best_of}, neither 1, 3, 5 nor 7")
        self._outcome(row, game)
        self.games[key] = game

    def _stage(self, row: _Row) -> Stage | None:
        name = row.text("bracket", TOURNAMENT_NAME_LENGTH)
        if not name:
            return None
        return self.stages.setdefault(
            name, Stage(name, name, "round_robin", f"bracket {name}", options={"draws": True})
        )

    def _side(self, row: _Row, column: str) -> str | None:
        name = row.text(column, NAME_LENGTH)
        if not name:
            return None
        if name.lower() not in self.entrants:
            if self.is_list_closed:
                row.refuse(f"{column} is {shown(name)}, who is not among the participants")
            self.entrants[name.lower()] = Entrant(name.lower(), name)
        return name.lower()

    def _station(self, row: _Row) -> str | None:
        name = row.text("station", STATION_LENGTH)
        if not name:
            return None
        self.stations.setdefault(name.lower(), name)
        return name.lower()

    def _moment(self, row: _Row) -> datetime | None:
        value = row.cells.get("scheduled_time", "")
        if not value:
            return None
        found = read_moment(value)
        if found is not None:
            return found
        try:
            wall = datetime.fromisoformat(value)
            if wall.tzinfo is not None or not 1970 <= wall.year <= 2999:
                raise ValueError
            found = to_utc(wall.date(), wall.time().replace(microsecond=0), None, self.zone)
        except UnclearTime as error:
            row.refuse(f"scheduled_time {shown(value)} {error}")
        except ValueError:
            row.refuse(f"scheduled_time is {shown(value)}, which is no time like 2026-11-24T18:30:00Z")
        else:
            self.warnings.append(
                Problem(row.where, f"{shown(value)} has no UTC offset, and was read in {self.zone.key}")
            )
        return found

    def _outcome(self, row: _Row, game: Game) -> None:
        game.score, game.tiebreak = row.pair("score"), row.pair("tiebreak")
        game.winner = self._side(row, "winner")
        state = row.cells.get("state", "").upper()
        if state and state not in MatchState.__members__:
            row.refuse(f"state is {shown(state)}, none of {', '.join(MatchState)}")
            return
        is_known = None not in game.sides
        game.state = state or ("COMPLETED" if game.score else "READY" if is_known else "SCHEDULED")
        if game.state == "COMPLETED" and not is_known:
            game.byes = [side is None for side in game.sides]
        if game.state == "CHECK_IN":
            # The file does not say which of the two it was.
            game.checked_in = [True, False]

    def answer(self) -> Snapping:
        """What was read of both files together."""
        is_check_in_on = any(
            game.state == "CHECK_IN" or (game.state == "SCHEDULED" and None not in game.sides)
            for game in self.games.values()
        )
        for game in self.games.values():
            if is_check_in_on and game.state not in ("CHECK_IN", "SCHEDULED") and not any(game.byes):
                game.checked_in = [side is not None for side in game.sides]
        snapshot = Snapshot(
            {"enable_check_in": is_check_in_on or not self.games},
            list(self.entrants.values()),
            {key: Venue(name) for key, name in self.stations.items()},
            list(self.stages.values()),
            list(self.games.values()),
        )
        if not self.entrants and not self.problems:
            self.problems.append(Problem("", "The file has a head, and nothing below it."))
        return checked(snapshot, self.problems, self.warnings)


def unescaped(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    if cell.startswith(ESCAPE) and cell[1:].startswith((*FORMULA_STARTS, ESCAPE)):
        return cell[1:].strip()
    return cell.strip()
