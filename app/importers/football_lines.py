"""One entry of a football file's `matches`: its fields, checked one by one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.words import say
from app.importers.football_score import UnclearScore, read_outcome
from app.importers.football_terms import GROUP, UNDECIDED, Round, read_feeder, read_group_place, read_round
from app.importers.json_text import shown
from app.importers.kick_off import UnclearTime, read_date, read_time, to_utc
from app.importers.neutral import GROUP_LENGTH, NAME_LENGTH, STATION_LENGTH, Outcome, Problem

LARGEST_NUMBER = 9999


@dataclass(slots=True)
class Line:
    """A readable entry; `position` counts from 1 in the file."""

    position: int
    round: Round
    group: str
    teams: tuple[str, str]
    number: int | None
    scheduled_time: datetime | None
    has_offset: bool
    station: str
    outcome: Outcome | None

    @property
    def where(self) -> str:
        """How messages name this entry."""
        return place(self.position, *self.teams)


def place(position: int, team1: Any = None, team2: Any = None) -> str:
    """`Match 7 of the file (Brazil v Japan)`."""
    teams = [shown(team, 40).strip('"') for team in (team1, team2) if team not in (None, "")]
    if not teams:
        return say("Match %(position)s of the file", position=position)
    return say("Match %(position)s of the file (%(teams)s)", position=position, teams=" v ".join(teams))


class LineReader:
    """Reads entries into lines, collecting every problem and warning on its way."""

    def __init__(self, zone: ZoneInfo):
        self.zone = zone
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._where = ""

    def read(self, position: int, entry: Any) -> Line | None:
        """The line of an entry, or None once its problems are noted."""
        self._where = place(position)
        if not isinstance(entry, dict):
            self._refuse(say("is not an object"))
            return None
        self._where = place(position, entry.get("team1"), entry.get("team2"))
        known = len(self.problems)
        round_ = self._round(entry)
        group = self._text(entry, "group", GROUP_LENGTH)
        teams = self._teams(entry, is_group=round_ is not None and round_.kind == GROUP)
        number = self._number(entry)
        scheduled_time, has_offset = self._kick_off(entry)
        station = self._text(entry, "ground", STATION_LENGTH)
        outcome = self._outcome(entry, is_knockout=round_ is not None and round_.kind != GROUP)
        if round_ is not None and round_.kind != GROUP and group:
            names = {"group": shown(group), "round": shown(round_.name)}
            self._refuse(say("has the group %(group)s, but %(round)s is a knockout round", **names))
        if len(self.problems) > known:
            return None
        return Line(position, round_, group, teams, number, scheduled_time, has_offset, station, outcome)

    def _refuse(self, why: str) -> None:
        self.problems.append(Problem(self._where, why))

    def _warn(self, why: str) -> None:
        self.warnings.append(Problem(self._where, why))

    def _text(self, entry: dict[str, Any], key: str, longest: int) -> str:
        value = entry.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._refuse(say("%(key)s is %(value)s, not a text", key=key, value=shown(value)))
            return ""
        why = why_no_text(value, longest)
        if why:
            self._refuse(say("%(key)s %(why)s", key=key, why=why))
            return ""
        return clean(value)

    def _round(self, entry: dict[str, Any]) -> Round | None:
        text = self._text(entry, "round", NAME_LENGTH)
        round_ = read_round(text) if text else None
        if round_ is None and entry.get("group") and text.casefold().startswith(("group", "pool")):
            return Round(GROUP, text)
        if round_ is None and _is_blank(entry.get("round")):
            self._refuse(say("has no round"))
        elif round_ is None and text:
            self._refuse(
                say(
                    "round %(name)s is neither a matchday nor a knockout round that is known here",
                    name=shown(text),
                )
            )
        return round_

    def _teams(self, entry: dict[str, Any], is_group: bool) -> tuple[str, str]:
        teams = tuple(self._text(entry, key, NAME_LENGTH) for key in ("team1", "team2"))
        for key, team in zip(("team1", "team2"), teams, strict=True):
            if not team and _is_blank(entry.get(key)):
                self._refuse(say("has no %(key)s", key=key))
            elif is_group and team and is_placeholder(team):
                self._refuse(
                    say(
                        "%(key)s is %(team)s, which stands for a team; a group needs its teams by name",
                        key=key,
                        team=shown(team),
                    )
                )
        if teams[0] and teams[0].casefold() == teams[1].casefold() and not is_undecided(teams[0]):
            self._refuse(say("%(name)s plays against itself", name=shown(teams[0])))
        return teams

    def _number(self, entry: dict[str, Any]) -> int | None:
        value = entry.get("num")
        if value is None:
            return None
        if type(value) is not int or not 0 < value <= LARGEST_NUMBER:
            self._refuse(
                say(
                    "num is %(value)s, not a whole number from 1 to %(most)s",
                    value=shown(value),
                    most=LARGEST_NUMBER,
                )
            )
            return None
        return value

    def _kick_off(self, entry: dict[str, Any]) -> tuple[datetime | None, bool]:
        """The kick-off in UTC, or None; and whether the file gave its offset."""
        day_text, clock_text = (self._text(entry, key, 40) for key in ("date", "time"))
        if _is_blank(entry.get("date")) and _is_blank(entry.get("time")):
            self._warn(say("has no date and no time: left without a kick-off"))
            return None, True
        if not day_text or not clock_text:
            if _is_blank(entry.get("date")):
                self._refuse(say("has a time, but no date"))
            elif _is_blank(entry.get("time")):
                self._check(lambda: read_date(day_text), "date", day_text)
                self._warn(say("has a date, but no time: left without a kick-off"))
            return None, True
        day = self._check(lambda: read_date(day_text), "date", day_text)
        clock = self._check(lambda: read_time(clock_text), "time", clock_text)
        if day is None or clock is None:
            return None, True
        moment = self._check(lambda: to_utc(day, *clock, self.zone), "kick-off", f"{day_text} {clock_text}")
        return moment, clock[1] is not None

    def _check(self, read: Any, key: str, text: str) -> Any:
        if not text:
            return None
        try:
            return read()
        except UnclearTime as error:
            self._refuse(say("%(key)s %(value)s %(why)s", key=key, value=shown(text), why=error.why))
            return None

    def _outcome(self, entry: dict[str, Any], is_knockout: bool) -> Outcome | None:
        try:
            return read_outcome(entry.get("score"), is_knockout, self._warn)
        except UnclearScore as error:
            self._refuse(error.why)
            return None


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def clean(text: str) -> str:
    """The text in one Unicode form and without stray blanks, so that equal names are equal."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def why_no_text(text: str, longest: int) -> str:
    """Why the text cannot be kept, or "" where it can."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in "".join(text.split())):
        return say("holds control characters or what is no text")
    if len(clean(text)) > longest:
        return say("is longer than %(most)s characters", most=longest)
    return ""


def is_undecided(text: str) -> bool:
    """True for `TBD` and its like, which name neither a team nor a match."""
    return text.casefold() in UNDECIDED


def is_placeholder(text: str) -> bool:
    """True where a text stands for a team that is not known yet."""
    return bool(read_feeder(text) or read_group_place(text)) or is_undecided(text)
