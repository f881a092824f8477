"""Group tables, from the matches that were played: one function for every page that shows them."""

from collections.abc import Iterable, Sequence

from app.domain.states import MatchState

_COUNTED = (MatchState.COMPLETED, MatchState.FORFEIT)
_POINTS = {"win": 3, "draw": 1, "loss": 0}


def tables(rows: Iterable[dict], options: dict, seed_order: Sequence[int] = ()) -> list[dict]:
    """`[{"name", "standings"}]` by group, of the public rows of one bracket.

    Rows stand by points, then the difference of scores, then the scores made; those still level share a rank
    and stand in `seed_order` (participants' ids), or without it in the order of their names.
    """
    places = {participant_id: place for place, participant_id in enumerate(seed_order)}
    points = _POINTS | (options.get("points") or {})
    groups: dict[str, dict[int, dict]] = {}
    for row in rows:
        table = groups.setdefault(row["group_name"], {})
        for n in (1, 2):
            participant_id = row[f"participant{n}_id"]
            if participant_id is not None:
                table.setdefault(participant_id, _blank(participant_id, row[f"participant{n}_name"]))
        if row["state"] in _COUNTED and None not in (row["participant1_id"], row["participant2_id"]):
            _count(table, row, points)
    return [
        {"name": name, "standings": _ranked(list(table.values()), places)}
        for name, table in sorted(groups.items())
        if table
    ]


def _blank(participant_id: int, name: str) -> dict:
    counts = dict.fromkeys(("played", "won", "drawn", "lost", "score_for", "score_against", "points"), 0)
    return {"rank": 0, "participant_id": participant_id, "participant_name": name, **counts}


def _count(table: dict[int, dict], row: dict, points: dict[str, int]) -> None:
    for own, other in ((1, 2), (2, 1)):
        line = table[row[f"participant{own}_id"]]
        line["played"] += 1
        line["score_for"] += row[f"participant{own}_score"] or 0
        line["score_against"] += row[f"participant{other}_score"] or 0
        if row["winner_id"] is None:
            outcome, word = "drawn", "draw"
        elif row["winner_id"] == line["participant_id"]:
            outcome, word = "won", "win"
        else:
            outcome, word = "lost", "loss"
        line[outcome] += 1
        line["points"] += points[word]


def _ranked(lines: list[dict], places: dict[int, int]) -> list[dict]:
    def standing(line: dict) -> tuple[int, ...]:
        return line["points"], *line["tiebreaks"].values()

    for line in lines:
        difference = line["score_for"] - line["score_against"]
        line["tiebreaks"] = {"score_difference": difference, "score_for": line["score_for"]}
    lines.sort(key=lambda line: (places.get(line["participant_id"], len(places)), line["participant_name"]))
    lines.sort(key=standing, reverse=True)
    for place, line in enumerate(lines, start=1):
        before = lines[place - 2] if place > 1 else None
        line["rank"] = before["rank"] if before and standing(before) == standing(line) else place
    return lines
