"""Reads matches of Challonge's API v1: `[{"match": {...}}]`, or a whole `{"tournament": {...}}`. Pure."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from app.domain.words import say
from app.importers.checks import checked
from app.importers.fields import Fields
from app.importers.json_text import UnreadableText, load_json, shown
from app.importers.neutral import NAME_LENGTH, TOURNAMENT_NAME_LENGTH, Problem
from app.importers.prereqs import Fed, Prereq, make_stage, series
from app.importers.snapshot import Entrant, Game, Key, Snapping, Snapshot, Stage

_STATES = ("pending", "open", "complete")
_TYPES = {
    "single elimination": "single_elimination",
    "double elimination": "double_elimination",
    "round robin": "round_robin",
    "swiss": "swiss",
}
_SET = re.compile(r"\s*(-?\d{1,6})\s*-\s*(-?\d{1,6})\s*", re.ASCII)
_MAX_ROUND = 10_000


def read(data: bytes, zone: ZoneInfo) -> Snapping:
    """The tournament in the file; its times have their offsets, so that the zone does not count.

    A list of matches has no names: there a player is called by its id.
    """
    try:
        document = load_json(data)
    except UnreadableText as error:
        return Snapping(problems=[Problem("", error.why)])
    if isinstance(document, dict) and isinstance(document.get("tournament"), dict):
        return _Reader(document["tournament"]).read()
    if isinstance(document, list):
        return _Reader({"matches": document}).read()
    why = say('The file is neither a list of {"match": ...} nor a {"tournament": ...}.')
    return Snapping(problems=[Problem("", why)])


class _Reader:
    def __init__(self, document: dict):
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.file = Fields("", document, self.problems)
        self.entrants: dict[Key, Entrant] = {}
        # In a group stage, players have other ids, which their entry lists.
        self.alias: dict[Key, Key] = {}
        self.has_names = document.get("participants") is not None

    def read(self) -> Snapping:
        """Read players and matches, and join the matches to brackets."""
        settings: dict[str, object] = {}
        if name := self.file.text("name", TOURNAMENT_NAME_LENGTH):
            settings["name"] = name
        for outer in self.file.entries("participants", say("participant")):
            self._entrant(outer.inner("participant") or outer)
        matches: dict[bool, list[Fed]] = {True: [], False: []}
        seen: set[Key] = set()
        for outer in self.file.entries("matches", say("match")):
            fields = outer.inner("match") or outer
            fields.where = outer.where
            key = fields.key("id")
            if key is None or key in seen:
                fields.refuse(say('has no "id" of its own'))
                continue
            seen.add(key)
            in_groups = fields.values.get("group_id") is not None
            matches[in_groups].append(self._match(fields, key, "groups" if in_groups else "main"))
        if not seen and not self.problems:
            self.problems.append(Problem("", say("The file has no matches.")))
        stages, games = [], []
        for in_groups, own in matches.items():
            if own and not self.problems:
                stage = self._stage(in_groups)
                stages.append(stage)
                seeds = {e.key: e.seed for e in self.entrants.values() if e.seed}
                games += make_stage(stage, own, self.problems, seeds)
        snapshot = Snapshot(settings, list(self.entrants.values()), {}, stages, games)
        return checked(snapshot, self.problems, self.warnings)

    def _stage(self, in_groups: bool) -> Stage:
        if in_groups:
            return Stage("groups", "Group stage", "round_robin", say("group stage"))
        kind = self.file.values.get("tournament_type")
        if kind is not None and (not isinstance(kind, str) or kind not in _TYPES):
            self.file.refuse(
                say(
                    '"%(name)s" is %(value)s, none of %(choices)s',
                    name="tournament_type",
                    value=shown(kind),
                    choices=", ".join(_TYPES),
                )
            )
            return Stage("main", "Main", "single_elimination", say("bracket"))
        return Stage("main", "Main", _TYPES.get(kind, ""), say("bracket"))

    def _entrant(self, fields: Fields) -> None:
        key = fields.key("id")
        name = fields.text("name", NAME_LENGTH) or fields.text("display_name", NAME_LENGTH, None)
        if key is None or key in self.entrants:
            fields.refuse(say('has no "id" of its own'))
            return
        self.entrants[key] = Entrant(key, name, fields.whole("seed", 1, 100_000))
        others = fields.values.get("group_player_ids")
        others = others if isinstance(others, list) else []
        self.alias |= {other: key for other in others if isinstance(other, int | str)}

    def _player(self, fields: Fields, name: str) -> Key | None:
        key = fields.key(name)
        key = self.alias.get(key, key)
        if key is not None and key not in self.entrants:
            if self.has_names:
                fields.refuse(
                    say(
                        '"%(name)s" names the %(what)s %(value)s, which the file lacks',
                        name=name,
                        what=say("participant"),
                        value=shown(key),
                    )
                )
            self.entrants[key] = Entrant(key, f"Player {key}")
        return key

    def _match(self, fields: Fields, key: Key, stage: str) -> Fed:
        game = Game(key, fields.where, stage)
        if fields.values.get("group_id") is not None:
            game.group = str(fields.key("group_id"))[:40]
        game.sides = [self._player(fields, f"player{slot}_id") for slot in (1, 2)]
        game.scheduled_time = fields.moment("scheduled_time")
        # Challonge's started_at is when a match could be played; only underway_at is when it was.
        started_at = fields.moment("started_at")
        game.started_at = fields.moment("underway_at")
        completed_at = fields.moment("completed_at")
        state = fields.choice("state", _STATES, "pending")
        if state == "complete":
            self._complete(game, fields)
            game.started_at, game.completed_at = game.started_at or started_at, completed_at
        elif None not in game.sides:
            game.state = "LIVE" if game.started_at else "READY"
        elif state == "open":
            fields.refuse(say("is open, but one of its players is not known"))
        if state != "complete" and fields.values.get("winner_id") is not None:
            fields.refuse(say("has a winner, but is %(state)s", state=state))
        return Fed(
            game,
            fields.whole("round", -_MAX_ROUND, _MAX_ROUND, 1),
            [_prereq(fields, slot) for slot in (1, 2)],
        )

    def _complete(self, game: Game, fields: Fields) -> None:
        game.state = "COMPLETED"
        game.winner = self._player(fields, "winner_id")
        game.loser = self._player(fields, "loser_id")
        sets = self._sets(fields)
        if fields.values.get("forfeited") is True or any(min(pair) < 0 for pair in sets):
            game.state = "FORFEIT"
            return
        if not sets or (all(pair == (0, 0) for pair in sets) and game.winner is not None):
            self.warnings.append(
                Problem(fields.where, say("is over, but has no score; the winner of the file counts"))
            )
            return
        found = series(sets)
        if found is None:
            written = shown(fields.values["scores_csv"])
            fields.refuse(say('"scores_csv" %(value)s is no series of 3, 5 or 7', value=written))
            return
        game.best_of, game.score = found
        game.games = sets if len(sets) > 1 else []

    def _sets(self, fields: Fields) -> list[tuple[int, int]]:
        text = fields.text("scores_csv", 400)
        pairs = []
        for part in text.split(",") if text else ():
            found = _SET.fullmatch(part)
            if not found:
                fields.refuse(say('"scores_csv" is %(value)s, not written like "3-1,3-2"', value=shown(text)))
                return []
            pairs.append((int(found[1]), int(found[2])))
        return pairs


def _prereq(fields: Fields, slot: int) -> Prereq | None:
    key = fields.key(f"player{slot}_prereq_match_id")
    return None if key is None else Prereq(key, not fields.flag(f"player{slot}_is_prereq_match_loser"))
