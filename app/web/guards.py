"""Who looks at a page, and whether they may go on: used by every view."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from urllib.parse import urlsplit

from flask import Flask, g, request, session
from flask_login import AnonymousUserMixin, current_user

from app.domain.errors import NotSignedIn
from app.domain.permissions import ANONYMOUS, Actor
from app.models import User
from app.services import accounts, rate_limits
from app.services.queries.live import list_ended_sign_ins

_NOBODY = AnonymousUserMixin()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Forms that are for people who are not signed in yet.
_OPEN_FORMS = frozenset({"accounts.login", "accounts.register", "accounts.sign_in_by_link"})


def find_reader(session_key: str) -> User | None:
    """The user of a session; None once it is over, and on the page that says that the database is away."""
    if g.get("database_is_away"):
        return None
    sign_in = session.get("sign_in")
    # A copy of the cookie that outlived the sign-out opens nothing.
    if sign_in and list_ended_sign_ins([sign_in]):
        return None
    return accounts.find_session_user(session_key)


def current_actor() -> Actor:
    """Who looks at the page; ANONYMOUS where nobody is signed in."""
    # Whoever brings no cookie is nobody, and need not be looked for.
    if "HTTP_COOKIE" not in request.environ or not current_user.is_authenticated:
        return ANONYMOUS
    return accounts.actor_of_user(current_user, ip=request.remote_addr)


def now() -> datetime:
    """The time of this request: aware, in UTC."""
    return datetime.now(UTC)


def signed_in(view: Callable) -> Callable:
    """Send whoever is not signed in to the login page, and back here afterwards."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if not current_user.is_authenticated:
            raise NotSignedIn
        return view(*args, **kwargs)

    return guarded


def own_path(target: str | None, default: str = "/") -> str:
    """`target` where it is a path on this site, else `default`: no link of ours leads elsewhere."""
    if not target or not target.isprintable() or "\\" in target or not target.startswith("/"):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc or target.startswith("//") else target


def register_guards(app: Flask) -> None:
    """Refuse what is sent by somebody who is not signed in, whether or not its object exists."""
    # Ahead of the CSRF check: whose session has ended is told to sign in, not that a token is missing.
    app.before_request_funcs.setdefault(None, [])[:0] = [_know_strangers, _refuse_anonymous_writes]


def _know_strangers() -> None:
    """Whoever brings no cookie is nobody. Flask-Login would take a fingerprint of them to find that out."""
    if "HTTP_COOKIE" not in request.environ:
        g._login_user = _NOBODY


def _refuse_anonymous_writes() -> None:
    if request.method in _SAFE_METHODS or request.path.startswith("/api/"):
        return
    if current_user.is_authenticated:
        rate_limits.count("write", str(current_user.id))
    elif request.endpoint not in _OPEN_FORMS:
        raise NotSignedIn
