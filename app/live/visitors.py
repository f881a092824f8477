"""Who is at the other end of a connection, and what the database says of them at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import session
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as ConnectionRefused

from app.domain.errors import DomainError, NotSignedIn
from app.domain.permissions import ANONYMOUS, Actor, Permission
from app.services import access, tokens
from app.services.queries import live as queries


@dataclass(frozen=True)
class Visitor:
    """How somebody signed in: with a token, with a session cookie, or not at all."""

    bearer: str | None = None
    user_id: int | None = None
    session_epoch: int | None = None
    sign_in: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """True where nobody signed in."""
        return self.bearer is None and self.user_id is None


NOBODY = Visitor()


def arriving(auth: object, has_cookie: bool, now: datetime) -> tuple[Visitor, Actor]:
    """Who connects, by the token in `auth`, else by the cookie of the request if it has one, else nobody.

    Raises ConnectionRefused for a token that is not valid: it is never taken for nobody.
    """
    if auth is not None and not isinstance(auth, dict):
        raise ConnectionRefused("unauthorized")
    token = (auth or {}).get("token")
    if token is not None:
        actor = _bearer_actor(token, now)
        if actor is None:
            raise ConnectionRefused("unauthorized")
        return Visitor(bearer=token), actor
    if not (has_cookie and current_user.is_authenticated):
        return NOBODY, ANONYMOUS
    visitor = Visitor(
        user_id=current_user.id, session_epoch=current_user.session_epoch, sign_in=session.get("sign_in")
    )
    actor = present_actors([visitor], now).get(visitor)
    return (visitor, actor) if actor else (NOBODY, ANONYMOUS)


def present_actors(visitors: Iterable[Visitor], now: datetime) -> dict[Visitor, Actor]:
    """Who these visitors are now, read from the database; whose sign-in is over is left out."""
    visitors = set(visitors)
    actors = {visitor: ANONYMOUS for visitor in visitors if visitor.is_anonymous}
    for visitor in visitors:
        if visitor.bearer is not None:
            actor = _bearer_actor(visitor.bearer, now)
            if actor is not None:
                actors[visitor] = actor
    by_cookie = [visitor for visitor in visitors if visitor.user_id is not None]
    if by_cookie:
        actors |= _session_actors(by_cookie)
    return actors


def has_right(actor: Actor, tournament_id: int, permission: Permission) -> bool:
    """True where the actor may do this to the tournament."""
    try:
        access.get_tournament(actor, tournament_id, permission)
    except DomainError:
        return False
    return True


def _bearer_actor(token: object, now: datetime) -> Actor | None:
    if not isinstance(token, str):
        return None
    try:
        return tokens.actor_of_bearer(token, now=now)
    except NotSignedIn:
        return None


def _session_actors(visitors: list[Visitor]) -> dict[Visitor, Actor]:
    users = queries.list_sign_ins({visitor.user_id for visitor in visitors})
    ended = queries.list_ended_sign_ins({visitor.sign_in for visitor in visitors if visitor.sign_in})
    actors = {}
    for visitor in visitors:
        user = users.get(visitor.user_id)
        if user is None or not user.is_active or user.session_epoch != visitor.session_epoch:
            continue
        if visitor.sign_in not in ended:
            actors[visitor] = Actor(user_id=user.user_id, username=user.username, is_admin=user.is_admin)
    return actors
