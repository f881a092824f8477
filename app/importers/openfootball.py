"""Reads openfootball JSON (https://github.com/openfootball/football.json) into plain values.

Pure: bytes in, a Reading out. It holds either the whole tournament or every problem of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.words import say
from app.importers.football_groups import read_group_stage
from app.importers.football_knockout import KnockoutReader
from app.importers.football_lines import Line, LineReader, clean, is_placeholder, why_no_text
from app.importers.football_terms import GROUP
from app.importers.json_text import UnreadableText, load_json, shown
from app.importers.neutral import (
    MAX_MATCHES,
    TOURNAMENT_NAME_LENGTH,
    Problem,
    Reading,
    SourceBracket,
    SourceTournament,
)


def read(data: bytes, zone: ZoneInfo) -> Reading:
    """The tournament in an openfootball file; kick-offs without an offset are the zone's."""
    try:
        document = load_json(data)
    except UnreadableText as error:
        return Reading(problems=[Problem("", error.why)])
    name, problems = _read_head(document)
    if problems:
        return Reading(problems=problems)
    reader = LineReader(zone)
    entries = document["matches"]
    lines = [line for line in (reader.read(at, entry) for at, entry in enumerate(entries, 1)) if line]
    problems, warnings = reader.problems, reader.warnings
    problems += _doubles(lines)
    warnings += _without_offset(lines, zone)
    if problems:
        return Reading(problems=problems, warnings=warnings)
    brackets = _read_brackets(lines, problems, warnings)
    if problems:
        return Reading(problems=problems, warnings=warnings)
    tournament = SourceTournament(f"openfootball:{name.casefold()}"[:200], name, zone.key, brackets)
    return Reading(tournament, [], warnings)


def _read_head(document: Any) -> tuple[str, list[Problem]]:
    """The tournament's name, and why the file as a whole is none."""
    if not isinstance(document, dict):
        return "", [Problem("", say('The file is not an object with "name" and "matches".'))]
    problems = []
    name, matches = document.get("name"), document.get("matches")
    if not isinstance(name, str) or not name.strip():
        problems.append(Problem("", say('The file has no "name".')))
    elif why_no_text(name, TOURNAMENT_NAME_LENGTH):
        why = why_no_text(name, TOURNAMENT_NAME_LENGTH)
        problems.append(Problem("", say('The file\'s "name" %(why)s.', why=why)))
    if not isinstance(matches, list):
        problems.append(Problem("", say('The file has no list "matches".')))
    elif not matches:
        problems.append(Problem("", say('The file\'s list "matches" is empty.')))
    elif len(matches) > MAX_MATCHES:
        why = say(
            "The file has %(count)s %(what)s; at most %(most)s can be read.",
            count=len(matches),
            what=say("matches"),
            most=MAX_MATCHES,
        )
        problems.append(Problem("", why))
    return ("" if problems else clean(name)), problems


def _read_brackets(
    lines: list[Line], problems: list[Problem], warnings: list[Problem]
) -> list[SourceBracket]:
    group_lines = [line for line in lines if line.round.kind == GROUP]
    knockout_lines = [line for line in lines if line.round.kind != GROUP]
    brackets = []
    if group_lines:
        brackets.append(read_group_stage(group_lines, problems))
    if knockout_lines:
        group_teams = set(brackets[0].team_names) if brackets else set()
        reader = KnockoutReader(knockout_lines, len(group_lines), problems, warnings)
        brackets.append(reader.read(group_teams, brackets[0].groups if brackets else {}))
    return brackets


def _doubles(lines: Iterable[Line]) -> list[Problem]:
    """Lines that repeat a number or a fixture, and names that differ in their spelling only."""
    problems = []
    numbers: dict[int, Line] = {}
    fixtures: dict[tuple, Line] = {}
    spellings: dict[tuple[str, str], str] = {}
    for line in lines:
        first = numbers.setdefault(line.number, line) if line.number is not None else line
        if first is not line:
            why = say(
                "num %(number)s is taken by match %(position)s of the file",
                number=line.number,
                position=first.position,
            )
            problems.append(Problem(line.where, why))
        fixture = (line.round, line.group, line.teams, line.scheduled_time)
        first = fixtures.setdefault(fixture, line) if not all(map(is_placeholder, line.teams)) else line
        if first is not line:
            why = say("repeats match %(position)s of the file", position=first.position)
            problems.append(Problem(line.where, why))
        teams = [("team", team) for team in line.teams if not is_placeholder(team)]
        for kind, name in (*teams, ("ground", line.station)):
            spelling = spellings.setdefault((kind, name.casefold()), name)
            if spelling != name:
                why = say("spells %(name)s as %(other)s", name=shown(spelling), other=shown(name))
                problems.append(Problem(line.where, why))
    return problems


def _without_offset(lines: Iterable[Line], zone: ZoneInfo) -> list[Problem]:
    positions = [str(line.position) for line in lines if not line.has_offset]
    if not positions:
        return []
    listed = ", ".join(positions[:20]) + (", …" if len(positions) > 20 else "")
    why = say(
        "Without a UTC offset, and so read in %(zone)s, are %(count)s kick-offs: "
        "of the matches %(positions)s of the file.",
        zone=zone.key,
        count=len(positions),
        positions=listed,
    )
    return [Problem("", why)]
