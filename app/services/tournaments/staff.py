"""The users who help to run a tournament."""

from datetime import datetime

from sqlalchemy import func, select

from app.domain.errors import InvalidInput, NotFound
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import TournamentStaff, User
from app.services import audit
from app.services.audit import AuditAction
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load

STAFF_ROLES = ("organizer",)


def add_staff(
    *, actor: Actor, tournament_id: int, username: str, now: datetime, role: str = "organizer"
) -> tuple[int, bool]:
    """Make the user an organizer of the tournament; returns the entry's id, and False where it stood already.

    Raises InvalidInput for a user who does not exist or is the tournament's creator, and an unknown role.
    """
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        if role not in STAFF_ROLES:
            raise InvalidInput.of("role", f"Must be one of {', '.join(STAFF_ROLES)}.")
        user = find_active_users(uow, [username]).get(username.strip().lower())
        if user is None:
            raise InvalidInput.of("username", say("There is no active user with this name."))
        if user.id == tournament.organizer_id:
            raise InvalidInput.of(
                "username",
                say("%(name)s created this tournament, and runs it anyway.", name=user.username),
            )
        standing = uow.session.scalar(
            select(TournamentStaff.id).where(
                TournamentStaff.tournament_id == tournament_id, TournamentStaff.user_id == user.id
            )
        )
        if standing is not None:
            return standing, False
        entry = TournamentStaff(tournament_id=tournament_id, user_id=user.id, role=role, created_at=now)
        uow.session.add(entry)
        uow.session.flush()
        _record(uow, actor, AuditAction.STAFF_ADD, entry, user.username)
        return entry.id, True


def remove_staff(*, actor: Actor, tournament_id: int, staff_id: int, now: datetime) -> None:
    """Take somebody off the staff list; raises NotFound where the tournament has no such entry."""
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        entry = uow.session.get(TournamentStaff, staff_id)
        if entry is None or entry.tournament_id != tournament_id:
            raise NotFound
        _record(uow, actor, AuditAction.STAFF_REMOVE, entry, entry.user.username)
        uow.session.delete(entry)


def find_active_users(uow: UnitOfWork, usernames: list[str]) -> dict[str, User]:
    """The active users of these names, by the name in lower case; unknown ones are left out."""
    wanted = {username.strip().lower() for username in usernames}
    users = uow.session.scalars(select(User).where(func.lower(User.username).in_(wanted), User.is_active))
    return {user.username.lower(): user for user in users}


def _record(
    uow: UnitOfWork, actor: Actor, action: AuditAction, entry: TournamentStaff, username: str
) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=entry.tournament_id,
        meta={
            "tournament_id": entry.tournament_id,
            "user_id": entry.user_id,
            "username": username,
            "role": entry.role,
        },
    )
