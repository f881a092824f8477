"""A whole tournament as one document, to be kept, handed on or imported again: nothing in it is secret."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.domain.lobby import public_part
from app.domain.permissions import Actor
from app.domain.tournament_settings import SETTINGS
from app.extensions import db
from app.models import (
    Bracket,
    BracketEntrant,
    Match,
    MatchResult,
    Participant,
    ScheduleBreak,
    Tournament,
    User,
)
from app.services import access
from app.services.match_changes import iso

from .brackets import bracket_document
from .listing import Listing
from .places import list_stations
from .tournaments import list_participants

VERSION = 2
_TIMES = (
    "scheduled_time",
    "original_time",
    "check_in_deadline",
    "no_show_flagged_at",
    "started_at",
    "completed_at",
)


def tournament_export(actor: Actor, id_or_slug: int | str) -> dict:
    """The tournament with its settings, entrants, stations, breaks, brackets with their tables, and matches.

    Rows are in the order of their ids, by which they name each other. Of a match it has neither the secret
    part of the lobby nor evidence, notes and disputes. Raises NotFound.
    """
    tournament = access.get_tournament(actor, id_or_slug).tournament
    brackets = _all(Bracket, tournament, ~Bracket.is_deleted)
    matches = _all(Match, tournament, ~Match.is_deleted)
    known = {bracket.id for bracket in brackets}
    return {
        "format": "matchdesk",
        "version": VERSION,
        "tournament": {field: getattr(tournament, field) for field in SETTINGS},
        "participants": _rows(
            list_participants(actor, tournament.id), "name", "seed", "members", "withdrawn_at"
        ),
        "stations": _rows(list_stations(actor, tournament.id), "name", "stream_url", "time_zone", "hours"),
        "breaks": [
            {
                "name": row.name,
                "starts_at": iso(row.starts_at),
                "ends_at": iso(row.ends_at),
                "station": row.station_id,
            }
            for row in _all(ScheduleBreak, tournament)
        ],
        "brackets": [_bracket(actor, row) for row in brackets],
        "matches": _matches([row for row in matches if row.bracket_id is None or row.bracket_id in known]),
    }


def _all(model: type, tournament: Tournament, *conditions) -> list:
    statement = select(model).where(model.tournament_id == tournament.id, *conditions)
    return list(db.session.scalars(statement.order_by(model.id)))


def _rows(listing: Listing, *names: str) -> list[dict]:
    rows = sorted(listing.rows(), key=lambda row: row["id"])
    return [{name: row[name] for name in ("id", *names)} for row in rows]


def _bracket(actor: Actor, bracket: Bracket) -> dict:
    entrants = db.session.execute(
        select(BracketEntrant.participant_id, BracketEntrant.seed, BracketEntrant.group_name)
        .where(BracketEntrant.bracket_id == bracket.id)
        .order_by(BracketEntrant.seed)
    )
    return {
        "id": bracket.id,
        "name": bracket.name,
        "format": bracket.format,
        "options": bracket.options,
        "is_open": bracket.is_open,
        "status": bracket.status,
        "champion_id": bracket.champion_id,
        "entrants": [{"participant": who, "seed": seed, "group": group} for who, seed, group in entrants],
        "groups": bracket_document(actor, bracket.tournament_id, bracket.id)["groups"],
    }


def _matches(matches: list[Match]) -> list[dict]:
    ids = {match.id for match in matches}
    versions = _versions(ids)
    coordinators = _names(User, User.username, {match.coordinator_id for match in matches})
    sides = {side for match in matches for side in (match.participant1_id, match.participant2_id)}
    names = _names(Participant, Participant.name, sides)
    return [_match(match, ids, names, coordinators, versions.get(match.id, [])) for match in matches]


def _names(model: type, column, ids: set[int | None]) -> dict[int | None, str]:
    found = db.session.execute(select(model.id, column).where(model.id.in_(ids - {None})))
    return {None: "", **dict(found.tuples().all())}


def _match(
    match: Match,
    ids: set[int],
    names: Mapping[int | None, str],
    coordinators: Mapping[int | None, str],
    versions: Iterable[dict],
) -> dict:
    row = {
        "id": match.id,
        "bracket": match.bracket_id,
        "section": match.section,
        "group": match.group_name,
        "round_number": match.round_number,
        "match_number": match.match_number,
        "state": match.state,
    }
    row |= _sides(match, names)
    for outcome in ("winner", "loser"):
        target = getattr(match, f"{outcome}_to_match_id")
        link = {"match": target, "slot": getattr(match, f"{outcome}_to_slot")}
        row |= {
            f"{outcome}_id": getattr(match, f"{outcome}_id"),
            f"{outcome}_to": link if target in ids else None,
        }
    return {
        **row,
        "best_of": match.best_of,
        "game_scores": match.game_scores,
        "tiebreak": match.tiebreak,
        **{name: iso(getattr(match, name)) for name in _TIMES},
        "station": match.station_id,
        "stream_url": match.stream_url,
        "coordinator": coordinators[match.coordinator_id],
        "lobby": public_part(match.lobby),
        "results": list(versions),
    }


def _sides(match: Match, names: Mapping[int | None, str]) -> dict:
    columns = {}
    for slot in (1, 2):
        participant_id = getattr(match, f"participant{slot}_id")
        columns |= {
            f"participant{slot}_id": participant_id,
            f"participant{slot}_name": names[participant_id],
            f"participant{slot}_score": getattr(match, f"participant{slot}_score"),
            f"participant{slot}_checked_in": getattr(match, f"participant{slot}_checked_in"),
            f"slot{slot}_label": getattr(match, f"slot{slot}_label"),
            f"slot{slot}_bye": getattr(match, f"slot{slot}_bye"),
            f"slot{slot}_source": getattr(match, f"slot{slot}_source"),
        }
    return columns


def _versions(match_ids: set[int]) -> dict[int, list[dict]]:
    """The versions of each match's result, without notes, evidence, and what was said against one."""
    found: dict[int, list[dict]] = {}
    rows = db.session.scalars(
        select(MatchResult)
        .where(MatchResult.match_id.in_(match_ids), MatchResult.status != "counter")
        .order_by(MatchResult.match_id, MatchResult.n)
    )
    for row in rows:
        version = {
            "status": row.status,
            "participant1_score": row.participant1_score,
            "participant2_score": row.participant2_score,
            "game_scores": row.game_scores,
            "tiebreak": row.tiebreak,
            "winner_id": row.winner_id,
            "submitted_by": row.submitted_by_id,
            "submitted_at": iso(row.submitted_at),
            "confirmed_at": iso(row.confirmed_at),
        }
        found.setdefault(row.match_id, []).append(version)
    return found
