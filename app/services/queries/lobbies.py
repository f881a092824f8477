"""Lobbies as they are told: whole, or the public part, and who has seen their secrets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from app.domain.lobby import Reveal, RevealFacts, RevealPolicy, public_part, reveal
from app.domain.permissions import Actor, Permission
from app.domain.states import MatchState
from app.extensions import db
from app.models import LobbyView, Match, ParticipantMember, Tournament, User
from app.services import access
from app.services.match_changes import iso

# What a lobby is told with, beside its own keys, and the lobby.
LOBBY_COLUMNS = ("coordinator_assigned_at", "coordinator_assigned_by_id", "lobby_updated_at", "lobby")
# Of the tournament, what decides whether the sides see it; the rest of that are columns of the match.
REVEAL_COLUMNS = ("lobby_reveal", "lobby_reveal_minutes", "enable_check_in")
_OF_MATCH = (
    "id",
    "state",
    "participant1_id",
    "participant2_id",
    "participant1_checked_in",
    "participant2_checked_in",
    "scheduled_time",
    "coordinator_id",
)


@dataclass(frozen=True)
class Lobby:
    """A lobby at one moment: `whole`, with its secrets, `public`, and whether its sides see the whole."""

    whole: dict
    public: dict
    reveal: Reveal


def lobby_of(row: Mapping, now: datetime) -> Lobby:
    """The lobby out of a row with LOBBY_COLUMNS, REVEAL_COLUMNS and the match's own ones; times are texts."""
    return Lobby(_whole(row), public_part(row["lobby"]), _reveal(row, now))


def list_lobbies(match_ids: Collection[int], now: datetime) -> dict[int, Lobby]:
    """The lobbies of these matches, by match: each to be told as its reader may see it."""
    if not match_ids:
        return {}
    columns = (
        *(getattr(Match, name) for name in (*_OF_MATCH, *LOBBY_COLUMNS)),
        *(getattr(Tournament, name) for name in REVEAL_COLUMNS),
    )
    query = select(*columns).join(Tournament, Tournament.id == Match.tournament_id)
    rows = db.session.execute(query.where(Match.id.in_(match_ids))).mappings()
    times = ("coordinator_assigned_at", "lobby_updated_at", "scheduled_time")
    return {row["id"]: lobby_of({**row, **{name: iso(row[name]) for name in times}}, now) for row in rows}


def list_views(actor: Actor, match_id: int) -> list[dict]:
    """Who plays the match, and since when each of them has seen its lobby as it is; None for not yet.

    For those who see the lobby before the sides do; raises NotFound or NotAllowed.
    """
    return views_of(access.get_match(actor, match_id, Permission.MATCH_LOBBY_EARLY_VIEW).match)


def views_of(match: Match) -> list[dict]:
    """The same of a match whose reader was asked for already."""
    query = (
        select(
            ParticipantMember.participant_id,
            ParticipantMember.user_id,
            User.username,
            LobbyView.seen_at,
        )
        .join(User, User.id == ParticipantMember.user_id)
        .outerjoin(LobbyView, and_(LobbyView.user_id == User.id, LobbyView.match_id == match.id))
        .where(ParticipantMember.participant_id.in_([match.participant1_id, match.participant2_id]))
        .order_by(ParticipantMember.participant_id == match.participant2_id, func.lower(User.username))
    )
    return [{**row, "seen_at": iso(row["seen_at"])} for row in db.session.execute(query).mappings()]


def _whole(row: Mapping) -> dict:
    """The lobby with its secrets, and what Matchdesk keeps beside it."""
    lobby = dict(row["lobby"])
    if row["coordinator_id"] is not None:
        lobby["coordinator_id"] = row["coordinator_id"]
        lobby["coordinator_assigned_at"] = row["coordinator_assigned_at"]
        lobby["coordinator_assigned_by"] = row["coordinator_assigned_by_id"]
    if row["lobby_updated_at"] is not None:
        lobby["updated_at"] = row["lobby_updated_at"]
    return lobby


def _reveal(row: Mapping, now: datetime) -> Reveal:
    time = row["scheduled_time"]
    return reveal(
        RevealFacts(
            policy=RevealPolicy(row["lobby_reveal"]),
            minutes=row["lobby_reveal_minutes"],
            state=MatchState(row["state"]),
            sides_known=None not in (row["participant1_id"], row["participant2_id"]),
            check_in_enabled=row["enable_check_in"],
            both_checked_in=row["participant1_checked_in"] and row["participant2_checked_in"],
            scheduled_time=datetime.fromisoformat(time) if time else None,
        ),
        now,
    )
