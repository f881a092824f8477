"""Things loaded through the actor: who cannot see one is told that there is none."""

from dataclasses import dataclass

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
from app.extensions import db
from app.models import Match, Participant, ParticipantMember, Tournament, TournamentStaff


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


def tournament_roles(actor: Actor, tournament: Tournament) -> frozenset[Role]:
    """The actor's roles in the tournament, apart from any one match."""
    return roles_of(actor, Subject(tournament.is_public, *_relations(actor, tournament)))


def match_roles(actor: Actor, match: Match, tournament: Tournament) -> tuple[frozenset[Role], int | None]:
    """The actor's roles towards the match, and the side (1 or 2) that the actor plays for, if any."""
    side = _side_of(actor, match)
    subject = Subject(
        tournament.is_public,
        *_relations(actor, tournament),
        match_coordinator_id=match.coordinator_id,
        match_member_ids=frozenset({actor.user_id} if side else ()),
        coordinators_run_matches=tournament.coordinators_run_matches,
    )
    return roles_of(actor, subject), side


def _relations(actor: Actor, tournament: Tournament) -> tuple[frozenset[int], ...]:
    """The subject's organizers, coordinators and members, as far as they are the actor."""
    if actor.is_anonymous:
        return frozenset(), frozenset(), frozenset()
    is_organizer, is_coordinator, is_member = db.session.execute(
        _RELATIONS, {"user_id": actor.user_id, "tournament_id": tournament.id}
    ).one()
    is_organizer = is_organizer or tournament.organizer_id == actor.user_id
    return tuple(
        frozenset({actor.user_id} if holds else ()) for holds in (is_organizer, is_coordinator, is_member)
    )


def _side_of(actor: Actor, match: Match) -> int | None:
    sides = [match.participant1_id, match.participant2_id]
    if actor.is_anonymous or sides == [None, None]:
        return None
    known = [side for side in sides if side is not None]
    mine = db.session.scalars(_OWN_SIDES, {"user_id": actor.user_id, "sides": known}).all()
    return next((place for place, side in enumerate(sides, start=1) if side in mine), None)


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
_OF_USER = bindparam("user_id", type_=Integer), bindparam("tournament_id", type_=Integer)
# Nearly every request asks these, and so they are built once.
_TOURNAMENT_BY_ID, _TOURNAMENT_BY_SLUG = (
    select(Tournament).where(column == bindparam("key"), ~Tournament.is_deleted)
    for column in (Tournament.id, Tournament.slug)
)
_MATCH_EVEN_DELETED = (
    select(Match).options(joinedload(Match.tournament, innerjoin=True)).where(Match.id == bindparam("key"))
)
_MATCH = _MATCH_EVEN_DELETED.where(~Match.is_deleted)
_OWN_SIDES = select(ParticipantMember.participant_id).where(
    ParticipantMember.user_id == bindparam("user_id"),
    ParticipantMember.participant_id.in_(bindparam("sides", expanding=True)),
)
_RELATIONS = select(_is_staff(*_OF_USER), _is_coordinator(*_OF_USER), _is_member(*_OF_USER))


def _require_sign_in(actor: Actor, permission: Permission) -> None:
    if permission not in READ_ONLY and actor.is_anonymous:
        raise NotSignedIn


def _require(actor: Actor, roles: frozenset[Role], permission: Permission, to_see: Permission) -> None:
    if not may(roles, to_see):
        raise NotFound
    if permission not in READ_ONLY and not actor.can_write:
        raise NotAllowed("This token may only read.")
    if not may(roles, permission):
        raise NotAllowed
