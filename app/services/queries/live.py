"""What the sockets read: how far a tournament's events have come, the events, and who may see them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, or_, select

from app.domain.permissions import Subject
from app.extensions import db
from app.models import (
    Dispute,
    Event,
    Match,
    Participant,
    ParticipantMember,
    RefreshToken,
    Tournament,
    TournamentStaff,
    User,
)
from app.services.prepared import Prepared


@dataclass(frozen=True)
class StoredEvent:
    """An event as it was written beside its change."""

    tournament_id: int
    seq: int
    type: str
    match_id: int | None
    is_private: bool
    payload: dict


@dataclass(frozen=True)
class Place:
    """What somebody listens to: a tournament, or one match of it; `seq` is its last event so far."""

    tournament_id: int
    match_id: int | None
    is_public: bool
    seq: int
    board_key_hash: str | None
    status: str


@dataclass(frozen=True)
class SignIn:
    """What the database now says of a user who signed in some time ago."""

    user_id: int
    username: str
    is_active: bool
    is_admin: bool
    session_epoch: int


_PLACE = (
    Tournament.id.label("tournament_id"),
    Tournament.is_public,
    Tournament.event_seq.label("seq"),
    Tournament.board_key_hash,
    Tournament.status,
)
_LAST = 2**31 - 1
_EVENT = (Event.tournament_id, Event.seq, Event.type, Event.match_id, Event.is_private, Event.payload)
_NUMBERS = {
    name: bindparam(name, type_=Integer) for name in ("tournament_id", "match_id", "after", "up_to", "limit")
}
_TOURNAMENT_PLACE = Prepared(
    select(*_PLACE).where(Tournament.id == _NUMBERS["tournament_id"], ~Tournament.is_deleted)
)
_MATCH_PLACE = Prepared(
    select(*_PLACE)
    .join(Match, Match.tournament_id == Tournament.id)
    .where(Match.id == _NUMBERS["match_id"], ~Match.is_deleted, ~Tournament.is_deleted)
)
_EVENTS = Prepared(
    select(*_EVENT)
    .where(
        Event.tournament_id == _NUMBERS["tournament_id"],
        Event.seq > _NUMBERS["after"],
        Event.seq <= _NUMBERS["up_to"],
    )
    .order_by(Event.seq)
    .limit(_NUMBERS["limit"])
)


def find_tournament_place(tournament_id: int) -> Place | None:
    """The tournament as something to listen to; None where there is none."""
    row = _TOURNAMENT_PLACE.first({"tournament_id": tournament_id})
    return row and Place(match_id=None, **row)


def find_match_place(match_id: int) -> Place | None:
    """The match as something to listen to; None where there is none."""
    row = _MATCH_PLACE.first({"match_id": match_id})
    return row and Place(match_id=match_id, **row)


def last_seqs(tournament_ids: Collection[int] | None = None) -> dict[int, int]:
    """The seq of the last event by tournament, of these tournaments or of all."""
    query = select(Tournament.id, Tournament.event_seq).where(Tournament.event_seq > 0)
    if tournament_ids is not None:
        query = query.where(Tournament.id.in_(tournament_ids))
    return {row.id: row.event_seq for row in db.session.execute(query)}


def list_events(tournament_id: int, after: int, limit: int, up_to: int | None = None) -> list[StoredEvent]:
    """At most `limit` events that follow the seq `after` (and reach to `up_to`), in order."""
    wanted = {"tournament_id": tournament_id, "after": after, "up_to": up_to or _LAST, "limit": limit}
    return [StoredEvent(**row) for row in _EVENTS.documents(wanted)]


def has_event(tournament_id: int, seq: int) -> bool:
    """True where that event is still kept."""
    query = select(Event.id).where(Event.tournament_id == tournament_id, Event.seq == seq)
    return db.session.scalar(query) is not None


def list_recent_events(
    tournament_ids: Collection[int] | None, since: datetime, limit: int
) -> list[StoredEvent]:
    """The events since then of these tournaments, or of all public ones, in order."""
    query = select(*_EVENT).join(Tournament, Tournament.id == Event.tournament_id)
    query = query.where(Event.created_at >= since, ~Tournament.is_deleted)
    if tournament_ids is None:
        query = query.where(Tournament.is_public)
    else:
        query = query.where(Event.tournament_id.in_(tournament_ids))
    query = query.order_by(Event.created_at, Event.tournament_id, Event.seq).limit(limit)
    return [StoredEvent(*row) for row in db.session.execute(query)]


def list_entered_tournaments(user_id: int) -> list[int]:
    """The tournaments in which the user plays for a participant, or coordinates a match."""
    plays = (
        select(Participant.tournament_id)
        .join(ParticipantMember, ParticipantMember.participant_id == Participant.id)
        .where(ParticipantMember.user_id == user_id)
    )
    coordinates = select(Match.tournament_id).where(Match.coordinator_id == user_id, ~Match.is_deleted)
    query = select(Tournament.id).where(
        or_(Tournament.id.in_(plays), Tournament.id.in_(coordinates)), ~Tournament.is_deleted
    )
    return list(db.session.scalars(query.order_by(Tournament.id)))


def list_sign_ins(user_ids: Collection[int]) -> dict[int, SignIn]:
    """What the database now says of these users, by id."""
    columns = (User.id, User.username, User.is_active, User.is_admin, User.session_epoch)
    rows = db.session.execute(select(*columns).where(User.id.in_(user_ids)))
    return {row.id: SignIn(*row) for row in rows}


def list_ended_sign_ins(sign_ins: Collection[str]) -> set[str]:
    """Those of these sign-ins that were ended by a sign-out."""
    if not sign_ins:
        return set()
    query = select(RefreshToken.family).where(
        RefreshToken.family.in_(sign_ins), RefreshToken.revoked_at.is_not(None)
    )
    return set(db.session.scalars(query))


def get_subjects(tournament_id: int, match_ids: Iterable[int]) -> dict[int | None, Subject]:
    """Who is what to the tournament (under None) and to each of these matches, whoever asks.

    Empty where the tournament is gone.
    """
    tournament = db.session.execute(
        select(Tournament.organizer_id, Tournament.is_public, Tournament.coordinators_run_matches).where(
            Tournament.id == tournament_id, ~Tournament.is_deleted
        )
    ).first()
    if tournament is None:
        return {}
    staff = db.session.scalars(
        select(TournamentStaff.user_id).where(TournamentStaff.tournament_id == tournament_id)
    )
    coordinators = db.session.scalars(
        select(Match.coordinator_id)
        .where(Match.tournament_id == tournament_id, Match.coordinator_id.is_not(None), ~Match.is_deleted)
        .distinct()
    )
    members = _members_by_participant(tournament_id)
    everyone = {
        "is_public": tournament.is_public,
        "organizer_ids": frozenset({tournament.organizer_id, *staff}),
        "coordinator_ids": frozenset(coordinators),
        "member_ids": frozenset().union(*members.values()),
        "coordinators_run_matches": tournament.coordinators_run_matches,
    }
    subjects: dict[int | None, Subject] = {None: Subject(**everyone)}
    for match in _sides_and_coordinators(match_ids):
        subjects[match.id] = Subject(
            **everyone,
            match_coordinator_id=match.coordinator_id,
            match_member_ids=members.get(match.participant1_id, frozenset())
            | members.get(match.participant2_id, frozenset()),
        )
    return subjects


def _members_by_participant(tournament_id: int) -> dict[int | None, frozenset[int]]:
    rows = db.session.execute(
        select(ParticipantMember.participant_id, ParticipantMember.user_id)
        .join(Participant, Participant.id == ParticipantMember.participant_id)
        .where(Participant.tournament_id == tournament_id)
    )
    members: dict[int | None, frozenset[int]] = {}
    for participant_id, user_id in rows:
        members[participant_id] = members.get(participant_id, frozenset()) | {user_id}
    return members


def _sides_and_coordinators(match_ids: Iterable[int]):
    columns = (Match.id, Match.coordinator_id, Match.participant1_id, Match.participant2_id)
    return db.session.execute(select(*columns).where(Match.id.in_(list(match_ids))))


def list_dispute_texts(dispute_ids: Iterable[int]) -> dict[int, dict]:
    """What the event of a dispute says to those who may see it, by the dispute's id."""
    columns = (Dispute.id, Dispute.reported_by_id, Dispute.reason, Dispute.description)
    rows = db.session.execute(select(*columns).where(Dispute.id.in_(list(dispute_ids))))
    return {
        row.id: {"reported_by": row.reported_by_id, "reason": row.reason, "description": row.description}
        for row in rows
    }
