"""Reads participants and matches from CSV, as `app/exporters/csv_files.py` writes it. Pure.

Which match feeds which stands in no such file, so that a bracket of it is a table of all its matches.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.results import MAX_SCORE
from app.domain.states import MatchState
from app.domain.tournament_settings import BEST_OF
from app.domain.words import say
from app.exporters.csv_files import (
    ESCAPE,
    FORMULA_STARTS,
    MATCH_COLUMNS,
    MEMBERS_BETWEEN,
    MORE_MATCH_COLUMNS,
    PARTICIPANT_COLUMNS,
)
from app.importers.checks import checked
from app.importers.fields import read_moment, why_no_text, within
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
        reader.read_file(participants, say("participants"))
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
            self.refuse(say("%(key)s %(why)s", key=name, why=why))
            return ""
        return value

    def whole(self, name: str, lowest: int, highest: int) -> int | None:
        value = self.cells.get(name, "")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 12 and lowest <= int(value) <= highest):
            self.refuse(
                say(
                    "%(column)s is %(value)s, which is no whole number from %(lowest)s to %(highest)s",
                    column=name,
                    value=shown(value),
                    lowest=lowest,
                    highest=highest,
                )
            )
            return None
        return int(value)

    def pair(self, name: str) -> tuple[int, int] | None:
        first, second = (self.whole(f"{name}{slot}", 0, MAX_SCORE) for slot in (1, 2))
        if first is not None and second is not None:
            return first, second
        if first is not second:
            self.refuse(say("has a %(column)s of one side only", column=name))
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
                self.problems.append(Problem(where, say("The file is empty.")))
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
        if why := _why_no_head(names, needed):
            self.problems.append(Problem(_line(where, 1), why))
            return
        if others := [name for name in names if name not in known]:
            listed = ", ".join(shown(name) for name in others)
            why = say("the columns %(names)s are not read", names=listed)
            self.warnings.append(Problem(_line(where, 1), why))
        self._read_rows(lines, where, names, read)

    def _read_rows(
        self,
        lines: Iterator[tuple[int, list[str]]],
        where: str,
        names: list[str],
        read: Callable[[_Row], None],
    ) -> None:
        rows = 0
        for number, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            rows += 1
            if rows > MAX_MATCHES:
                why = say(
                    "The file has more than %(most)s lines, the most that can be read.", most=MAX_MATCHES
                )
                self.problems.append(Problem("", why))
                return
            row = _Row(_line(where, number), {}, self.problems)
            if len(cells) != len(names):
                counts = {"cells": len(cells), "columns": len(names)}
                row.refuse(say("has %(cells)s cells, the head of the table %(columns)s", **counts))
                continue
            row.cells = dict(zip(names, map(unescaped, cells), strict=True))
            read(row)

    def _lines(self, data: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
        if len(data) > MAX_BYTES:
            why = say("The file is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // (1024 * 1024))
            self.problems.append(Problem("", why))
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            why = say("The file is not UTF-8 text (byte %(byte)s).", byte=error.start)
            self.problems.append(Problem("", why))
            return
        head = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=head.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            why = say("is no CSV: %(error)s", error=str(error))
            self.problems.append(Problem(_line(where, reader.line_num), why))

    def _entrant(self, row: _Row) -> None:
        name = row.text("name", NAME_LENGTH)
        if not name:
            row.refuse(say("has no name"))
            return
        if name.lower() in self.entrants:
            row.refuse(say("repeats %(name)s", name=shown(name)))
            return
        members = [member.strip() for member in row.text("members", 5000).split(MEMBERS_BETWEEN)]
        self.entrants[name.lower()] = Entrant(
            name.lower(), name, row.whole("seed", 1, 100_000), [member for member in members if member]
        )

    def _match(self, row: _Row) -> None:
        key = row.text("id", 100) or row.where
        if key in self.games:
            row.refuse(say("has the id %(id)s of another match", id=shown(key)))
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
            row.refuse(say("best_of is %(value)s, neither 1, 3, 5 nor 7", value=game.best_of))
        self._outcome(row, game)
        self.games[key] = game

    def _stage(self, row: _Row) -> Stage | None:
        name = row.text("bracket", TOURNAMENT_NAME_LENGTH)
        if not name:
            return None
        where = say("bracket %(name)s", name=name)
        return self.stages.setdefault(name, Stage(name, name, "round_robin", where, options={"draws": True}))

    def _side(self, row: _Row, column: str) -> str | None:
        name = row.text(column, NAME_LENGTH)
        if not name:
            return None
        if name.lower() not in self.entrants:
            if self.is_list_closed:
                why = say(
                    "%(column)s is %(name)s, who is not among the participants",
                    column=column,
                    name=shown(name),
                )
                row.refuse(why)
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
            row.refuse(
                say("%(key)s %(value)s %(why)s", key="scheduled_time", value=shown(value), why=error.why)
            )
        except ValueError:
            row.refuse(
                say(
                    "scheduled_time is %(value)s, which is no time like 2026-11-24T18:30:00Z",
                    value=shown(value),
                )
            )
        else:
            why = say(
                "%(value)s has no UTC offset, and was read in %(zone)s",
                value=shown(value),
                zone=self.zone.key,
            )
            self.warnings.append(Problem(row.where, why))
        return found

    def _outcome(self, row: _Row, game: Game) -> None:
        game.score, game.tiebreak = row.pair("score"), row.pair("tiebreak")
        game.winner = self._side(row, "winner")
        state = row.cells.get("state", "").upper()
        if state and state not in MatchState.__members__:
            row.refuse(
                say(
                    "state is %(value)s, none of %(choices)s",
                    value=shown(state),
                    choices=", ".join(MatchState),
                )
            )
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
            self.problems.append(Problem("", say("The file has a head, and nothing below it.")))
        return checked(snapshot, self.problems, self.warnings)


def _why_no_head(names: list[str], needed: Iterable[str]) -> str:
    """Why a table can't have these columns, or ""."""
    if len(names) > MAX_COLUMNS:
        return say(
            "the head of the table has %(count)s columns; at most %(most)s can be read",
            count=len(names),
            most=MAX_COLUMNS,
        )
    missing = [name for name in needed if name not in names]
    if missing:
        return say("the head of the table lacks the column %(name)s", name=missing[0])
    return say("the head of the table names a column twice") if len(set(names)) < len(names) else ""


def _line(where: str, number: int) -> str:
    return within(where, say("line %(number)s", number=number))


def unescaped(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    if cell.startswith(ESCAPE) and cell[1:].startswith((*FORMULA_STARTS, ESCAPE)):
        return cell[1:].strip()
    return cell.strip()
