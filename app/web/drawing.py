"""Rows put where a page shows them: brackets as trees, groups with their tables and rounds, stations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.states import CLOSED
from app.domain.words import Words, say, say_n
from app.services.tables import TABLE_FORMATS, group_documents

from .bracket_tree import Column, columns_of

# Of a bracket with more matches than this, only rounds up to the next number are drawn.
LARGEST_DRAWING = 600
LARGEST_ROUND = 32
# From so many slots on, boxes and gaps are narrower.
MANY_SLOTS = 16
# Of so many groups the matches are in sight at once; those of more are unfolded.
FEW_GROUPS = 4
# So much of a table, and of so many groups, the overview tells.
MOST_LEADERS = 4
MOST_GROUPS = 12
# How many matches a round has: by bracket, then by section and number.
Sizes = Mapping[int, Mapping[tuple[str, int], int]]
_PARTS = (("upper", say("Upper bracket")), ("lower", say("Lower bracket")), ("final", say("Grand final")))
_FORMATS = {
    "single_elimination": say("Single elimination"),
    "double_elimination": say("Double elimination"),
    "round_robin": say("Round robin"),
    "swiss": say("Swiss"),
}
# How a table heads its columns: short, and in full.
_HEADS = {
    "rank": ("", say("Rank")),
    "played": (say("P"), say("Played")),
    "won": (say("W"), say("Won")),
    "drawn": (say("D"), say("Drawn")),
    "lost": (say("L"), say("Lost")),
    "score": ("+/−", say("Scored : conceded")),
    "points": (say("Pts"), say("Points")),
    "head_to_head": (say("H2H"), say("Points against those who are level")),
    "buchholz": ("BH", say("Buchholz: points of all opponents")),
    "median_buchholz": ("MB", say("Median Buchholz: without the best and the worst opponent")),
    "sonneborn_berger": ("SB", say("Sonneborn-Berger: points of those beaten, half of those drawn with")),
}
_SWISS_TIEBREAKS = ("buchholz", "median_buchholz", "sonneborn_berger")


@dataclass(frozen=True)
class Taken:
    """What later brackets take of a bracket's tables: places, by group and rank, and of some ranks the best.

    `arrived` are the participants who play there already.
    """

    places: set[tuple[str, int]]
    ranks: set[int]
    arrived: set[int | None]

    def of(self, group: str, place: int, participant_id: int) -> str:
        """`yes` where who stands at this place moves on, `maybe` where only the best of the rank do."""
        if (group, place) in self.places or participant_id in self.arrived:
            return "yes"
        return "maybe" if place in self.ranks else ""


def left_out(brackets: Sequence[dict], sizes: Sizes) -> list[tuple[int, str, int]]:
    """The rounds that are too large to be drawn, as (bracket, section, number), in playing order."""
    rounds = [
        (bracket["id"], section, number)
        for bracket in brackets
        if bracket["format"] not in TABLE_FORMATS
        and sum(sizes.get(bracket["id"], {}).values()) > LARGEST_DRAWING
        for (section, number), count in sizes[bracket["id"]].items()
        if count > LARGEST_ROUND
    ]
    return sorted(rounds, key=lambda found: (found[0], found[2], found[1] != "upper"))


def draw(
    brackets: Sequence[dict],
    rows: Iterable[dict],
    entrants: Mapping[int, Sequence[dict]],
    sizes: Sizes,
    left_out: Sequence[tuple[int, str, int]] = (),
) -> list[dict]:
    """The brackets with what is drawn of each: `parts` of elimination, `groups` of the other formats.

    `entrants` are those of each bracket, by its id, in seed order; `sizes` the numbers of matches in its
    rounds, and `left_out` the rounds that are not among the rows.
    """
    own: dict[int, list[dict]] = {bracket["id"]: [] for bracket in brackets}
    for row in rows:
        if row["bracket"] in own:
            own[row["bracket"]].append(row)
    taken = {bracket["id"]: _taken(bracket, brackets, own) for bracket in brackets}
    return [
        bracket
        | {
            "count": sum(sizes.get(bracket["id"], {}).values()),
            "format_name": _FORMATS[bracket["format"]],
            "left_out": [
                {
                    "round_number": number,
                    "count": sizes[bracket_id][section, number],
                    "title": _left_out_title(section, number, sizes[bracket_id][section, number]),
                }
                for bracket_id, section, number in left_out
                if bracket_id == bracket["id"]
            ],
        }
        | _drawn(bracket, own[bracket["id"]], entrants.get(bracket["id"], []), taken[bracket["id"]])
        for bracket in brackets
    ]


def _left_out_title(section: str, number: int, count: int) -> Words:
    if section == "lower":
        return say_n(
            count,
            "Lower round %(number)s (%(num)s match)",
            "Lower round %(number)s (%(num)s matches)",
            number=number,
        )
    return say_n(
        count,
        "Upper round %(number)s (%(num)s match)",
        "Upper round %(number)s (%(num)s matches)",
        number=number,
    )


def teasers(brackets: Sequence[dict], tables: Mapping[int, Sequence[dict]]) -> list[dict]:
    """The brackets as the overview tells of them: `round_told`, and `leaders` of their tables.

    Of one table these are the first few, of several groups the first of each: `label`, `name`, `points`.
    """
    return [
        bracket
        | {
            "format_name": _FORMATS[bracket["format"]],
            "round_told": _round_told(bracket),
            "leaders": _leaders(tables.get(bracket["id"], ())),
        }
        for bracket in brackets
    ]


def _round_told(bracket: dict) -> str:
    number = bracket["open_round"]
    if number is None or bracket["format"] == "double_elimination":
        return ""
    rounds = (bracket["options"] or {}).get("rounds") or bracket["round"]
    return say("Round %(number)s of %(rounds)s", number=number, rounds=rounds)


def _leaders(groups: Sequence[dict]) -> list[dict]:
    if len(groups) == 1:
        lines = [(str(line["rank"]), line) for line in groups[0]["standings"][:MOST_LEADERS]]
    else:
        lines = [(group["name"], group["standings"][0]) for group in groups[:MOST_GROUPS]]
    if not any(line["played"] for _, line in lines):
        return []
    return [
        {"label": label, "name": line["participant_name"], "points": line["points"]} for label, line in lines
    ]


def by_station(rows: list[dict]) -> list[tuple[str, list[dict]]]:
    """The rows by the name of their station, those without one last."""
    names = sorted({row["station_name"] for row in rows}, key=lambda name: (not name, name.casefold()))
    return [
        (name or say("No station"), [row for row in rows if row["station_name"] == name]) for name in names
    ]


def _drawn(bracket: dict, rows: list[dict], entrants: Sequence[dict], taken: Taken) -> dict:
    if bracket["format"] in TABLE_FORMATS:
        groups = _groups(bracket, rows, entrants, taken)
        return {"parts": [], "groups": groups, "heads": _heads(bracket, groups)}
    # Who comes out of a round that is not drawn has no bye.
    shows_byes = min((row["round_number"] for row in rows), default=1) == 1
    parts = _parts(rows, bracket["format"] == "single_elimination", shows_byes=shows_byes)
    return {"parts": parts, "groups": [], "heads": []}


# -- elimination --------------------------------------------------------------------------------------------


def _parts(rows: list[dict], is_single: bool, *, shows_byes: bool) -> list[dict]:
    """The parts of an elimination bracket. With a single one, the final is the last round of the one tree."""
    sections: dict[str, list[dict]] = {}
    for row in rows:
        section = "upper" if is_single and row["section"] == "final" else row["section"]
        sections.setdefault(section, []).append(row)
    third = sections.pop("third_place", None)
    parts = []
    for section, title in _PARTS:
        if section not in sections:
            continue
        is_tree = is_single and section == "upper"
        columns = columns_of(
            sections[section], names_rounds=is_tree, shows_byes=shows_byes and section == "upper"
        )
        if not is_single:
            _name_last(columns, section)
        parts.append(_part(section, "" if is_tree else title, columns))
    for column in parts[-1]["columns"] if parts else ():
        column.is_deciding = parts[-1]["section"] == "final" or column is parts[-1]["columns"][-1]
    if third is not None:
        _put_third(parts, third[0])
    return parts


def _put_third(parts: list[dict], row: dict) -> None:
    """The match for third place stands below the final, or alone where there is none."""
    if not parts:
        column = columns_of([row], names_rounds=False, shows_byes=False)
        column[0].title = say("Third place")
        parts.append(_part("third_place", "", column))
    else:
        parts[-1]["third"] = row


def _part(section: str, title: str, columns: list[Column]) -> dict:
    most = max(len(column.slots) for column in columns)
    return {
        "section": section,
        "title": title,
        "columns": columns,
        "is_dense": most >= MANY_SLOTS,
        "third": None,
    }


def _name_last(columns: list[Column], section: str) -> None:
    if section == "final":
        for column, title in zip(columns, (say("Grand final"), say("Second grand final")), strict=False):
            column.title = title
    elif len(columns[-1].slots) == 1:
        columns[-1].title = say("Upper final") if section == "upper" else say("Lower final")


# -- tables -------------------------------------------------------------------------------------------------


def _heads(bracket: dict, groups: Sequence[dict]) -> list[tuple[str, str, str]]:
    """The columns of the bracket's tables after the name: (name, short head, full head)."""
    options = bracket["options"] or {}
    names = ["played", "won", "drawn", "lost", "score", "points"]
    has_draws = any(line["drawn"] for group in groups for line in group["standings"])
    if not (options.get("draws") or has_draws):
        names.remove("drawn")
    if bracket["format"] == "swiss":
        tiebreaks = options.get("tiebreaks") or _SWISS_TIEBREAKS
    else:
        tiebreaks = options.get("tiebreaks") or ()
    # Beside each other, tables have room for what is counted, not for who met whom.
    skipped = {"head_to_head"} if len(groups) > 1 else set()
    names += [name for name in tiebreaks if name in _HEADS and name not in skipped]
    return [(name, *_HEADS[name]) for name in names]


def _groups(bracket: dict, rows: list[dict], entrants: Sequence[dict], taken: Taken) -> list[dict]:
    gone = {entrant["id"] for entrant in entrants if entrant["withdrawn_at"] is not None}
    groups = group_documents(bracket, rows, entrants)
    for group in groups:
        name = group["name"]
        for place, line in enumerate(group["standings"], start=1):
            line["through"] = taken.of(name, place, line["participant_id"])
            line["is_withdrawn"] = line["participant_id"] in gone
            line["score"] = f"{line['score_for']}:{line['score_against']}"
        group["title"] = say("Group %(group)s", group=name) if 0 < len(name) <= 3 else name
        group["rounds"] = _rounds([row for row in rows if row["group_name"] == name])
        group["is_open"] = len(groups) <= FEW_GROUPS
    return groups


def _taken(bracket: dict, brackets: Sequence[dict], rows: Mapping[int, Sequence[dict]]) -> Taken:
    """What later brackets take of this one's tables, as their options say, or their matches."""
    taken = Taken(set(), set(), set())
    if bracket["format"] not in TABLE_FORMATS:
        return taken
    for other in brackets:
        options = other["options"] or {}
        sources = list(options.get("slots") or ()) if options.get("from") == bracket["id"] else []
        for row in rows[other["id"]]:
            own = (row["slot1_source"], row["slot2_source"])
            sources += [source for source in own if source and source["bracket"] == bracket["id"]]
        for source in sources:
            if "best" in source:
                taken.ranks.add(source["rank"])
            else:
                taken.places.add((source.get("group", ""), source["rank"]))
        if sources:
            taken.arrived.update(row[f"participant{side}_id"] for row in rows[other["id"]] for side in (1, 2))
    return taken


def _rounds(rows: list[dict]) -> list[dict]:
    """The rounds of a group or of a Swiss bracket; `is_open` in the one that is being played, or the last."""
    by_number: dict[int, list[dict]] = {}
    for row in rows:
        by_number.setdefault(row["round_number"], []).append(row)
    numbers = sorted(by_number)
    being_played = next(
        (number for number in numbers if any(row["state"] not in CLOSED for row in by_number[number])),
        numbers[-1] if numbers else None,
    )
    return [
        {"number": number, "rows": by_number[number], "is_now": number == being_played} for number in numbers
    ]
