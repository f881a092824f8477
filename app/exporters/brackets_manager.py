"""Writes brackets as the JSON of brackets-manager.js, with the byes that its structure needs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from app.domain.brackets.double_elimination import draft_double_elimination, plan_double_elimination
from app.domain.brackets.plan import Draft, LoserOf, PlannedMatch, Seed, Source, WinnerOf
from app.domain.brackets.single_elimination import draft_single_elimination, plan_single_elimination
from app.domain.words import say, say_all
from app.exporters.common import NotWritable

_GRAND_FINALS = {"none": "none", "single": "simple", "double": "double"}
_OVER = ("COMPLETED", "FORFEIT")
_UNDER_WAY = ("LIVE", "PENDING_RESULT", "DISPUTED")


def write(document: dict) -> tuple[str, list[str]]:
    """The text, and what it leaves out: brackets of another structure. NotWritable where those are all."""
    writer = _Writer(document)
    for bracket in document["brackets"]:
        try:
            writer.add(bracket)
        except NotWritable as error:
            why = say("%(name)s was left out: %(why)s", name=bracket["name"], why=error.why)
            writer.left_out.append(why)
    if not writer.data["stage"]:
        raise NotWritable(say_all(writer.left_out) or say("The tournament has no bracket."))
    loose = sum(match["bracket"] is None for match in document["matches"])
    if loose:
        writer.left_out.append(say("%(count)s matches of no bracket were left out.", count=loose))
    return json.dumps(writer.data, ensure_ascii=False, indent=2), writer.left_out


class _Writer:
    def __init__(self, document: dict):
        self.document = document
        self.left_out: list[str] = []
        self.data: dict[str, list[dict]] = {
            "participant": [
                {"id": row["id"], "tournament_id": 0, "name": row["name"]} for row in document["participants"]
            ],
            **{name: [] for name in ("stage", "group", "round", "match", "match_game")},
        }
        self.ids: dict[tuple, int] = {}

    def add(self, bracket: dict) -> None:
        """One more stage."""
        matches = [match for match in self.document["matches"] if match["bracket"] == bracket["id"]]
        if bracket["format"] == "swiss":
            raise NotWritable(say("brackets-manager knows no Swiss system."))
        tree = None if bracket["format"] == "round_robin" else _tree(bracket, matches)
        stage_id = len(self.data["stage"])
        options = bracket["options"]
        settings: dict[str, object] = {"matchesChildCount": 0}
        if bracket["format"] == "round_robin":
            settings |= {
                "groupCount": len({match["group"] for match in matches}) or 1,
                "roundRobinMode": "double" if options.get("legs") == 2 else "simple",
            }
        else:
            size = len(bracket["entrants"]) or len(options.get("slots") or [])
            settings["size"] = 1 << max(size - 1, 1).bit_length()
        if bracket["format"] == "double_elimination":
            settings["grandFinal"] = _GRAND_FINALS[options.get("grand_final", "single")]
        elif bracket["format"] == "single_elimination":
            settings["consolationFinal"] = bool(options.get("third_place"))
        self.data["stage"].append(
            {
                "id": stage_id,
                "tournament_id": 0,
                "name": bracket["name"],
                "type": bracket["format"],
                "number": stage_id + 1,
                "settings": settings,
            }
        )
        if tree is None:
            self._add_groups(stage_id, matches)
        else:
            self._add_tree(stage_id, bracket["format"], tree)

    def _add_groups(self, stage_id: int, matches: list[dict]) -> None:
        groups = sorted({match["group"] for match in matches})
        counts: dict[tuple, int] = {}
        for match in matches:
            spot = (groups.index(match["group"]) + 1, match["round_number"])
            counts[spot] = counts.get(spot, 0) + 1
            sides = [{"id": match[f"participant{slot}_id"]} for slot in (1, 2)]
            self._add_match(stage_id, (*spot, counts[spot]), sides, match)

    def _add_tree(self, stage_id: int, format: str, tree: _Tree) -> None:
        drafts = tree.drafts
        rounds = max((draft.round_number for draft in drafts if draft.section == "upper"), default=1)
        numbers: dict[object, int] = {}
        counts: dict[tuple, int] = {}
        for draft in drafts:
            spot = _spot(draft, format, rounds)
            counts[spot] = counts.get(spot, 0) + 1
            below = [numbers[s.key] for s in (draft.source1, draft.source2) if _is_lower_winner(s, draft)]
            # In the lower bracket a match is numbered after those that it comes from, ours after the upper.
            numbers[draft.key] = (
                (below[0], (max(below, default=0) + 1) // 2)[len(below) - 1] if below else counts[spot]
            )
            self._add_match(
                stage_id,
                (*spot, numbers[draft.key]),
                tree.sides(draft),
                tree.match_of.get(draft.key),
                is_turned=below != sorted(below),
            )

    def _id(self, name: str, *path: int, **columns) -> int:
        """The id of the group or round at the path, made where it is new."""
        if (name, *path) not in self.ids:
            self.ids[name, *path] = len(self.data[name])
            self.data[name].append({"id": len(self.data[name]), "number": path[-1], **columns})
        return self.ids[name, *path]

    def _add_match(
        self,
        stage_id: int,
        spot: tuple[int, int, int],
        sides: list[dict | None],
        match: dict | None,
        *,
        is_turned: bool = False,
    ) -> None:
        group_id = self._id("group", stage_id, spot[0], stage_id=stage_id)
        round_id = self._id("round", stage_id, spot[0], spot[1], stage_id=stage_id, group_id=group_id)
        children = match["best_of"] if match and match["best_of"] > 1 else 0
        row = {
            "id": len(self.data["match"]),
            "number": spot[2],
            "stage_id": stage_id,
            "group_id": group_id,
            "round_id": round_id,
            "child_count": children,
            "status": _status(sides, match),
        }
        if match:
            self._add_outcome(row, sides, match, (2, 1) if is_turned else (1, 2))
        first, second = reversed(sides) if is_turned else sides
        self.data["match"].append({**row, "opponent1": first, "opponent2": second})

    def _add_outcome(self, row: dict, sides: list[dict | None], match: dict, order: tuple[int, int]) -> None:
        if match["state"] in ("PENDING_RESULT", "DISPUTED"):
            self.left_out.append(_becomes(match))
        if match["state"] == "CANCELLED":
            number = match["match_number"]
            self.left_out.append(
                say("M%(number)s is CANCELLED, which brackets-manager can't tell.", number=number)
            )
        if not _is_over(match):
            return
        if None in sides:
            _add_walkover(sides, match)
            return
        for slot, side in enumerate(sides, 1):
            _add_result(side, slot, match)
        for number, game in enumerate(match["game_scores"] if row["child_count"] else (), 1):
            self.data["match_game"].append(
                {
                    "id": len(self.data["match_game"]),
                    "number": number,
                    "stage_id": row["stage_id"],
                    "parent_id": row["id"],
                    "status": 4,
                    **{f"opponent{n}": _game_side(sides, game, slot) for n, slot in enumerate(order, 1)},
                }
            )


def _becomes(match: dict) -> str:
    """What the file makes of a match whose state it has no word for."""
    told = {"number": match["match_number"], "state": match["state"]}
    if _is_over(match):
        return say(
            "M%(number)s is %(state)s, which brackets-manager can't tell: it has the result so far.", **told
        )
    return say("M%(number)s is %(state)s, which brackets-manager can't tell: it is under way there.", **told)


def _tree(bracket: dict, matches: list[dict]) -> _Tree:
    """The bracket in full; NotWritable where its structure is none of brackets-manager's."""
    drafts, planned = _plan(bracket)
    return _Tree(bracket, drafts, _same(planned, matches))


def _plan(bracket: dict) -> tuple[list[Draft], list[PlannedMatch]]:
    entrants = len(bracket["entrants"]) or len(bracket["options"].get("slots") or [])
    options = bracket["options"]
    if entrants < 2:
        raise NotWritable(say("it names no entrants in seed order."))
    if bracket["format"] == "single_elimination":
        arguments = {"third_place": bool(options.get("third_place"))}
        return list(draft_single_elimination(entrants, **arguments)), plan_single_elimination(
            entrants, **arguments
        )
    final = options.get("grand_final", "single")
    return list(draft_double_elimination(entrants, final)), plan_double_elimination(
        entrants, grand_final=final
    )


def _same(planned: list[PlannedMatch], matches: list[dict]) -> list[dict]:
    """The matches in the order of the plan; NotWritable unless they feed each other as planned."""
    by_number = {match["match_number"]: match for match in matches}
    number_of = {match["id"]: match["match_number"] for match in matches}

    def link(match: dict, name: str) -> tuple | None:
        return (number_of[match[name]["match"]], match[name]["slot"]) if match[name] else None

    def is_same(plan: PlannedMatch) -> bool:
        match = by_number.get(plan.match_number)
        feeds = [(feed.match_number, feed.slot) if feed else None for feed in (plan.winner_to, plan.loser_to)]
        return match is not None and [link(match, "winner_to"), link(match, "loser_to")] == feeds

    if len(planned) != len(matches) or not all(map(is_same, planned)):
        raise NotWritable(say("its matches feed each other otherwise than in a bracket made here."))
    return [by_number[plan.match_number] for plan in planned]


class _Tree:
    """The full bracket, byes and all: who stands on each side of each drafted match."""

    def __init__(self, bracket: dict, drafts: list[Draft], stored: list[dict]):
        self.seeds = {entrant["seed"]: entrant["participant"] for entrant in bracket["entrants"]}
        self.drafts = drafts
        # Seeds may have gaps, where the bracket was read from elsewhere.
        self.entrants = [self.seeds[seed] for seed in sorted(self.seeds)] or [None] * len(stored)
        self.count = len(bracket["entrants"]) or len(bracket["options"].get("slots") or [])
        self.outcomes: dict[Source, Source | None] = {}
        self.match_of: dict[object, dict] = {}
        self.place: dict[object, int] = {}
        counts: dict[tuple, int] = {}
        remaining: Iterator[dict] = iter(stored)
        for draft in drafts:
            spot = (draft.section, draft.round_number)
            self.place[draft.key] = counts[spot] = counts.get(spot, 0) + 1
            first, second = self._resolved(draft.source1), self._resolved(draft.source2)
            if first and second:
                self.match_of[draft.key] = next(remaining)
            self.outcomes[WinnerOf(draft.key)] = WinnerOf(draft.key) if first and second else first or second
            self.outcomes[LoserOf(draft.key)] = LoserOf(draft.key) if first and second else None

    def _resolved(self, source: Source) -> Source | None:
        if isinstance(source, Seed):
            return source if source.number <= self.count else None
        return self.outcomes[source]

    def sides(self, draft: Draft) -> list[dict | None]:
        """The two opponents, None for a bye."""
        return [
            self._side(draft, slot, source) for slot, source in enumerate((draft.source1, draft.source2), 1)
        ]

    def _side(self, draft: Draft, slot: int, source: Source) -> dict | None:
        resolved = self._resolved(source)
        match = self.match_of.get(draft.key)
        if resolved is None or (match and match[f"slot{slot}_bye"]):
            return None
        side = {"id": match[f"participant{slot}_id"] if match else self._who(resolved)}
        if isinstance(source, Seed):
            side["position"] = source.number
        elif isinstance(source, LoserOf) and draft.section == "lower":
            side["position"] = self.place[source.key]
        return side

    def _who(self, source: Source) -> int | None:
        if isinstance(source, Seed):
            return self.entrants[source.number - 1]
        match = self.match_of[source.key]
        return match["winner_id" if isinstance(source, WinnerOf) else "loser_id"]


def _is_lower_winner(source: Source, draft: Draft) -> bool:
    return draft.section == "lower" and isinstance(source, WinnerOf)


def _spot(draft: Draft, format: str, rounds: int) -> tuple[int, int]:
    """The number of the group and of the round in it."""
    if format == "single_elimination":
        return (2, 1) if draft.section == "third_place" else (1, draft.round_number)
    if draft.section == "final":
        return 3 if rounds > 1 else 2, draft.round_number - rounds
    return (1 if draft.section == "upper" else 2), draft.round_number


def _is_over(match: dict) -> bool:
    """True also where a result is disputed whose winner has gone on already."""
    return match["state"] in _OVER or (match["state"] == "DISPUTED" and match["winner_id"] is not None)


def _status(sides: list[dict | None], match: dict | None) -> int:
    """0 locked, 1 waiting, 2 ready, 3 running, 4 completed."""
    if match is None or None in sides or match["state"] == "CANCELLED":
        return 0
    known = sum(side["id"] is not None for side in sides)
    if _is_over(match):
        return 4
    return 3 if match["state"] in _UNDER_WAY else known


def _add_result(side: dict, slot: int, match: dict) -> None:
    who, winner = side["id"], match["winner_id"]
    if match["state"] == "FORFEIT":
        side |= {"result": "win"} if who == winner else {"forfeit": True, "result": "loss"}
        return
    if match[f"participant{slot}_score"] is not None:
        side["score"] = match[f"participant{slot}_score"]
    if match["tiebreak"]:
        # No field of the format, which lets records have others beside its own.
        side["tiebreak"] = match["tiebreak"][f"participant{slot}_score"]
    side["result"] = "draw" if winner is None else "win" if who == winner else "loss"


def _add_walkover(sides: list[dict | None], match: dict) -> None:
    """Against a bye only who has withdrawn gives up."""
    for side in sides:
        if side is not None and match["winner_id"] is None:
            side |= {"forfeit": True, "result": "loss"}


def _game_side(sides: list[dict | None], game: dict, slot: int) -> dict:
    own, other = game[f"participant{slot}_score"], game[f"participant{3 - slot}_score"]
    result = "draw" if own == other else "win" if own > other else "loss"
    return {"id": sides[slot - 1]["id"], "score": own, "result": result}
