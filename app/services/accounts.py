"""People: their accounts, and how they prove who they are with a password or a session."""

import re
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from app.domain.permissions import ANONYMOUS, Actor
from app.domain.words import say
from app.extensions import db
from app.models import RefreshToken, User

from . import rate_limits
from .audit import AuditAction, record
from .passwords import hash_password, is_password_of, require_good_password
from .unit_of_work import UnitOfWork, unit_of_work

# ASCII, so that two names that look alike are alike, on every database.
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,49}", re.ASCII)
_WRONG_CREDENTIALS = say("The username or the password is wrong.")


def actor_of_user(user: User, *, ip: str | None = None) -> Actor:
    """The actor that a signed-in user is."""
    return Actor(user_id=user.id, username=user.username, is_admin=user.is_admin, ip=ip)


def find_user(username: str) -> User | None:
    """The user of this name, whatever its case, active or not."""
    if "\0" in username:
        # No name has one, and PostgreSQL cannot even be asked.
        return None
    return db.session.scalar(select(User).where(func.lower(User.username) == username.strip().lower()))


def get_user(user_id: int) -> User:
    """The user of this id; raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(say("There is no such user."))
    return user


def find_session_user(session_key: str) -> User | None:
    """The user of a session, by what `User.get_id` put into it; None once that session is over."""
    user_id, _, epoch = session_key.partition(".")
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 10):
        return None
    user = db.session.get(User, int(user_id))
    is_valid = user is not None and user.is_active and str(user.session_epoch) == epoch
    return user if is_valid else None


def register(*, username: str, password: str, now: datetime, ip: str | None = None) -> int:
    """Make an account for a newcomer; returns its id. Raises InvalidInput by field."""
    require_good_password(password)
    return create_user(username=username, password=password, now=now, ip=ip)


def create_user(
    *,
    username: str,
    password: str,
    now: datetime,
    is_admin: bool = False,
    actor: Actor = ANONYMOUS,
    ip: str | None = None,
) -> int:
    """Make an account, with any password; returns its id. Raises InvalidInput for the name.

    The audit row names `actor`, or the new user where nobody is given.
    """
    username = username.strip()
    if not _USERNAME.fullmatch(username):
        raise InvalidInput.of(
            "username",
            say("A username has 1 to 50 letters, digits or _ . @ + -, and begins with a letter or digit."),
        )
    password_hash = hash_password(password)
    try:
        with unit_of_work(now) as uow:
            user = User(username=username, password_hash=password_hash, is_admin=is_admin, created_at=now)
            uow.session.add(user)
            uow.session.flush()
            by = actor_of_user(user, ip=ip) if actor.is_anonymous else actor
            record(uow, actor=by, action=AuditAction.USER_CREATE, meta={"user_id": user.id})
            return user.id
    except IntegrityError:
        raise InvalidInput.of("username", say("This username is taken.")) from None


def authenticate(*, username: str, password: str, now: datetime, ip: str | None = None) -> User:
    """The active user with this name and password.

    Raises NotSignedIn in the same words, and after the same time, whether or not the user exists, and
    TooManyRequests after too many failures.
    """
    name, address = username.strip().lower(), ip or ""
    rate_limits.require("failed_sign_in", name, address)
    rate_limits.require("failed_sign_in_address", address)
    user = find_user(username)
    matches = is_password_of(user.password_hash if user else None, password)
    if not (matches and user and user.is_active):
        _count_failure(name, address)
        raise NotSignedIn(_WRONG_CREDENTIALS)
    return user


def _count_failure(name: str, address: str) -> None:
    """Both limits count the failure; the one that it exhausts speaks up at the next try."""
    for key in (("failed_sign_in", name, address), ("failed_sign_in_address", address)):
        rate_limits.note(*key)


def has_password(*, username: str, password: str) -> bool:
    """True where the active user of this name has this password; nothing is counted or limited."""
    user = find_user(username)
    return user is not None and user.is_active and is_password_of(user.password_hash, password)


def change_password(*, actor: Actor, current_password: str, new_password: str, now: datetime) -> None:
    """Give the actor another password, and end all of their sessions and tokens.

    Raises InvalidInput where the current password is wrong, or the new one cannot be chosen.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    user = db.session.get(User, actor.user_id)
    if not is_password_of(user.password_hash, current_password):
        raise InvalidInput.of("current_password", say("This is not your current password."))
    require_good_password(new_password, "new_password")
    _store_password(user.id, new_password, actor=actor, now=now)


def end_sessions(*, actor: Actor, now: datetime) -> None:
    """End all of the actor's sessions and tokens, wherever they are."""
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        _end_all_sessions(uow, _locked_user(uow, actor.user_id))
        record(uow, actor=actor, action=AuditAction.USER_SESSIONS_END, meta={"user_id": actor.user_id})


def set_language(*, actor: Actor, language: str, now: datetime) -> None:
    """Let pages speak this language to the actor, or the browser's where it is empty. Already so: a no-op."""
    if actor.is_anonymous:
        raise NotSignedIn
    with unit_of_work(now) as uow:
        user = _locked_user(uow, actor.user_id)
        if user.language == language:
            return
        meta = {"user_id": user.id, "old_language": user.language, "new_language": language}
        user.language = language
        record(uow, actor=actor, action=AuditAction.USER_LANGUAGE_CHANGE, meta=meta)


def set_password(*, username: str, password: str, now: datetime, actor: Actor = ANONYMOUS) -> None:
    """Give a user another password, whatever the old one was; for those who run the server.

    Raises NotFound where there is no such user, NotAllowed for an actor who is not an admin.
    """
    if not (actor.is_anonymous or actor.is_admin):
        raise NotAllowed
    user = find_user(username)
    if user is None:
        raise NotFound(say("There is no such user."))
    _store_password(user.id, password, actor=actor, now=now)


def deactivate_user(*, username: str, now: datetime, actor: Actor = ANONYMOUS) -> None:
    """Close an account: its sessions and tokens end at once, what it did stays. Already closed: a no-op.

    Raises NotFound where there is no such user, NotAllowed for an actor who is not an admin.
    """
    if not (actor.is_anonymous or actor.is_admin):
        raise NotAllowed
    user = find_user(username)
    if user is None:
        raise NotFound(say("There is no such user."))
    with unit_of_work(now) as uow:
        user = _locked_user(uow, user.id)
        if not user.is_active:
            return
        user.is_active = False
        _end_all_sessions(uow, user)
        record(uow, actor=actor, action=AuditAction.USER_DEACTIVATE, meta={"user_id": user.id})


def _store_password(user_id: int, password: str, *, actor: Actor, now: datetime) -> None:
    password_hash = hash_password(password)
    with unit_of_work(now) as uow:
        user = _locked_user(uow, user_id)
        user.password_hash = password_hash
        _end_all_sessions(uow, user)
        record(uow, actor=actor, action=AuditAction.USER_PASSWORD_CHANGE, meta={"user_id": user_id})


def _locked_user(uow: UnitOfWork, user_id: int) -> User:
    return uow.session.scalar(
        select(User).where(User.id == user_id).with_for_update().execution_options(populate_existing=True)
    )


def _end_all_sessions(uow: UnitOfWork, user: User) -> None:
    """Cookie sessions and access tokens carry the epoch; refresh tokens are revoked by row."""
    user.session_epoch += 1
    uow.session.execute(
        update(RefreshToken)
        .where(RefreshToken.user_id == user.id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=uow.now)
    )
