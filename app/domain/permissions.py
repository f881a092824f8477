"""Who may do what: permissions, roles, and the one map between them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a tournament or to one of its matches."""

    PUBLIC = "public"
    PARTICIPANT = "participant"
    # A member of some participant of the tournament, not of this match.
    ENTRANT = "entrant"
    COORDINATOR = "coordinator"
    # A coordinator while the tournament lets coordinators run their matches.
    MATCH_RUNNER = "match runner"
    ORGANIZER = "organizer"
    ADMIN = "admin"


class Permission(StrEnum):
    """What can be asked for. Pages, the API and the sockets ask for the same."""

    TOURNAMENT_VIEW = "TOURNAMENT_VIEW"
    TOURNAMENT_EDIT = "TOURNAMENT_EDIT"
    AUDIT_VIEW = "AUDIT_VIEW"
    AUDIT_IP_VIEW = "AUDIT_IP_VIEW"
    DESK_VIEW = "DESK_VIEW"
    BRACKET_GENERATE = "BRACKET_GENERATE"
    MATCH_VIEW = "MATCH_VIEW"
    MATCH_CREATE = "MATCH_CREATE"
    MATCH_SCHEDULE = "MATCH_SCHEDULE"
    MATCH_CALL = "MATCH_CALL"
    MATCH_START = "MATCH_START"
    MATCH_UNDO_START = "MATCH_UNDO_START"
    MATCH_COORDINATOR_ASSIGN = "MATCH_COORDINATOR_ASSIGN"
    MATCH_COORDINATOR_ANSWER = "MATCH_COORDINATOR_ANSWER"
    MATCH_LOBBY_VIEW = "MATCH_LOBBY_VIEW"
    # Before its sides are shown it.
    MATCH_LOBBY_EARLY_VIEW = "MATCH_LOBBY_EARLY_VIEW"
    MATCH_LOBBY_SEEN = "MATCH_LOBBY_SEEN"
    MATCH_LOBBY_UPDATE = "MATCH_LOBBY_UPDATE"
    MATCH_CHECK_IN = "MATCH_CHECK_IN"
    MATCH_CHECK_IN_ANY_SIDE = "MATCH_CHECK_IN_ANY_SIDE"
    MATCH_CANCEL = "MATCH_CANCEL"
    MATCH_FORFEIT = "MATCH_FORFEIT"
    MATCH_REOPEN = "MATCH_REOPEN"
    MATCH_RESTORE = "MATCH_RESTORE"
    MATCH_DELETE = "MATCH_DELETE"
    MATCH_HISTORY_VIEW = "MATCH_HISTORY_VIEW"
    RESULT_SUBMIT = "RESULT_SUBMIT"
    RESULT_SET = "RESULT_SET"
    RESULT_CONFIRM = "RESULT_CONFIRM"
    RESULT_VIEW = "RESULT_VIEW"
    DISPUTE_CREATE = "DISPUTE_CREATE"
    DISPUTE_VIEW = "DISPUTE_VIEW"
    DISPUTE_RESOLVE = "DISPUTE_RESOLVE"


_P = Permission
_SEES = frozenset({_P.TOURNAMENT_VIEW, _P.MATCH_VIEW})
_INSIDE = _SEES | {_P.MATCH_LOBBY_VIEW, _P.DISPUTE_VIEW, _P.RESULT_VIEW}
_PLAYS = frozenset(
    {_P.MATCH_LOBBY_SEEN, _P.MATCH_CHECK_IN, _P.RESULT_SUBMIT, _P.RESULT_CONFIRM, _P.DISPUTE_CREATE}
)
_RUNS = frozenset(
    {
        _P.MATCH_CHECK_IN,
        _P.MATCH_CHECK_IN_ANY_SIDE,
        _P.MATCH_CALL,
        _P.MATCH_START,
        _P.MATCH_LOBBY_UPDATE,
        _P.RESULT_SUBMIT,
        _P.RESULT_SET,
        _P.RESULT_CONFIRM,
    }
)
_COORDINATES = frozenset({_P.MATCH_HISTORY_VIEW, _P.MATCH_LOBBY_EARLY_VIEW, _P.MATCH_COORDINATOR_ANSWER})
# Only whom a match was given to can answer for it, and only who plays it says that they saw its lobby.
_EVERYTHING = frozenset(_P) - {_P.MATCH_COORDINATOR_ANSWER, _P.MATCH_LOBBY_SEEN}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PUBLIC: _SEES,
    Role.ENTRANT: _SEES,
    Role.PARTICIPANT: _INSIDE | _PLAYS,
    Role.COORDINATOR: _INSIDE | _COORDINATES,
    Role.MATCH_RUNNER: _INSIDE | _RUNS | _COORDINATES,
    Role.ORGANIZER: _EVERYTHING - {_P.AUDIT_IP_VIEW},
    Role.ADMIN: _EVERYTHING,
}

# What only looks, and so is open to a read-only token.
READ_ONLY = frozenset(permission for permission in _P if permission.endswith("_VIEW"))


@dataclass(frozen=True)
class Actor:
    """Who asks: a signed-in user, or nobody (`user_id` None). `ip` goes to the audit rows only."""

    user_id: int | None
    username: str
    is_admin: bool = False
    can_write: bool = True
    ip: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """True where nobody is signed in."""
        return self.user_id is None


ANONYMOUS = Actor(user_id=None, username="", can_write=False)


@dataclass(frozen=True)
class Subject:
    """What an actor's roles are read from: a tournament, and one of its matches where there is one."""

    is_public: bool
    organizer_ids: frozenset[int]
    # Users who are coordinators, or members of participants, anywhere in the tournament.
    coordinator_ids: frozenset[int] = frozenset()
    member_ids: frozenset[int] = frozenset()
    match_coordinator_id: int | None = None
    match_member_ids: frozenset[int] = field(default_factory=frozenset)
    coordinators_run_matches: bool = False


def roles_of(actor: Actor, subject: Subject) -> frozenset[Role]:
    """The actor's roles; empty where the actor may not know that the subject exists."""
    roles = {Role.PUBLIC} if subject.is_public else set()
    if actor.is_anonymous:
        return frozenset(roles)
    if actor.is_admin:
        roles.add(Role.ADMIN)
    if actor.user_id in subject.organizer_ids:
        roles.add(Role.ORGANIZER)
    if actor.user_id in subject.coordinator_ids or actor.user_id in subject.member_ids:
        roles.add(Role.ENTRANT)
    if actor.user_id == subject.match_coordinator_id:
        roles.add(Role.MATCH_RUNNER if subject.coordinators_run_matches else Role.COORDINATOR)
    if actor.user_id in subject.match_member_ids:
        roles.add(Role.PARTICIPANT)
    return frozenset(roles)


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """True where one of the roles carries the permission."""
    return any(permission in PERMISSIONS[role] for role in roles)


def can(actor: Actor, permission: Permission, subject: Subject) -> bool:
    """True where the actor may do this to the subject; a read-only actor may only look."""
    if permission not in READ_ONLY and not actor.can_write:
        return False
    return may(roles_of(actor, subject), permission)
