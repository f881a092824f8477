"""Tokens for programs: short-lived access tokens, refresh tokens that work once, and personal ones.

A refresh token is a row; whoever turns its `used_at` from null has used it, so of two at once exactly one
wins. All that descend from one sign-in are a family. Using a token again is forgiven for some seconds
(a client that lost the answer), and later taken for theft: the whole family is revoked.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import jwt
from flask import current_app
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from sqlalchemy import Integer, String, bindparam, delete, exists, select, update

from app.domain.errors import InvalidInput, NotFound, NotSignedIn
from app.domain.permissions import Actor
from app.domain.words import say
from app.extensions import db
from app.models import AccessToken, RefreshToken, User

from .audit import AuditAction, record
from .prepared import Prepared
from .unit_of_work import UnitOfWork, unit_of_work

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
REUSE_GRACE = timedelta(seconds=10)
SCOPES = ("read", "write")
_PERSONAL_PREFIX = "mdpat_"
# A token's last use is shown to its owner; to the minute would cost a write with every call.
_LAST_USE_STEP = timedelta(minutes=10)
_OPTIONS: Any = {"verify_aud": False}  # our tokens name nobody
_BAD_TOKEN = say("The token is not valid, or no longer.")


def issue_tokens(*, user: User, now: datetime) -> dict[str, str]:
    """`{"access", "refresh"}` for a user who has just signed in: the beginning of a family."""
    user_id = user.id
    with unit_of_work(now) as uow:
        return _issue(uow, uow.session.get_one(User, user_id), family=str(uuid4()))


def refresh_tokens(*, token: str, now: datetime) -> dict[str, str]:
    """A new pair for a refresh token that was never used; raises NotSignedIn for any other."""
    claims = _claims_of(token, "refresh", now)
    pair = None
    with unit_of_work(now) as uow:
        # The user's row first: a password change in the meantime must not leave a new token behind.
        user = uow.session.scalar(select(User).where(User.id == _user_id(claims)).with_for_update())
        if _take(uow, claims["jti"]):
            if _is_current(user, claims):
                pair = _issue(uow, user, family=claims["family"])
        else:
            _punish_reuse(uow, claims["jti"])
    if pair is None:
        raise NotSignedIn(_BAD_TOKEN)
    return pair


def revoke_refresh(*, token: str, now: datetime) -> None:
    """Sign out: neither this refresh token nor any of its family works from now on.

    Raises NotSignedIn for what is no refresh token of ours.
    """
    claims = _claims_of(token, "refresh", now)
    with unit_of_work(now) as uow:
        _revoke_family(uow, claims["family"])


def new_sign_in() -> str:
    """The name of a sign-in with a browser, to be kept in its session. It needs no row until it is ended."""
    return str(uuid4())


def end_sign_in(*, user_id: int, sign_in: str, now: datetime) -> None:
    """Remember that this sign-in is over: the browser drops its cookie, but an open socket still has it."""
    with unit_of_work(now) as uow:
        uow.session.add(
            RefreshToken(
                jti=sign_in,
                family=sign_in,
                user_id=user_id,
                created_at=now,
                expires_at=now + REFRESH_LIFETIME,
                revoked_at=now,
            )
        )


def actor_of_bearer(token: str, *, now: datetime, ip: str | None = None) -> Actor:
    """Who calls with this access token or personal token; raises NotSignedIn for any other.

    The account is looked up each time: a deactivation, a password change or a sign-out counts at once.
    """
    if token.startswith(_PERSONAL_PREFIX):
        return _actor_of_personal(token, now, ip)
    claims = _claims_of(token, "access", now)
    user = _BEARER.first({"user_id": _user_id(claims), "family": claims["family"]})
    is_current = user is not None and user["is_active"] and user["session_epoch"] == claims["epoch"]
    if not is_current or user["is_signed_out"]:
        raise NotSignedIn(_BAD_TOKEN)
    return Actor(user_id=user["id"], username=user["username"], is_admin=user["is_admin"], ip=ip)


_BEARER = Prepared(
    select(
        User.id,
        User.username,
        User.is_admin,
        User.is_active,
        User.session_epoch,
        exists()
        .where(RefreshToken.family == bindparam("family", type_=String), RefreshToken.revoked_at.is_not(None))
        .label("is_signed_out"),
    ).where(User.id == bindparam("user_id", type_=Integer))
)


def create_personal_token(*, actor: Actor, name: str, scope: str, now: datetime) -> str:
    """Make a personal access token; returns its text, which cannot be had again later."""
    if actor.is_anonymous:
        raise NotSignedIn
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise InvalidInput.of("name", say("A token has a name of 1 to 80 characters."))
    if scope not in SCOPES:
        raise InvalidInput.of("scope", say("A token is to read or to write."))
    text = _PERSONAL_PREFIX + secrets.token_urlsafe(32)
    with unit_of_work(now) as uow:
        token = AccessToken(
            user_id=actor.user_id, name=name, scope=scope, token_hash=_digest(text), created_at=now
        )
        uow.session.add(token)
        uow.session.flush()
        record(
            uow,
            actor=actor,
            action=AuditAction.ACCESS_TOKEN_CREATE,
            meta={"token_id": token.id, "scope": scope},
        )
    return text


def list_personal_tokens(*, actor: Actor) -> list[dict[str, Any]]:
    """The actor's personal tokens that still work, newest first: id, name, scope and times."""
    columns = (
        AccessToken.id,
        AccessToken.name,
        AccessToken.scope,
        AccessToken.created_at,
        AccessToken.last_used_at,
    )
    rows = db.session.execute(
        select(*columns)
        .where(AccessToken.user_id == actor.user_id, AccessToken.revoked_at.is_(None))
        .order_by(AccessToken.id.desc())
    )
    return [dict(row._mapping) for row in rows]


def revoke_personal_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """End one of the actor's personal tokens; raises NotFound where the actor has no such token."""
    with unit_of_work(now) as uow:
        taken = uow.session.execute(
            update(AccessToken)
            .where(
                AccessToken.id == token_id,
                AccessToken.user_id == actor.user_id,
                AccessToken.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        ).rowcount
        if not taken:
            raise NotFound(say("There is no such token."))
        record(uow, actor=actor, action=AuditAction.ACCESS_TOKEN_REVOKE, meta={"token_id": token_id})


def _actor_of_personal(text: str, now: datetime, ip: str | None) -> Actor:
    token = db.session.scalar(
        select(AccessToken).where(AccessToken.token_hash == _digest(text), AccessToken.revoked_at.is_(None))
    )
    if token is None or not token.user.is_active:
        raise NotSignedIn(_BAD_TOKEN)
    user = token.user
    actor = Actor(
        user_id=user.id,
        username=user.username,
        is_admin=user.is_admin,
        can_write=token.scope == "write",
        ip=ip,
    )
    if token.last_used_at is None or now - token.last_used_at > _LAST_USE_STEP:
        token_id = token.id
        with unit_of_work(now) as uow:
            uow.session.execute(
                update(AccessToken).where(AccessToken.id == token_id).values(last_used_at=now)
            )
    return actor


def _issue(uow: UnitOfWork, user: User, *, family: str) -> dict[str, str]:
    claims = {"epoch": user.session_epoch, "family": family}
    identity = str(user.id)
    refresh = create_refresh_token(identity, REFRESH_LIFETIME, additional_claims=claims)
    uow.session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, RefreshToken.expires_at < uow.now)
    )
    uow.session.add(
        RefreshToken(
            jti=decode_token(refresh)["jti"],
            family=family,
            user_id=user.id,
            created_at=uow.now,
            expires_at=uow.now + REFRESH_LIFETIME,
        )
    )
    access = create_access_token(identity, expires_delta=ACCESS_LIFETIME, additional_claims=claims)
    return {"access": access, "refresh": refresh}


def _take(uow: UnitOfWork, jti: str) -> bool:
    """Use the refresh token; False where it is used, revoked or unknown."""
    taken = uow.session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.jti == jti,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > uow.now,
        )
        .values(used_at=uow.now)
    )
    return taken.rowcount == 1


def _punish_reuse(uow: UnitOfWork, jti: str) -> None:
    row = uow.session.get(RefreshToken, jti)
    if row is not None and row.used_at is not None and uow.now - row.used_at > REUSE_GRACE:
        _revoke_family(uow, row.family)


def _revoke_family(uow: UnitOfWork, family: str) -> None:
    uow.session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=uow.now)
    )


def _claims_of(token: str, kind: str, now: datetime) -> Mapping[str, Any]:
    """The claims of a token of ours of this kind; whatever else comes in raises NotSignedIn."""
    try:
        claims = _signed_claims(token, current_app.secret_key)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        # The parts of a token are parsed before its signature is checked, so anything may be in there.
        raise NotSignedIn(_BAD_TOKEN) from None
    if claims.get("type") != kind or not {"sub", "jti", "family", "epoch", "exp"} <= claims.keys():
        raise NotSignedIn(_BAD_TOKEN)
    if claims["exp"] <= now.timestamp():
        raise NotSignedIn(_BAD_TOKEN)
    return claims


@lru_cache(maxsize=1024)
def _signed_claims(token: str, key: str) -> Mapping[str, Any]:
    """What the token says, where it was signed with this key; the same one comes with request after request.

    It may have run out since. Raises what PyJWT raises for any other token, which is not remembered.
    """
    # By itself: the extension decodes a token three times, since keys might differ from one to the next.
    return MappingProxyType(jwt.decode(token, key, ["HS256"], _OPTIONS))


def _user_id(claims: Mapping[str, Any]) -> int:
    return int(claims["sub"])


def _is_current(user: User | None, claims: Mapping[str, Any]) -> bool:
    return user is not None and user.is_active and user.session_epoch == claims["epoch"]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
