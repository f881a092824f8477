"""Rows put where a page shows them: rounds beside each other, groups, stations."""

from app.services.tables import group_documents

# A drawing of more than this is no drawing; the list of matches shows them instead.
LARGEST_DRAWING = 600
_TREE_SECTIONS = (
    ("upper", "Upper bracket"),
    ("lower", "Lower bracket"),
    ("final", "Final"),
    ("third_place", "Third place"),
)
_ROUND_NAMES = {1: "Final", 2: "Semi-finals", 4: "Quarter-finals"}


def draw(brackets: list[dict], rows: list[dict], entrants: dict[int, list[dict]]) -> list[dict]:
    """The brackets with what is drawn of each: `trees` (rounds by section), `groups` (tables).

    `entrants` are those of each bracket, by its id, in seed order.
    """
    drawn = []
    for bracket in brackets:
        own = [row for row in rows if row["bracket"] == bracket["id"]]
        is_tree = bracket["format"].endswith("elimination")
        fits = len(own) <= LARGEST_DRAWING
        drawn.append(
            bracket
            | {
                "count": len(own),
                "trees": _trees(own, bracket["format"]) if is_tree and fits else [],
                "groups": group_documents(bracket, own, entrants.get(bracket["id"], [])),
            }
        )
    return drawn


def by_station(rows: list[dict]) -> list[tuple[str, list[dict]]]:
    """The rows by the name of their station, those without one last."""
    names = sorted({row["station_name"] for row in rows}, key=lambda name: (not name, name.casefold()))
    return [(name or "No station", [row for row in rows if row["station_name"] == name]) for name in names]


def _trees(rows: list[dict], format: str) -> list[dict]:
    """The parts of an elimination bracket. With a single one, the final is the last round of the one tree."""
    is_single = format == "single_elimination"
    parts: dict[str, list[dict]] = {}
    for row in rows:
        part = "upper" if is_single and row["section"] == "final" else row["section"]
        parts.setdefault(part, []).append(row)
    return [
        {
            "title": "" if is_single and section == "upper" else title,
            "section": section,
            "rounds": _rounds(parts[section], is_single and section == "upper"),
        }
        for section, title in _TREE_SECTIONS
        if section in parts
    ]


def _rounds(rows: list[dict], names_rounds: bool) -> list[dict]:
    """The rounds from first to last, each in such an order that a match stands between those that feed it."""
    by_number: dict[int, list[dict]] = {}
    for row in rows:
        by_number.setdefault(row["round_number"], []).append(row)
    numbers = sorted(by_number)
    for number, following in zip(reversed(numbers[:-1]), reversed(numbers[1:]), strict=True):
        by_number[number] = _in_feeding_order(by_number[number], by_number[following])
    rounds = [
        {"title": _title(number, len(by_number[number]), names_rounds), "rows": by_number[number]}
        for number in numbers
    ]
    for place, part in enumerate(rounds):
        part["feeds"] = place + 1 < len(rounds) and _halves(part["rows"], rounds[place + 1]["rows"])
        part["fed"] = place > 0 and rounds[place - 1]["feeds"]
    return rounds


def _in_feeding_order(rows: list[dict], following: list[dict]) -> list[dict]:
    places = {row["id"]: place for place, row in enumerate(following)}

    def place(row: dict) -> tuple:
        return (
            places.get(row["winner_to_match_id"], len(places)),
            row["winner_to_slot"] or 0,
            row["match_number"],
        )

    return sorted(rows, key=place)


def _halves(rows: list[dict], following: list[dict]) -> bool:
    """True where each two neighbours feed one match of the following round, so that lines can be drawn."""
    targets = [row["winner_to_match_id"] for row in rows]
    return targets == [row["id"] for row in following for _ in (1, 2)]


def _title(number: int, matches: int, names_rounds: bool) -> str:
    if not names_rounds:
        return f"Round {number}"
    return _ROUND_NAMES.get(matches) or f"Round of {2 * matches}"
