"""Reads sets of start.gg as its GraphQL API answers them: whole answers, or the list of sets alone. Pure."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from app.domain.tournament_settings import BEST_OF
from app.domain.words import say
from app.importers.checks import checked
from app.importers.fields import Fields
from app.importers.json_text import UnreadableText, load_json, shown
from app.importers.neutral import NAME_LENGTH, STATION_LENGTH, TOURNAMENT_NAME_LENGTH, Problem
from app.importers.prereqs import Fed, Prereq, make_stage, series
from app.importers.snapshot import Entrant, Game, Key, Snapping, Snapshot, Stage, Venue

_ONGOING, _COMPLETED = 2, 3
_MAX_STATE, _MAX_ROUND = 9, 10_000
# What start.gg writes as the score of a side that was disqualified.
_DISQUALIFIED = -1


def read(data: bytes, zone: ZoneInfo) -> Snapping:
    """The tournament in the file; its times are seconds since 1970, so that the zone does not count."""
    try:
        document = load_json(data)
    except UnreadableText as error:
        return Snapping(problems=[Problem("", error.why)])
    name, nodes = _find_sets(document)
    if nodes is None:
        return Snapping(
            problems=[Problem("", say('The file has no "sets" with "nodes", and is no list of sets.'))]
        )
    return _Reader(name, nodes).read()


def _find_sets(document: Any) -> tuple[str, list | None]:
    """The name of the event, and its sets, wherever in the answer they stand."""
    name = ""
    for _ in range(6):
        if isinstance(document, list):
            return name, document
        if not isinstance(document, dict):
            return name, None
        if isinstance(document.get("name"), str):
            name = document["name"]
        steps = ("data", "tournament", "event", "phase", "phaseGroup", "sets", "nodes")
        document = next(
            (document[step] for step in steps if isinstance(document.get(step), dict | list)), None
        )
    return name, None


class _Reader:
    def __init__(self, name: str, nodes: list):
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.file = Fields("", {"name": name or None, "sets": nodes}, self.problems)
        self.entrants: dict[Key, Entrant] = {}
        self.stations: dict[Key, Venue] = {}
        self.stages: dict[Key, Stage] = {}
        self.matches: dict[Key, list[Fed]] = {}

    def read(self) -> Snapping:
        """Read the sets, and join those of each phase group to a bracket."""
        settings: dict[str, object] = {}
        if name := self.file.text("name", TOURNAMENT_NAME_LENGTH):
            settings["name"] = name
        seen: set[Key] = set()
        for fields in self.file.entries("sets", say("set")):
            key = _text_key(fields, "id")
            if key is None or key in seen:
                fields.refuse(say('has no "id" of its own'))
                continue
            seen.add(key)
            stage = self._stage(fields)
            self.matches.setdefault(stage, []).append(self._set(fields, key, stage))
        if not seen and not self.problems:
            self.problems.append(Problem("", say("The file has no sets.")))
        games: list[Game] = []
        for key, stage in self.stages.items():
            if not self.problems:
                games += make_stage(stage, self.matches[key], self.problems, {})
        snapshot = Snapshot(
            settings, list(self.entrants.values()), self.stations, list(self.stages.values()), games
        )
        return checked(snapshot, self.problems, self.warnings)

    def _stage(self, fields: Fields) -> Key:
        group = fields.inner("phaseGroup")
        key = _text_key(group, "id") if group else None
        if (key or "") not in self.stages:
            label = group.text("displayIdentifier", 40) if group else ""
            phase = group.inner("phase") if group else None
            name = phase.text("name", 70) if phase else ""
            name = " ".join(filter(None, (name, label))) or "Main"
            self.stages[key or ""] = Stage(key or "", name, "", say("bracket %(name)s", name=name))
        return key or ""

    def _set(self, fields: Fields, key: Key, stage: Key) -> Fed:
        game = Game(key, fields.where, stage)
        slots = list(fields.entries("slots", say("slot")))
        if len(slots) != 2:
            fields.refuse(say("has %(count)s slots, not 2", count=len(slots)))
            slots = [Fields(fields.where, {}, self.problems) for _ in (1, 2)]
        game.sides = [self._entrant(slot) for slot in slots]
        game.byes = [
            slot.values.get("prereqType") == "bye" and side is None
            for slot, side in zip(slots, game.sides, strict=True)
        ]
        game.scheduled_time = fields.moment("startAt")
        game.started_at, completed_at = fields.moment("startedAt"), fields.moment("completedAt")
        game.station = self._station(fields)
        state = fields.whole("state", 0, _MAX_STATE, 1)
        if any(game.byes):
            is_known = all(
                is_bye or side is not None for is_bye, side in zip(game.byes, game.sides, strict=True)
            )
            game.state = "COMPLETED" if is_known else "SCHEDULED"
        elif state == _COMPLETED:
            game.completed_at = completed_at
            self._complete(game, fields, slots)
        elif None not in game.sides:
            game.state = "LIVE" if state == _ONGOING else "READY"
        if state != _COMPLETED and fields.values.get("winnerId") is not None:
            fields.refuse(say("has a winner, but is not completed"))
        return Fed(game, fields.whole("round", -_MAX_ROUND, _MAX_ROUND, 1), [_prereq(slot) for slot in slots])

    def _entrant(self, slot: Fields) -> Key | None:
        inner = slot.inner("entrant")
        if inner is None:
            return None
        key = _text_key(inner, "id")
        if key is None:
            inner.refuse(say('has no "id"'))
            return None
        name = inner.text("name", NAME_LENGTH) or f"Entrant {key}"
        known = self.entrants.setdefault(key, Entrant(key, name, inner.whole("initialSeedNum", 1, 100_000)))
        if known.name != name:
            inner.refuse(
                say("is called %(name)s, and elsewhere %(other)s", name=shown(name), other=shown(known.name))
            )
        return key

    def _station(self, fields: Fields) -> Key | None:
        inner = fields.inner("station")
        number = inner.key("number") if inner else None
        if number is None:
            return None
        self.stations.setdefault(str(number), Venue(f"Station {number}"[:STATION_LENGTH]))
        return str(number)

    def _complete(self, game: Game, fields: Fields, slots: list[Fields]) -> None:
        game.state = "COMPLETED"
        game.winner = _text_key(fields, "winnerId")
        if game.winner is not None and game.winner not in self.entrants:
            fields.refuse(
                say(
                    '"%(name)s" names the %(what)s %(value)s, which the file lacks',
                    name="winnerId",
                    what=say("entrant"),
                    value=shown(game.winner),
                )
            )
            game.winner = None
        scores = [_slot_score(slot) for slot in slots]
        if _DISQUALIFIED in scores or fields.values.get("displayScore") == "DQ":
            game.state = "FORFEIT"
            return
        games = self._games(fields, game)
        if None in scores and games:
            found = series(games)
            scores = (
                list(found[1])
                if found and len(games) > 1
                else [int(a > b) for a, b in (games[0], games[0][::-1])]
            )
        if None in scores or (scores == [0, 0] and game.winner is not None):
            self.warnings.append(
                Problem(fields.where, say("is over, but has no score; the winner of the file counts"))
            )
            return
        game.score = (scores[0], scores[1])
        wanted = 2 * max(scores) - 1
        game.best_of = wanted if wanted in BEST_OF and min(scores) < max(scores) else 1
        is_whole = len(games) == sum(scores) and game.best_of > 1
        game.games = games if is_whole else []

    def _games(self, fields: Fields, game: Game) -> list[tuple[int, int]]:
        """The games by their scores, or where there are none as 1-0 for whoever won."""
        pairs = []
        for entry in sorted(
            fields.entries("games", say("game")), key=lambda e: e.whole("orderNum", 0, 99, 0)
        ):
            winner = _text_key(entry, "winnerId")
            scores = [entry.whole(f"entrant{slot}Score", 0, 1_000_000) for slot in (1, 2)]
            if None in scores or (
                winner is not None and (scores[0] > scores[1]) != (winner == game.sides[0])
            ):
                scores = [int(side is not None and side == winner) for side in game.sides]
            pairs.append((scores[0], scores[1]))
        return pairs


def _text_key(fields: Fields, name: str) -> str | None:
    """Ids are numbers in one place of an answer and texts in another."""
    key = fields.key(name)
    return None if key is None else str(key)


def _prereq(slot: Fields) -> Prereq | None:
    if slot.values.get("prereqType") != "set":
        return None
    key = _text_key(slot, "prereqId")
    return None if key is None else Prereq(key, slot.whole("prereqPlacement", 1, 2, 1) == 1)


def _slot_score(slot: Fields) -> int | None:
    """The games won of a side; None where the answer does not say."""
    values: Any = slot.values
    for step in ("standing", "stats", "score", "value"):
        values = values.get(step) if isinstance(values, dict) else None
    if type(values) in (int, float) and -1 <= values <= 1_000_000:
        return int(values)
    return None
