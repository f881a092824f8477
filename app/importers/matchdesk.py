"""Reads a tournament that Matchdesk itself exported (services/queries/export.py). Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app.domain.errors import InvalidInput
from app.domain.links import URL_LENGTH, http_url
from app.domain.lobby import merge, public_part
from app.domain.results import MAX_SCORE
from app.domain.schedule.hours import check_break, station_hours
from app.domain.schedule.plan import Interval
from app.domain.states import MatchState
from app.domain.tournament_settings import BEST_OF, SETTINGS, clean, time_zones
from app.domain.words import say, say_all
from app.importers.checks import checked
from app.importers.fields import Fields, why_no_text
from app.importers.json_text import UnreadableText, load_json, shown
from app.importers.neutral import GROUP_LENGTH, NAME_LENGTH, STATION_LENGTH, TOURNAMENT_NAME_LENGTH, Problem
from app.importers.snapshot import (
    Entrant,
    Game,
    Key,
    Link,
    Pause,
    Place,
    Snapping,
    Snapshot,
    Stage,
    Venue,
    Version,
)
from app.models.match import RESULT_STATUSES, SECTIONS
from app.models.tournament import BRACKET_FORMATS, BRACKET_STATUSES

VERSION = 2
LABEL_LENGTH = 80
BREAK_NAME_LENGTH = 80
ZONE_LENGTH = 64
USER_NAME_LENGTH = 50
MAX_NUMBER = 1_000_000
_TIMES = (
    "scheduled_time",
    "original_time",
    "check_in_deadline",
    "no_show_flagged_at",
    "started_at",
    "completed_at",
)


Accepted = TypeVar("Accepted")


def read(data: bytes, zone: ZoneInfo) -> Snapping:
    """The tournament in the file; its times have their offsets, so that the zone does not count."""
    try:
        document = load_json(data)
    except UnreadableText as error:
        return Snapping(problems=[Problem("", error.why)])
    if not isinstance(document, dict) or document.get("format") != "matchdesk":
        why = say('The file is no export of Matchdesk: it lacks "format": "matchdesk".')
        return Snapping(problems=[Problem("", why)])
    if document.get("version") != VERSION:
        why = say(
            "The file has the version %(version)s of the format; read is %(known)s.",
            version=shown(document.get("version")),
            known=VERSION,
        )
        return Snapping(problems=[Problem("", why)])
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: dict):
        self.problems: list[Problem] = []
        self.file = Fields("", document, self.problems)
        self.snapshot = Snapshot({}, is_whole=True)
        self.entrants: dict[Key, Entrant] = {}
        self.stages: dict[Key, Stage] = {}
        self.games: dict[Key, Game] = {}

    def read(self) -> Snapping:
        """Read all rows, each before those that name it."""
        self._settings()
        for fields in self.file.entries("participants", say("participant")):
            self._keep(self.entrants, fields, self._entrant)
        for fields in self.file.entries("stations", say("station")):
            self._keep(self.snapshot.stations, fields, self._venue)
        self.snapshot.pauses = [self._pause(fields) for fields in self.file.entries("breaks", say("break"))]
        for fields in self.file.entries("brackets", say("bracket")):
            self._keep(self.stages, fields, self._stage)
        rows = list(self.file.entries("matches", say("match")))
        for fields in rows:
            self._keep(self.games, fields, self._game)
        for fields in rows:
            if (game := _row(self.games, fields)) is not None:
                game.winner_to = self._link(fields, "winner_to")
                game.loser_to = self._link(fields, "loser_to")
        self._sources()
        self.snapshot.entrants = list(self.entrants.values())
        self.snapshot.stages = list(self.stages.values())
        self.snapshot.games = list(self.games.values())
        return checked(self.snapshot, self.problems, [])

    def _settings(self) -> None:
        settings = self.file.values.get("tournament")
        if not isinstance(settings, dict):
            self.problems.append(Problem("", say('The file has no "tournament".')))
            return
        settings = {name: value for name, value in settings.items() if name in SETTINGS}
        try:
            self.snapshot.settings = clean({"name": None, **settings})
        except InvalidInput as error:
            self.problems += [
                Problem(say("tournament"), say('"%(name)s": %(why)s', name=name, why=reason))
                for name, reasons in error.errors.items()
                for reason in reasons
            ]

    def _keep(self, rows: dict, fields: Fields, read) -> None:
        """Put what was read under its id, which no other row of the list has."""
        key = fields.key("id")
        if key is None:
            fields.refuse(say('has no "id"'))
        elif key in rows:
            fields.refuse(say('has the "id" %(value)s of another', value=shown(key)))
        else:
            rows[key] = read(fields, key)

    def _entrant(self, fields: Fields, key: Key) -> Entrant:
        members = fields.values.get("members") or []
        if not isinstance(members, list) or any(why_no_text(name, USER_NAME_LENGTH) for name in members):
            fields.refuse(say('"members" is no list of user names'))
            members = []
        return Entrant(
            key,
            fields.text("name", NAME_LENGTH, None),
            fields.whole("seed", 1, 100_000),
            members,
            fields.moment("withdrawn_at"),
        )

    def _venue(self, fields: Fields, key: Key) -> Venue:
        zone = fields.text("time_zone", ZONE_LENGTH) or None
        if zone is not None and zone not in time_zones():
            fields.refuse(say('"time_zone" is %(value)s, which is no time zone', value=shown(zone)))
        hours = [_interval(entry) for entry in fields.entries("hours", say("opening"))]
        return Venue(
            fields.text("name", STATION_LENGTH, None),
            _stream(fields),
            zone,
            _accepted(fields, lambda: station_hours(filter(None, hours))) or (),
        )

    def _pause(self, fields: Fields) -> Pause:
        interval = _interval(fields)
        if interval is not None:
            _accepted(fields, lambda: check_break(interval))
        name = fields.text("name", BREAK_NAME_LENGTH, None)
        return Pause(name, interval, fields.key("station", self.snapshot.stations, say("station")))

    def _stage(self, fields: Fields, key: Key) -> Stage:
        options = fields.values.get("options")
        if not isinstance(options, dict):
            fields.refuse(say('"options" is no object'))
            options = {}
        stage = Stage(
            key,
            fields.text("name", TOURNAMENT_NAME_LENGTH, None),
            fields.choice("format", BRACKET_FORMATS, BRACKET_FORMATS[0]),
            fields.where,
            options,
            is_open=fields.flag("is_open"),
            status=fields.choice("status", BRACKET_STATUSES, "ready"),
            champion=fields.key("champion_id", self.entrants, say("participant")),
        )
        taken: set[tuple[str, Key]] = set()
        for entry in fields.entries("entrants", say("entrant")):
            who = entry.key("participant", self.entrants, say("participant"))
            seed = entry.whole("seed", 1, 100_000)
            if who is None or seed is None:
                entry.refuse(say('needs "participant" and "seed"'))
            elif taken & {("who", who), ("seed", seed)}:
                entry.refuse(say("has the participant or the seed of another entrant"))
            else:
                taken |= {("who", who), ("seed", seed)}
                stage.places.append(Place(who, seed, entry.text("group", GROUP_LENGTH)))
        return stage

    def _game(self, fields: Fields, key: Key) -> Game:
        sides = [fields.key(f"participant{slot}_id", self.entrants, say("participant")) for slot in (1, 2)]
        best_of = fields.whole("best_of", 1, 7, 1)
        if best_of not in BEST_OF:
            fields.refuse(say('"best_of" is %(value)s, neither 1, 3, 5 nor 7', value=best_of))
        return Game(
            key,
            fields.where,
            bracket=fields.key("bracket", self.stages, say("bracket")),
            section=fields.choice("section", SECTIONS, "upper"),
            group=fields.text("group", GROUP_LENGTH),
            round_number=fields.whole("round_number", 1, MAX_NUMBER, 1),
            match_number=fields.whole("match_number", 1, MAX_NUMBER, 1),
            state=fields.choice("state", MatchState, "SCHEDULED"),
            sides=sides,
            labels=[fields.text(f"slot{slot}_label", LABEL_LENGTH) for slot in (1, 2)],
            byes=[fields.flag(f"slot{slot}_bye") for slot in (1, 2)],
            checked_in=[fields.flag(f"participant{slot}_checked_in") for slot in (1, 2)],
            best_of=best_of,
            score=_pair(fields),
            games=_pairs(fields),
            tiebreak=_pair(fields.inner("tiebreak")),
            winner=fields.key("winner_id", self.entrants, say("participant")),
            loser=fields.key("loser_id", self.entrants, say("participant")),
            **{name: fields.moment(name) for name in _TIMES},
            station=fields.key("station", self.snapshot.stations, say("station")),
            stream_url=_stream(fields),
            coordinator=fields.text("coordinator", USER_NAME_LENGTH),
            lobby=_lobby(fields),
            versions=[self._version(entry) for entry in fields.entries("results", say("result"))],
            walks_over=fields.values.get("winner_id") is not None,
        )

    def _version(self, fields: Fields) -> Version:
        score = _pair(fields)
        if score is None:
            fields.refuse(say("has no score"))
        return Version(
            score or (0, 0),
            fields.choice("status", RESULT_STATUSES, "final"),
            _pairs(fields),
            _pair(fields.inner("tiebreak")),
            fields.key("winner_id", self.entrants, say("participant")),
            fields.key("submitted_by", self.entrants, say("participant")),
            fields.moment("submitted_at"),
            fields.moment("confirmed_at"),
        )

    def _link(self, fields: Fields, name: str) -> Link | None:
        inner = fields.inner(name)
        if inner is None:
            return None
        key, slot = inner.key("match", self.games, say("match")), inner.whole("slot", 1, 2)
        if key is None or slot is None:
            inner.refuse(say('needs "match" and "slot"'))
            return None
        return Link(key, slot)

    def _sources(self) -> None:
        """The places of tables that fill slots, once all brackets are known."""
        for fields in self.file.entries("matches", say("match")):
            game = _row(self.games, fields)
            for slot in (1, 2) if game else ():
                inner = fields.inner(f"slot{slot}_source")
                if inner is not None:
                    game.sources[slot - 1] = self._source(inner)
        for fields in self.file.entries("brackets", say("bracket")):
            stage = _row(self.stages, fields)
            if stage and "from" in stage.options:
                Fields(fields.where, stage.options, self.problems).key("from", self.stages, say("bracket"))
                if stage.options["from"] is None:
                    fields.refuse(say('its option "from" names no bracket'))

    def _source(self, fields: Fields) -> dict | None:
        source = {
            "bracket": fields.key("bracket", self.stages, say("bracket")),
            "rank": fields.whole("rank", 1, MAX_NUMBER),
            "group": fields.text("group", GROUP_LENGTH),
        }
        if None in source.values():
            fields.refuse(say('needs "bracket" and "rank"'))
            return None
        best = fields.whole("best", 1, MAX_NUMBER)
        return source | ({"best": best} if best else {})


def _row(rows: dict[Key, Any], fields: Fields) -> Any:
    """What was made of the entry; None where it has no id that can be one."""
    key = fields.values.get("id")
    return rows.get(key) if isinstance(key, int | str) else None


def _pair(fields: Fields | None) -> tuple[int, int] | None:
    """The two scores of the object; None where it has none."""
    if fields is None:
        return None
    pair = [fields.whole(f"participant{slot}_score", 0, MAX_SCORE) for slot in (1, 2)]
    if None not in pair:
        return pair[0], pair[1]
    if pair != [None, None]:
        fields.refuse(say("has the score of one side only"))
    return None


def _pairs(fields: Fields) -> list[tuple[int, int]]:
    return [pair for entry in fields.entries("game_scores", say("game")) if (pair := _pair(entry))]


def _stream(fields: Fields) -> str:
    url = fields.text("stream_url", URL_LENGTH)
    return _accepted(fields, lambda: http_url(url, "stream_url")) or ""


def _interval(fields: Fields) -> Interval | None:
    """From "starts_at" to "ends_at"; None, and a problem, where one is missing."""
    start, end = fields.moment("starts_at"), fields.moment("ends_at")
    if start is None or end is None:
        fields.refuse(say('needs "starts_at" and "ends_at"'))
        return None
    return Interval(start, end)


def _accepted(fields: Fields, check: Callable[[], Accepted]) -> Accepted | None:
    """What the rules make of a value; None, and a problem, where they refuse it."""
    try:
        return check()
    except InvalidInput as error:
        for name, why in error.errors.items():
            fields.refuse(say('"%(name)s": %(why)s', name=name, why=say_all(why)))
        return None


def _lobby(fields: Fields) -> dict[str, str]:
    """What everyone may see of a lobby; more of it is in no file."""
    lobby = fields.values.get("lobby") or {}
    try:
        if isinstance(lobby, dict):
            # An identifier, which a lobby must have, stands in none of our files.
            return public_part(merge({"room_code": "-"}, lobby))
        fields.refuse(say('"lobby" is no object'))
    except InvalidInput as error:
        fields.refuse(say('"%(name)s": %(why)s', name="lobby", why=error.detail))
    return {}
