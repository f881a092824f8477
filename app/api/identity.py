"""Who is calling, and whether a write may go on at all: decided once, before any view runs.

A Bearer token wins over a session cookie; a bad one is refused and never taken for nobody. An anonymous
write is refused before anything is looked up, so that the answer tells nothing about what exists.
"""

from datetime import UTC, datetime

from flask import Flask, Response, g, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from app.domain.errors import InvalidInput, NotAllowed, NotSignedIn
from app.domain.permissions import ANONYMOUS, Actor
from app.services import accounts, rate_limits, tokens

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# These take credentials in their body, and so heed neither a token nor a cookie.
_CREDENTIAL_ADDRESSES = frozenset({"/api/auth/login", "/api/auth/refresh", "/api/auth/logout"})


def current_actor() -> Actor:
    """Who is calling; ANONYMOUS where nobody is signed in."""
    return g.api_actor


def now() -> datetime:
    """The time of this request: aware, in UTC."""
    return datetime.now(UTC)


def register_identity(app: Flask) -> None:
    """Decide about the caller before, and about caches after, every request under /api/."""
    app.before_request(_identify)
    app.after_request(_mark_as_personal)


def _is_api_path() -> bool:
    return request.path.startswith("/api/")


def _identify() -> None:
    if not _is_api_path():
        return
    g.api_actor = ANONYMOUS
    if request.path.rstrip("/") in _CREDENTIAL_ADDRESSES:
        return
    token = bearer_token()
    if token is not None:
        g.api_actor = tokens.actor_of_bearer(token, ip=request.remote_addr, now=now())
    elif "Cookie" in request.headers and current_user.is_authenticated:
        g.api_actor = accounts.actor_of_user(current_user, ip=request.remote_addr)
    if request.method not in SAFE_METHODS:
        _guard_write(g.api_actor, by_cookie=token is None)


def _guard_write(actor: Actor, by_cookie: bool) -> None:
    if actor.is_anonymous:
        raise NotSignedIn
    if by_cookie:
        try:
            validate_csrf(request.headers.get("X-CSRFToken"))
        except ValidationError:
            raise InvalidInput(
                "A write with a session cookie needs the page's CSRF token in the X-CSRFToken header."
            ) from None
    if not actor.can_write:
        raise NotAllowed("This access token may only read.")
    rate_limits.count("write", str(actor.user_id))


def bearer_token() -> str | None:
    """The token of the Authorization header, which may be empty; None where it has no Bearer."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _mark_as_personal(response: Response) -> Response:
    """Keep caches that several people share from handing one person's answer to another."""
    if _is_api_path():
        # All at once with what CORS has to say, as each addition reads the header anew.
        if "Vary" in response.headers:
            response.vary.update(("Authorization", "Cookie", "Origin"))
        else:
            response.headers["Vary"] = "Authorization, Cookie, Origin"
        if not g.get("api_actor", ANONYMOUS).is_anonymous and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private"
    return response
