"""Where the matches of an elimination bracket stand in its drawing: a column of slots for each round.

Each slot of a column has as many slots before it as every other one of the column, so that a match stands
in the middle between those that feed it. Where a bye leaves no match, the slot stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.words import Words, say

_ROUND_NAMES = {1: say("Final"), 2: say("Semi-finals"), 4: say("Quarter-finals")}


@dataclass
class Slot:
    """A place in a column. `row` is its match, None where there is none.

    `bye` is who needs no match here. A slot that `passes` only carries the line of an earlier match. `line`
    is how a line leaves it, towards the next column: `down`, `up`, `level`, or empty for none; `fed` says
    that one arrives.
    """

    row: Mapping | None = None
    bye: str = ""
    bye_id: int | None = None
    passes: Mapping | None = None
    line: str = ""
    fed: bool = False

    @property
    def holds(self) -> Mapping | None:
        """The match whose line leaves the slot."""
        return self.row or self.passes


@dataclass
class Column:
    """A round as it is drawn; one that `is_deciding` may be the bracket's last."""

    number: int
    title: str
    slots: list[Slot] = field(default_factory=list)
    is_deciding: bool = False

    @property
    def is_named(self) -> bool:
        """True where the round goes by more than its number."""
        return self.title != _numbered(self.number)

    @property
    def rows(self) -> list[Mapping]:
        """The matches of the round, from top to bottom."""
        return [slot.row for slot in self.slots if slot.row is not None]


def columns_of(rows: Sequence[Mapping], *, names_rounds: bool, shows_byes: bool) -> list[Column]:
    """The columns of one part of a bracket, from the first round to the last.

    Without a tree that holds all of the matches, they stand in the order of their numbers, without lines.
    """
    by_round: dict[int, list[Mapping]] = {}
    for row in rows:
        by_round.setdefault(row["round_number"], []).append(row)
    columns = [Column(number, _numbered(number)) for number in sorted(by_round)]
    if names_rounds:
        _name_rounds(columns, by_round)
    if not _grow(columns, by_round, rows, least_fan=2 if shows_byes else 1):
        for column in columns:
            column.slots = [Slot(row) for row in by_round[column.number]]
    elif shows_byes and len(columns) > 1:
        _show_byes(columns[0], columns[1])
    return columns


def _numbered(number: int) -> Words:
    return say("Round %(number)s", number=number)


def _name_rounds(columns: list[Column], by_round: Mapping[int, list]) -> None:
    """Rounds of a single tree go by how many are left; what is not half full has a number only."""
    expected = 1
    for column in reversed(columns):
        if not expected <= 2 * len(by_round[column.number]) <= 2 * expected:
            return
        column.title = _ROUND_NAMES.get(expected) or say("Round of %(number)s", number=2 * expected)
        expected *= 2


def _grow(
    columns: list[Column], by_round: Mapping[int, list], rows: Sequence[Mapping], least_fan: int
) -> bool:
    """Fill the columns from the last one backwards; False where not every match found its place once."""
    own = {row["id"] for row in rows}
    feeders: dict[int, list[Mapping]] = {}
    for row in rows:
        if row["winner_to_match_id"] in own:
            feeders.setdefault(row["winner_to_match_id"], []).append(row)
    columns[-1].slots = [Slot(row) for row in by_round[columns[-1].number]]
    for column, following in zip(reversed(columns[:-1]), reversed(columns[1:]), strict=True):
        # Where nearly everybody has a bye, the few matches stand beside those that they feed.
        has_few = column is columns[0] and len(following.slots) > max(16, 2 * len(by_round[column.number]))
        column.slots = _before(following.slots, feeders, column.number, 1 if has_few else least_fan)
    placed = [row["id"] for column in columns for row in column.rows]
    return len(placed) == len(own) and set(placed) == own


def _before(
    following: Sequence[Slot], feeders: Mapping[int, list[Mapping]], number: int, least_fan: int
) -> list[Slot]:
    """The slots of the column of this round, in front of those that follow."""
    sources = [_sources(slot, feeders) for slot in following]
    fan = max(least_fan, *(len(found) for found in sources))
    if fan > 2:
        return []
    slots = []
    for slot, found in zip(following, sources, strict=True):
        places: list[Slot] = [Slot() for _ in range(fan)]
        for row in found:
            place = 0 if fan == 1 or slot.row is None else (row["winner_to_slot"] or 1) - 1
            if places[place].holds is not None:
                place = 1 - place
            is_here = row["round_number"] == number
            places[place] = Slot(row=row) if is_here else Slot(passes=row)
            places[place].line = "level" if fan == 1 else ("down", "up")[place]
        slot.fed = bool(found)
        slots += places
    return slots


def _sources(slot: Slot, feeders: Mapping[int, list[Mapping]]) -> list[Mapping]:
    if slot.passes is not None:
        return [slot.passes]
    return feeders.get(slot.row["id"], []) if slot.row is not None else []


def _show_byes(first: Column, second: Column) -> None:
    """Name in the first column who starts in the second."""
    if len(first.slots) != 2 * len(second.slots):
        return
    for place, slot in enumerate(first.slots):
        following = second.slots[place // 2]
        if slot.holds is not None or following.row is None:
            continue
        side = place % 2 + 1
        name = following.row[f"participant{side}_name"] or following.row[f"slot{side}_label"]
        if name:
            slot.bye, slot.bye_id = name, following.row[f"participant{side}_id"]
            slot.line = ("down", "up")[place % 2]
            following.fed = True
