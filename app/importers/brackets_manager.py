"""Reads the JSON of brackets-manager.js (https://github.com/Drarig29/brackets-manager.js, MIT). Pure.

An opponent that is null is a bye; one whose id is null is not known yet. Matches that nobody can play for
byes are left out, as in the brackets that are made here.
"""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from app.domain.results import MAX_GAMES, MAX_SCORE
from app.domain.words import say
from app.importers.checks import checked
from app.importers.fields import Fields
from app.importers.json_text import UnreadableText, load_json
from app.importers.manager_tree import Feed, Node, Spot, Start, shape_problem, sources_of, without_byes
from app.importers.neutral import MAX_MATCHES, NAME_LENGTH, TOURNAMENT_NAME_LENGTH, Problem
from app.importers.snapshot import Entrant, Game, Key, Link, Place, Snapping, Snapshot, Stage

FORMATS = ("single_elimination", "double_elimination", "round_robin")
_RUNNING, _COMPLETED, _ARCHIVED = 3, 4, 5
_LISTS = ("participant", "stage", "group", "round", "match")
_NAMES = {
    "participant": say("participant"),
    "stage": say("stage"),
    "group": say("group"),
    "round": say("round"),
    "match": say("match"),
}
MAX_NUMBER = 100_000


def read(data: bytes, zone: ZoneInfo) -> Snapping:
    """The tournament in the file, each stage a bracket; the file knows no times, so no zone either."""
    try:
        document = load_json(data)
    except UnreadableText as error:
        return Snapping(problems=[Problem("", error.why)])
    lists = document if isinstance(document, dict) else {}
    missing = [name for name in _LISTS if not isinstance(lists.get(name), list)]
    if missing:
        return Snapping(
            problems=[Problem("", say("The file lacks the lists %(names)s.", names=", ".join(missing)))]
        )
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: dict):
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.file = Fields("", document, self.problems)
        self.entrants: dict[Key, Entrant] = {}
        self.rows: dict[str, dict[Key, Fields]] = {}
        self.children: dict[Key, list[Fields]] = {}
        self.stages: list[Stage] = []
        self.games: list[Game] = []
        self.counts: Counter[Key] = Counter()
        self.by_stage: dict[Key, list[tuple[Spot, Key]]] = {}

    def read(self) -> Snapping:
        """Read the flat lists, then stage by stage what they make together."""
        for fields in self.file.entries("participant", _NAMES["participant"]):
            key = self._own_key(fields, self.entrants)
            if key is not None:
                self.entrants[key] = Entrant(key, fields.text("name", NAME_LENGTH, None))
        for name in ("stage", "group", "round", "match"):
            self._read_rows(name)
        for fields in self.file.entries("match_game", "match_game", MAX_GAMES * MAX_MATCHES):
            parent = fields.key("parent_id", self.rows["match"], _NAMES["match"])
            self.children.setdefault(parent, []).append(fields)
        if not self.problems:
            self._locate()
        for key in self.rows["stage"] if not self.problems else ():
            self._read_stage(key)
        snapshot = Snapshot({}, list(self.entrants.values()), {}, self.stages, self.games)
        return checked(snapshot, self.problems, self.warnings)

    def _own_key(self, fields: Fields, known: dict) -> Key | None:
        key = fields.key("id")
        if key is None or key in known:
            fields.refuse(say('has no "id" of its own'))
            return None
        return key

    def _read_rows(self, name: str) -> None:
        self.rows[name] = {}
        for fields in self.file.entries(name, _NAMES[name]):
            key = self._own_key(fields, self.rows[name])
            if key is not None:
                self.rows[name][key] = fields
            for parent in {"group": ["stage"], "round": ["group"], "match": ["round"]}.get(name, []):
                if fields.key(f"{parent}_id", self.rows[parent], _NAMES[parent]) is None:
                    fields.refuse(say('has no "%(name)s"', name=f"{parent}_id"))
            if name != "stage" and fields.whole("number", 1, MAX_NUMBER) is None:
                fields.refuse(say('has no "number"'))

    def _locate(self) -> None:
        """Where each match stands: its group's, its round's and its own number."""
        seen: dict[tuple, Fields] = {}
        for key, fields in self.rows["match"].items():
            of_round = self.rows["round"][fields.values["round_id"]]
            of_group = self.rows["group"][of_round.values["group_id"]]
            spot = (of_group.values["number"], of_round.values["number"], fields.values["number"])
            stage = of_group.values["stage_id"]
            first = seen.setdefault((stage, spot), fields)
            if first is not fields:
                fields.refuse(say("stands in the place of %(where)s", where=first.where))
            self.by_stage.setdefault(stage, []).append((spot, key))

    def _read_stage(self, key: Key) -> None:
        fields = self.rows["stage"][key]
        stage = Stage(
            key,
            fields.text("name", TOURNAMENT_NAME_LENGTH, None),
            fields.choice("type", FORMATS, ""),
            fields.where,
        )
        if not stage.format:
            fields.refuse(say('needs a "type", one of %(types)s', types=", ".join(FORMATS)))
            return
        own = self.by_stage.get(key, [])
        self.stages.append(stage)
        if stage.format == "round_robin":
            self._read_groups(stage, sorted(own))
        else:
            self._read_tree(stage, own)

    def _opponents(self, fields: Fields) -> list[dict | None]:
        opponents: list[dict | None] = []
        for slot in (1, 2):
            inner = fields.inner(f"opponent{slot}")
            if inner is None:
                opponents.append(None)
            else:
                opponents.append(
                    {**inner.values, "id": inner.key("id", self.entrants, _NAMES["participant"])}
                )
        return opponents

    def _read_groups(self, stage: Stage, own: list[tuple[Spot, Key]]) -> None:
        groups = sorted({spot[0] for spot, _ in own})
        names = {number: chr(64 + number) if len(groups) <= 26 else str(number) for number in groups}
        if len(groups) == 1:
            names = {groups[0]: ""}
        pairs: Counter = Counter()
        entered: set[Key] = set()
        # Round by round over all groups, as they are played.
        for spot, key in sorted(own, key=lambda entry: (entry[0][1], entry[0][0], entry[0][2])):
            fields = self.rows["match"][key]
            opponents = self._opponents(fields)
            if None in opponents:
                continue
            game = self._game(stage, key, "group", spot[1], opponents)
            game.group = names[spot[0]]
            pairs[frozenset(game.sides)] += 1
            for side in game.sides:
                if side is not None and side not in entered:
                    entered.add(side)
                    stage.places.append(Place(side, len(stage.places) + 1, game.group))
        legs = 2 if pairs and max(pairs.values()) > 1 else 1
        stage.options = {"draws": True, "groups": max(1, len(groups)), "legs": legs}

    def _read_tree(self, stage: Stage, own: list[tuple[Spot, Key]]) -> None:
        is_double = stage.format == "double_elimination"
        why = shape_problem(Counter(spot[:2] for spot, _ in own), is_double)
        if why:
            self.problems.append(Problem(stage.where, why))
            return
        last = {spot[0]: 0 for spot, _ in own}
        for spot, _ in own:
            last[spot[0]] = max(last[spot[0]], spot[1])
        nodes = {}
        for spot, key in own:
            fields = self.rows["match"][key]
            opponents = self._opponents(fields)
            sources = sources_of(spot, opponents, last, is_double)
            nodes[spot] = Node(spot, _section(spot, last, is_double), fields, opponents, sources)
        self._enter(stage, [node for spot, node in sorted(nodes.items()) if spot[:2] == (1, 1)])
        order = {key: place for place, key in enumerate(self.rows["match"])}
        played = without_byes([node for _, node in sorted(nodes.items())])
        finals = {spot[1] for spot in nodes if _section(spot, last, is_double) == "final"}
        if is_double:
            stage.options = {"grand_final": ("none", "single", "double")[len(finals)]}
        elif 2 in last:
            stage.options = {"third_place": True}
        made: dict[Spot, Game] = {}
        for node in sorted(played, key=lambda node: order[node.row.values["id"]]):
            game = made[node.spot] = self._tree_game(stage, node)
            if is_double and game.section == "final":
                # A grand final counts its rounds on from those of the upper bracket.
                game.round_number += last[1]
            elif game.section == "third_place":
                game.round_number = last[1]
        self._link(played, made)

    def _enter(self, stage: Stage, first_round: list[Node]) -> None:
        taken: set[int] = set()
        entered: set[Key] = set()
        for node in first_round:
            for source in node.sources:
                if not isinstance(source, Start) or source.entrant is None:
                    continue
                if source.position in taken or source.entrant in entered:
                    node.row.refuse(say("has an opponent or a position that another match of its round has"))
                taken.add(source.position)
                entered.add(source.entrant)
                stage.places.append(Place(source.entrant, source.position))

    def _tree_game(self, stage: Stage, node: Node) -> Game:
        for slot, source in enumerate(node.sources):
            opponent = node.opponents[slot]
            if isinstance(source, Start) and (opponent or {}).get("id") is None:
                # Over a bye it is known who comes, whether or not the file says it here too.
                node.opponents[slot] = {**(opponent or {}), "id": source.entrant}
        game = self._game(stage, node.row.values["id"], node.section, node.spot[1], node.opponents)
        for slot, source in enumerate(node.sources):
            if isinstance(source, Start) and source.entrant is None:
                game.labels[slot] = f"Seed {source.position}"
        return game

    def _link(self, played: list[Node], made: dict[Spot, Game]) -> None:
        for node in played:
            game = made[node.spot]
            feeder = next((made.get(s.spot) for s in node.sources if isinstance(s, Feed)), None)
            if all(isinstance(s, Feed) and made.get(s.spot) is feeder for s in node.sources):
                _reset(game, feeder)
            for slot, source in enumerate(node.sources, 1):
                if isinstance(source, Feed):
                    link = Link(game.key, slot)
                    if source.wins:
                        made[source.spot].winner_to = link
                    else:
                        made[source.spot].loser_to = link

    def _game(
        self, stage: Stage, key: Key, section: str, round_number: int, opponents: list[dict | None]
    ) -> Game:
        fields = self.rows["match"][key]
        self.counts[stage.key] += 1
        game = Game(key, fields.where, stage.key, section, round_number=round_number)
        game.match_number = self.counts[stage.key]
        game.sides = [opponent.get("id") if opponent else None for opponent in opponents]
        game.byes = [opponent is None for opponent in opponents]
        children = fields.whole("child_count", 0, 7, 0)
        game.best_of = children or 1
        if game.best_of not in (1, 3, 5, 7):
            fields.refuse(
                say('"child_count" is %(count)s; a match is a best of 1, 3, 5 or 7', count=children)
            )
        self._read_outcome(game, fields, opponents)
        self.games.append(game)
        return game

    def _read_outcome(self, game: Game, fields: Fields, opponents: list[dict | None]) -> None:
        status = fields.whole("status", 0, _ARCHIVED, 0)
        results = [(opponent or {}).get("result") for opponent in opponents]
        forfeits = [(opponent or {}).get("forfeit") is True for opponent in opponents]
        if any(game.byes):
            is_known = all(b or s is not None for b, s in zip(game.byes, game.sides, strict=True))
            game.state = "COMPLETED" if is_known else "SCHEDULED"
            game.walks_over = not any(forfeits)
            return
        if None in game.sides:
            if any(results) or status >= _RUNNING:
                fields.refuse(say("has begun, but a side of it is not known"))
            return
        if any(forfeits):
            game.state = "FORFEIT"
            game.winner = None if all(forfeits) else game.sides[forfeits.index(False)]
            return
        if status < _COMPLETED and not any(results):
            game.state = "LIVE" if status == _RUNNING else "READY"
            if any((opponent or {}).get("score") is not None for opponent in opponents):
                self.warnings.append(Problem(fields.where, say("is not over; its score so far was left out")))
            return
        game.state = "COMPLETED"
        if "win" in results:
            game.winner = game.sides[results.index("win")]
        game.score = _pair([fields.inner(f"opponent{slot}") for slot in (1, 2)], "score")
        game.tiebreak = _pair([fields.inner(f"opponent{slot}") for slot in (1, 2)], "tiebreak")
        if game.score == (0, 0) and game.winner is not None and game.tiebreak is None:
            game.score = None
        if game.winner is None and "draw" not in results and game.score and game.score[0] != game.score[1]:
            game.winner = game.sides[game.score.index(max(game.score))]
        if game.score is not None:
            game.games = self._child_scores(game.key)

    def _child_scores(self, key: Key) -> list[tuple[int, int]]:
        children = sorted(self.children.get(key, []), key=lambda child: child.whole("number", 1, 7, 1))
        pairs = (_pair([child.inner(f"opponent{slot}") for slot in (1, 2)], "score") for child in children)
        return [pair for pair in pairs if pair is not None]


def _section(spot: Spot, last: dict[int, int], is_double: bool) -> str:
    if not is_double:
        return "third_place" if spot[0] == 2 else "final" if spot[1] == last[1] else "upper"
    if spot[0] == 1:
        return "upper"
    return "final" if spot[0] == 3 or last[1] == 1 else "lower"


def _reset(game: Game, feeder: Game) -> None:
    """The second grand final, whose sides the file may have in the other order, or which is not played."""
    if feeder.winner is None:
        return
    if feeder.winner == feeder.sides[0]:
        game.sides, game.byes, game.state = [None, None], [True, True], "COMPLETED"
    elif game.sides[1] == feeder.winner:
        game.swap()


def _pair(opponents: list[Fields | None], name: str) -> tuple[int, int] | None:
    pair = [opponent.whole(name, 0, MAX_SCORE) if opponent else None for opponent in opponents]
    if pair[0] is None or pair[1] is None:
        return None
    return pair[0], pair[1]
