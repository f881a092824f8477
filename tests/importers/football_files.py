"""Football files for tests: the real one, and small ones made to measure."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from app.importers.openfootball import read

WORLD_CUP = Path(__file__).parents[2] / "app" / "importers" / "data" / "worldcup-2026.json"


def world_cup() -> dict:
    """The real file as a document of its own, to be changed at will."""
    return json.loads(WORLD_CUP.read_text(encoding="utf-8"))


def entry(team1="Ajax", team2="Bari", **fields):
    """A group match; a field given as `...` is left out."""
    values = {
        "round": "Matchday 1",
        "date": "2026-06-11",
        "time": "13:00 UTC-6",
        "team1": team1,
        "team2": team2,
        "group": "Group A",
        "ground": "Mexico City",
        **fields,
    }
    return {key: value for key, value in values.items() if value is not ...}


def knockout(round_, team1, team2, ft=None, **fields):
    """A knockout match, with its full time score if it was played."""
    score = {"score": {"ft": ft}} if ft else {}
    return entry(team1, team2, round=round_, group=..., **score, **fields)


def four_team_cup():
    """Semi-finals, third place and final, all played."""
    return [
        knockout("Semi-final", "Ajax", "Bari", [2, 0]),
        knockout("Semi-final", "Como", "Derby", [0, 1]),
        knockout("Match for third place", "Bari", "Como", [1, 3]),
        knockout("Final", "Ajax", "Derby", [0, 4]),
    ]


def as_bytes(*matches, name="Small Cup"):
    """The bytes of a file with these matches."""
    return json.dumps({"name": name, "matches": list(matches)}, ensure_ascii=False).encode()


def read_matches(*matches, zone="UTC", name="Small Cup"):
    """What the reader makes of these matches."""
    return read(as_bytes(*matches, name=name), ZoneInfo(zone))


def problems_of(*matches, zone="UTC"):
    """The problems of these matches as sentences; fails where the reader found none."""
    reading = read_matches(*matches, zone=zone)
    assert reading.problems
    assert reading.tournament is None
    return [str(problem) for problem in reading.problems]


# What stood in the World Cup's file before the teams of the round of 16 and later were known.
STAND_INS = {
    89: ("W74", "W77"),
    90: ("W73", "W75"),
    91: ("W76", "W78"),
    92: ("W79", "W80"),
    93: ("W83", "W84"),
    94: ("W81", "W82"),
    95: ("W86", "W88"),
    96: ("W85", "W87"),
    97: ("W89", "W90"),
    98: ("W93", "W94"),
    99: ("W91", "W92"),
    100: ("W95", "W96"),
    101: ("W97", "W98"),
    102: ("W99", "W100"),
    103: ("L101", "L102"),
    104: ("W101", "W102"),
}
