"""Tournaments, their staff, stations and links, as documents of plain values."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, Select, select

from app.domain.errors import NotFound
from app.domain.permissions import Actor, Permission
from app.domain.tournament_settings import SETTINGS
from app.extensions import db
from app.models import (
    Participant,
    ParticipantInvite,
    ParticipantMember,
    SignInLink,
    Tournament,
    TournamentStaff,
    User,
)
from app.services import access
from app.services.match_changes import iso
from app.services.tournaments.links import hash_of

from .listing import Listing


def list_tournaments(actor: Actor) -> Listing:
    """The tournaments that the actor may see, by id."""
    statement = _tournaments().where(access.listed_tournaments(actor)).order_by(Tournament.id)
    return Listing(statement, lambda rows: [_tournament(row) for row in rows])


def tournament_document(actor: Actor, tournament_id: int) -> dict:
    """The tournament with its settings; raises NotFound where the actor may not see it."""
    access.get_tournament(actor, tournament_id)
    return _tournament(
        db.session.execute(_tournaments().where(Tournament.id == tournament_id)).mappings().one()
    )


def _tournaments() -> Select:
    settings = [getattr(Tournament, field) for field in SETTINGS]
    return select(
        Tournament.id,
        *settings,
        Tournament.organizer_id,
        User.username.label("organizer_name"),
        Tournament.version,
        Tournament.created_at,
        Tournament.updated_at,
    ).join(User, User.id == Tournament.organizer_id)


def _tournament(row: RowMapping) -> dict:
    return {**row, "created_at": iso(row["created_at"]), "updated_at": iso(row["updated_at"])}


def list_staff(actor: Actor, tournament_id: int) -> Listing:
    """Who helps to run the tournament, by id; for those who run it."""
    access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    statement = _staff().where(TournamentStaff.tournament_id == tournament_id).order_by(TournamentStaff.id)
    return Listing(statement, _with_created_at)


def staff_document(actor: Actor, tournament_id: int, staff_id: int) -> dict:
    """One entry of the staff list; raises NotFound."""
    access.get_tournament(actor, tournament_id, Permission.DESK_VIEW)
    return _one(
        _staff().where(TournamentStaff.id == staff_id, TournamentStaff.tournament_id == tournament_id)
    )


def _staff() -> Select:
    return select(
        TournamentStaff.id,
        TournamentStaff.tournament_id.label("tournament"),
        TournamentStaff.user_id,
        User.username,
        TournamentStaff.role,
        TournamentStaff.created_at,
    ).join(User, User.id == TournamentStaff.user_id)


def list_participants(actor: Actor, tournament_id: int) -> Listing:
    """The entrants of the tournament by seed, those without one last, with their members' usernames."""
    access.get_tournament(actor, tournament_id)
    statement = _participants().where(Participant.tournament_id == tournament_id)
    return Listing(statement.order_by(*BY_SEED), _with_members)


BY_SEED = (Participant.seed.is_(None), Participant.seed, Participant.id)


def participant_document(actor: Actor, tournament_id: int, participant_id: int) -> dict:
    """One entrant; raises NotFound."""
    return participant_documents(actor, tournament_id, [participant_id])[0]


def participant_documents(actor: Actor, tournament_id: int, participant_ids: Sequence[int]) -> list[dict]:
    """These entrants, in this order; raises NotFound where the tournament lacks one of them."""
    access.get_tournament(actor, tournament_id)
    found = db.session.execute(
        _participants().where(Participant.id.in_(participant_ids), Participant.tournament_id == tournament_id)
    )
    documents = {document["id"]: document for document in _with_members(found.mappings().all())}
    if not documents.keys() >= set(participant_ids):
        raise NotFound
    return [documents[participant_id] for participant_id in participant_ids]


def _participants() -> Select:
    return select(
        Participant.id,
        Participant.tournament_id.label("tournament"),
        Participant.name,
        Participant.seed,
        Participant.withdrawn_at,
        Participant.created_at,
    )


def _with_members(rows: Sequence[RowMapping]) -> list[dict]:
    members: dict[int, list[str]] = {row["id"]: [] for row in rows}
    found = db.session.execute(
        select(ParticipantMember.participant_id, User.username)
        .join(User, User.id == ParticipantMember.user_id)
        .where(ParticipantMember.participant_id.in_(members))
        .order_by(ParticipantMember.id)
    )
    for participant_id, username in found:
        members[participant_id].append(username)
    return [
        {
            **row,
            "members": members[row["id"]],
            "withdrawn_at": iso(row["withdrawn_at"]),
            "created_at": iso(row["created_at"]),
        }
        for row in rows
    ]


def find_invite(token: str) -> dict | None:
    """Into which participant of which tournament the token of an invitation leads; None where nowhere."""
    row = (
        db.session.execute(
            select(
                Participant.id.label("participant_id"),
                Participant.name.label("participant_name"),
                Tournament.id.label("tournament_id"),
                Tournament.name.label("tournament_name"),
                Tournament.slug.label("tournament_slug"),
            )
            .join(ParticipantInvite, ParticipantInvite.participant_id == Participant.id)
            .join(Tournament, Tournament.id == Participant.tournament_id)
            .where(
                ParticipantInvite.token_hash == hash_of(token),
                ParticipantInvite.revoked_at.is_(None),
                ~Tournament.is_deleted,
            )
        )
        .mappings()
        .first()
    )
    return dict(row) if row else None


def list_invited_participants(tournament_id: int) -> set[int]:
    """The ids of the participants that have an invitation link; whoever asks must run the tournament."""
    return set(
        db.session.scalars(
            select(ParticipantInvite.participant_id)
            .join(Participant, Participant.id == ParticipantInvite.participant_id)
            .where(Participant.tournament_id == tournament_id, ParticipantInvite.revoked_at.is_(None))
        )
    )


def find_sign_in_link(token: str, now: datetime) -> dict | None:
    """Whom a one-time link would sign in, and for which tournament; None where it does not work any more."""
    row = (
        db.session.execute(
            select(User.username, Tournament.name.label("tournament_name"), SignInLink.expires_at)
            .select_from(SignInLink)
            .join(User, User.id == SignInLink.user_id)
            .join(Tournament, Tournament.id == SignInLink.tournament_id)
            .where(
                SignInLink.token_hash == hash_of(token),
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > now,
                User.is_active,
                ~Tournament.is_deleted,
            )
        )
        .mappings()
        .first()
    )
    return dict(row) if row else None


def _with_created_at(rows: Sequence[RowMapping]) -> list[dict]:
    return [{**row, "created_at": iso(row["created_at"])} for row in rows]


def _one(statement: Select) -> dict:
    row = db.session.execute(statement).mappings().first()
    if row is None:
        raise NotFound
    return _with_created_at([row])[0]
