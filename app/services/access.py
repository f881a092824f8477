"""Things loaded through the actor: who cannot see one is told that there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, exists, false, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.domain.errors import NotAllowed, NotFound, NotSignedIn
from app.domain.permissions import (
    READ_ONLY,
    Actor,
    Permission,
    Role,
    Subject,
    may,
    roles_of,
)
from app.domain.words import say
from app.extensions import db
from app.models import Match, Participant, ParticipantMember, Tournament, TournamentStaff

from .prepared import Prepared


@dataclass(frozen=True)
class TournamentAccess:
    """A tournament, and what the actor is to it."""

    tournament: Tournament
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """True where the actor's roles carry the permission."""
        return may(self.roles, permission)


@dataclass(frozen=True)
class MatchAccess:
    """A match, what the actor is to it, and the side (1 or 2) that the actor plays for, if any."""

    match: Match
    tournament: Tournament
    roles: frozenset[Role]
    side: int | None

    def may(self, permission: Permission) -> bool:
        """True where the actor's roles carry the permission."""
        return may(self.roles, permission)


def visible_tournaments(actor: Actor, user_id: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """The condition on `Tournament` that it exists for the actor.

    With a bound `user_id` it holds for whoever that is, and the actor says only of which kind they are.
    """
    if actor.is_admin:
        return ~Tournament.is_deleted
    seen = [Tournament.is_public]
    if not actor.is_anonymous:
        user = actor.user_id if user_id is None else user_id
        seen += [
            Tournament.organizer_id == user,
            _is_staff(user, Tournament.id),
            _is_coordinator(user, Tournament.id),
            _is_member(user, Tournament.id),
        ]
    return ~Tournament.is_deleted & or_(*seen)


def listed_tournaments(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Tournament` that it stands in the actor's lists and feeds: rehearsals don't."""
    return visible_tournaments(actor) & ~Tournament.is_rehearsal


def organized_tournaments(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Tournament` that the actor runs it (an admin runs all)."""
    if actor.is_admin:
        return ~Tournament.is_deleted
    if actor.is_anonymous:
        return false()
    mine = or_(Tournament.organizer_id == actor.user_id, _is_staff(actor.user_id, Tournament.id))
    return ~Tournament.is_deleted & mine


def find_tournament(id_or_slug: int | str) -> Tournament | None:
    """The tournament by its id (a number) or its slug (a text), whoever asks."""
    statement = _TOURNAMENT_BY_ID if isinstance(id_or_slug, int) else _TOURNAMENT_BY_SLUG
    return db.session.scalar(statement, {"key": id_or_slug})


def get_tournament(
    actor: Actor, id_or_slug: int | str, permission: Permission = Permission.TOURNAMENT_VIEW
) -> TournamentAccess:
    """The tournament as the actor may use it; raises NotSignedIn, NotFound or NotAllowed, in this order."""
    _require_sign_in(actor, permission)
    tournament = find_tournament(id_or_slug)
    if tournament is None:
        raise NotFound
    roles = tournament_roles(actor, tournament)
    _require(actor, roles, permission, Permission.TOURNAMENT_VIEW)
    return TournamentAccess(tournament, roles)


def get_match(
    actor: Actor, match_id: int, permission: Permission = Permission.MATCH_VIEW, *, deleted: bool = False
) -> MatchAccess:
    """The match as the actor may use it; raises NotSignedIn, NotFound or NotAllowed, in this order.

    With `deleted` it may be one that is deleted, which exists only for those who have the permission.
    """
    _require_sign_in(actor, permission)
    match = db.session.scalar(_MATCH_EVEN_DELETED if deleted else _MATCH, {"key": match_id})
    if match is None or match.tournament.is_deleted:
        raise NotFound
    return require_match(actor, match, match.tournament, permission)


def require_match(actor: Actor, match: Match, tournament: Tournament, permission: Permission) -> MatchAccess:
    """The access to a match that is loaded already; raises like `get_match`."""
    roles, side = match_roles(actor, match, tournament)
    _require(actor, roles, permission, permission if match.is_deleted else Permission.MATCH_VIEW)
    return MatchAccess(match, tournament, roles, side)


def check_match(
    actor: Actor, match_id: int, permission: Permission = Permission.MATCH_VIEW, *, deleted: bool = False
) -> frozenset[Role]:
    """The actor's roles towards the match, without loading it; raises like `get_match`."""
    _require_sign_in(actor, permission)
    row = _SUBJECT.first({"match_id": match_id, "user_id": actor.user_id})
    return check_subject(actor, row, permission, deleted=deleted)


def check_subject(
    actor: Actor, row: dict[str, Any] | None, permission: Permission, *, deleted: bool = False
) -> frozenset[Role]:
    """The actor's roles towards the match of this row, None for no such match; raises like `get_match`.

    The row has the SUBJECT columns, which are taken out of it.
    """
    if row is None:
        raise NotFound
    subject = {name: row.pop(label) for name, label in _SUBJECT_LABELS.items()}
    if subject["tournament_is_deleted"] or (subject["is_deleted"] and not deleted):
        raise NotFound
    roles = roles_of(actor, _subject(actor, subject))
    _require(actor, roles, permission, permission if subject["is_deleted"] else Permission.MATCH_VIEW)
    return roles


def tournament_roles(actor: Actor, tournament: Tournament) -> frozenset[Role]:
    """The actor's roles in the tournament, apart from any one match."""
    if actor.is_anonymous:
        return roles_of(actor, Subject(tournament.is_public, frozenset()))
    row = _RELATIONS.first({"user_id": actor.user_id, "tournament_id": tournament.id})
    return roles_of(actor, _subject(actor, {**row, **_of_tournament(tournament)}))


def match_roles(actor: Actor, match: Match, tournament: Tournament) -> tuple[frozenset[Role], int | None]:
    """The actor's roles towards the match, and the side (1 or 2) that the actor plays for, if any."""
    if actor.is_anonymous:
        return roles_of(actor, Subject(tournament.is_public, frozenset())), None
    row = _RELATIONS_TO_MATCH.first(
        {
            "user_id": actor.user_id,
            "tournament_id": tournament.id,
            "side1": match.participant1_id,
            "side2": match.participant2_id,
        }
    )
    subject = {**row, **_of_tournament(tournament), "coordinator_id": match.coordinator_id}
    return roles_of(actor, _subject(actor, subject)), 1 if row["plays1"] else 2 if row["plays2"] else None


def _of_tournament(tournament: Tournament) -> dict[str, Any]:
    return {
        "is_public": tournament.is_public,
        "organizer_id": tournament.organizer_id,
        "coordinators_run_matches": tournament.coordinators_run_matches,
    }


def _subject(actor: Actor, row: Mapping[str, Any]) -> Subject:
    """The subject as far as it is about the actor."""

    def actor_if(holds: bool) -> frozenset[int]:
        return frozenset((actor.user_id,)) if holds and actor.user_id is not None else frozenset()

    return Subject(
        row["is_public"],
        actor_if(row["is_staff"] or row["organizer_id"] == actor.user_id),
        actor_if(row["is_coordinator"]),
        actor_if(row["is_member"]),
        match_coordinator_id=row.get("coordinator_id"),
        match_member_ids=actor_if(row.get("plays1", False) or row.get("plays2", False)),
        coordinators_run_matches=row["coordinators_run_matches"],
    )


def _is_staff(user_id, tournament_id) -> ColumnElement[bool]:
    return exists().where(TournamentStaff.tournament_id == tournament_id, TournamentStaff.user_id == user_id)


def _is_coordinator(user_id, tournament_id) -> ColumnElement[bool]:
    return exists().where(
        _coordinated.tournament_id == tournament_id,
        _coordinated.coordinator_id == user_id,
        ~_coordinated.is_deleted,
    )


def _is_member(user_id, tournament_id) -> ColumnElement[bool]:
    return exists().where(
        _entrant.tournament_id == tournament_id,
        ParticipantMember.participant_id == _entrant.id,
        ParticipantMember.user_id == user_id,
    )


# Aliased, so that these stay queries of their own inside a list of matches.
_coordinated, _entrant = aliased(Match), aliased(Participant)
_USER_ID = bindparam("user_id", type_=Integer)


def _plays(side) -> ColumnElement[bool]:
    return exists().where(ParticipantMember.participant_id == side, ParticipantMember.user_id == _USER_ID)


def _relations(tournament_id, side1=None, side2=None) -> list[ColumnElement[bool]]:
    found = {
        "is_staff": _is_staff(_USER_ID, tournament_id),
        "is_coordinator": _is_coordinator(_USER_ID, tournament_id),
        "is_member": _is_member(_USER_ID, tournament_id),
    }
    if side1 is not None:
        found |= {"plays1": _plays(side1), "plays2": _plays(side2)}
    return [condition.label(name) for name, condition in found.items()]


# Nearly every request asks these, and so they are built once.
_TOURNAMENT_ID, _SIDE1, _SIDE2 = (
    bindparam(name, type_=Integer) for name in ("tournament_id", "side1", "side2")
)
_RELATIONS = Prepared(select(*_relations(_TOURNAMENT_ID)))
_RELATIONS_TO_MATCH = Prepared(select(*_relations(_TOURNAMENT_ID, _SIDE1, _SIDE2)))
# What decides about the roles of the user `user_id` towards a match, for a select of matches and tournaments:
# labelled, since whatever asks for the match itself has such columns too.
_SUBJECT_COLUMNS = (
    Match.is_deleted,
    Tournament.is_deleted.label("tournament_is_deleted"),
    Tournament.is_public,
    Tournament.organizer_id,
    Tournament.coordinators_run_matches,
    Match.coordinator_id,
    *_relations(Match.tournament_id, Match.participant1_id, Match.participant2_id),
)
_SUBJECT_LABELS = {column.key: f"subject_{column.key}" for column in _SUBJECT_COLUMNS}
SUBJECT = tuple(column.label(_SUBJECT_LABELS[column.key]) for column in _SUBJECT_COLUMNS)
_SUBJECT = Prepared(
    select(*SUBJECT)
    .select_from(Match)
    .join(Tournament, Tournament.id == Match.tournament_id)
    .where(Match.id == bindparam("match_id", type_=Integer))
)
_TOURNAMENT_BY_ID, _TOURNAMENT_BY_SLUG = (
    select(Tournament).where(column == bindparam("key"), ~Tournament.is_deleted)
    for column in (Tournament.id, Tournament.slug)
)
_MATCH_EVEN_DELETED = (
    select(Match).options(joinedload(Match.tournament, innerjoin=True)).where(Match.id == bindparam("key"))
)
_MATCH = _MATCH_EVEN_DELETED.where(~Match.is_deleted)


def _require_sign_in(actor: Actor, permission: Permission) -> None:
    if permission not in READ_ONLY and actor.is_anonymous:
        raise NotSignedIn


def _require(actor: Actor, roles: frozenset[Role], permission: Permission, to_see: Permission) -> None:
    if not may(roles, to_see):
        raise NotFound
    if permission not in READ_ONLY and not actor.can_write:
        raise NotAllowed(say("This token may only read."))
    if not may(roles, permission):
        raise NotAllowed
