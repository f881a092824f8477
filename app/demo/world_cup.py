"""The World Cup 2026 on the last day of its group stage: two matches live, four to start today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.permissions import Actor
from app.importers import openfootball
from app.importers.football_terms import read_group_place, read_side
from app.importers.neutral import Side, SourceMatch, SourceTournament
from app.importers.writer import write
from app.services import matches, scheduling
from app.services.queries.brackets import bracket_document, list_brackets

FILE = Path(openfootball.__file__).parent / "data" / "worldcup-2026.json"
NAME = "World Cup 2026 (demo)"
TIME_ZONE = "America/New_York"
# Half an hour into the last matches of group L; those of groups K and J follow today.
MOMENT = datetime(2026, 6, 27, 21, 30, tzinfo=UTC)
LONGEST_MATCH = timedelta(hours=2)
STREAM = "https://stream.example.com/world-cup/"

# Who meets in the round of 32, by place in the groups: the draw as FIFA published it.
ROUND_OF_32 = {
    73: ("2A", "2B"),
    74: ("1E", "3A/B/C/D/F"),
    75: ("1F", "2C"),
    76: ("1C", "2F"),
    77: ("1I", "3C/D/F/G/H"),
    78: ("2E", "2I"),
    79: ("1A", "3C/E/F/H/I"),
    80: ("1L", "3E/H/I/J/K"),
    81: ("1D", "3B/E/F/I/J"),
    82: ("1G", "3A/E/H/I/J"),
    83: ("2K", "2L"),
    84: ("1H", "2J"),
    85: ("1B", "3E/F/G/I/J"),
    86: ("1J", "2H"),
    87: ("1K", "3D/E/I/J/L"),
    88: ("2D", "2G"),
}


def load(people: Mapping[str, Actor], now: datetime) -> str:
    """Write the tournament as it stands at `now`; returns its slug."""
    organizer = people["organizer"]
    source = as_of(_read(), MOMENT, now - MOMENT)
    written = write(source, actor=organizer, now=now - LONGEST_MATCH)
    groups = min(row["id"] for row in _brackets(organizer, written.tournament_id))
    rows = bracket_document(organizer, written.tournament_id, groups)["matches"]
    kick_offs = {match.match_number: match.scheduled_time for match in source.brackets[0].matches}
    under_way = [row for row in rows if row["state"] == "READY" and kick_offs[row["match_number"]] <= now]
    for place, row in enumerate(under_way, 1):
        kick_off = kick_offs[row["match_number"]]
        common = {"actor": organizer, "match_id": row["id"]}
        before = kick_off - timedelta(minutes=20)
        scheduling.update_match(changes={"stream_url": f"{STREAM}{place}"}, now=before, **common)
        matches.start(now=kick_off, **common)
    following = next(row for row in rows if row["state"] == "READY" and row not in under_way)
    matches.assign_coordinator(
        actor=organizer,
        match_id=following["id"],
        coordinator_id=people["coordinator"].user_id,
        now=now - timedelta(minutes=10),
    )
    return written.slug


def as_of(source: SourceTournament, moment: datetime, shift: timedelta) -> SourceTournament:
    """The tournament as it stood at the moment of the file's own time, all its times moved by `shift`."""
    groups, knockout = source.brackets
    undecided = {match.group for match in groups.matches if _is_over(match, moment) is False}
    group_matches = [_shifted(match, moment, shift) for match in groups.matches]
    knockout_matches = [
        replace(_shifted(match, moment, shift), sides=_sides(match, undecided), outcome=None)
        for match in knockout.matches
    ]
    return replace(
        source,
        key="demo:world-cup-2026",
        name=NAME,
        time_zone=TIME_ZONE,
        brackets=[replace(groups, matches=group_matches), replace(knockout, matches=knockout_matches)],
    )


def _shifted(match: SourceMatch, moment: datetime, shift: timedelta) -> SourceMatch:
    outcome = match.outcome if _is_over(match, moment) else None
    return replace(match, scheduled_time=match.scheduled_time + shift, outcome=outcome)


def _is_over(match: SourceMatch, moment: datetime) -> bool:
    return match.scheduled_time + LONGEST_MATCH <= moment


def _sides(match: SourceMatch, undecided: set[str]) -> tuple[Side, Side]:
    """Who is known to play: in the first round those of decided groups, later nobody yet."""
    places = ROUND_OF_32.get(match.number_in_file)
    if places is None:
        return Side(), Side()
    return tuple(_side(side, place, undecided) for side, place in zip(match.sides, places, strict=True))


def _side(side: Side, place: str, undecided: set[str]) -> Side:
    rank, letters = read_group_place(place)
    # Which thirds go on, and where, is settled only when all groups are.
    waits = bool(undecided) if rank == "3" else f"Group {letters[0]}" in undecided
    return read_side(place, {letter: f"Group {letter}" for letter in letters}) if waits else side


def _read() -> SourceTournament:
    return openfootball.read(FILE.read_bytes(), ZoneInfo("UTC")).tournament


def _brackets(actor: Actor, tournament_id: int) -> list[dict]:
    return list_brackets(actor, tournament_id).rows()
