"""What an error looks like from outside: a page, an htmx partial or a problem document.

One table says which status a domain error has. Under /api/ the answer is a problem document (RFC 9457);
elsewhere it is a page, or only its inner part where htmx asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from werkzeug.exceptions import HTTPException

from app.api.problems import problem_response
from app.domain import errors as domain
from app.domain.words import say

# The first class that fits decides, so a subclass stands above its base.
STATUS_BY_ERROR: tuple[tuple[type[domain.DomainError], int], ...] = (
    (domain.InvalidInput, 400),
    (domain.Refused, 400),
    (domain.NotSignedIn, 401),
    (domain.NotAllowed, 403),
    (domain.NotFound, 404),
    (domain.StaleVersion, 409),
    (domain.Conflict, 409),
    (domain.TooManyRequests, 429),
)

# What `HTTPStatus` calls them.
_TITLES = {
    400: say("Bad Request"),
    401: say("Unauthorized"),
    403: say("Forbidden"),
    404: say("Not Found"),
    405: say("Method Not Allowed"),
    409: say("Conflict"),
    413: say("Request Entity Too Large"),
    415: say("Unsupported Media Type"),
    429: say("Too Many Requests"),
    500: say("Internal Server Error"),
    503: say("Service Unavailable"),
}

_DETAILS = {
    400: say("The request could not be understood."),
    401: say("Sign in first."),
    403: say("You may not do this."),
    404: say("Not found."),
    405: say("This address does not answer to this method."),
    413: say("The request is larger than this server accepts."),
    415: say("The body must be JSON, sent as application/json."),
    429: say("Too many requests; try again a little later."),
    500: say("Something went wrong on our side. It has been written down."),
    503: say("The match desk is busy; try again in a moment."),
}

_HINTS = {
    400: say("Go back, check what was entered, and send it again."),
    401: say("Sign in, and the page opens."),
    403: say("If you think that you should be able to, ask an organizer of the tournament."),
    404: say("The address may be mistyped, or what was here is gone or not public."),
    405: say("Use the buttons of the page; this address only takes what they send."),
    409: say("Load the page again to see the present state, then decide."),
    413: say("Send less at once."),
    429: say("Wait a minute, then try again."),
    500: say("Try again. If it stays like this, tell the people who run this server."),
    503: say("Wait a few seconds, then try again."),
}

_CSRF_HINT = say(
    "The form was open for too long, or cookies are off. Load the page again, and send the form once more."
)

# By what flask-wtf says of a form that does not prove where it comes from.
_CSRF_DETAILS = {
    "The CSRF token is missing.": say("The CSRF token is missing, so nothing was changed."),
    "The CSRF session token is missing.": say("The CSRF session token is missing, so nothing was changed."),
    "The CSRF token has expired.": say("The CSRF token has expired, so nothing was changed."),
    "The CSRF token is invalid.": say("The CSRF token is invalid, so nothing was changed."),
    "The CSRF tokens do not match.": say("The CSRF tokens do not match, so nothing was changed."),
    "The referrer header is missing.": say("The referrer header is missing, so nothing was changed."),
    "The referrer does not match the host.": say(
        "The referrer does not match the host, so nothing was changed."
    ),
}


@dataclass(frozen=True)
class Failure:
    """One error, ready to be shown in any of the three forms."""

    status: int
    detail: str
    hint: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)


def register_error_handlers(app: Flask) -> None:
    """Make every error of the application answer in the form that its reader expects."""
    app.register_error_handler(domain.DomainError, _on_domain_error)
    app.register_error_handler(OperationalError, _on_database_busy)
    app.register_error_handler(NoConnectionInTime, _on_database_busy)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(HTTPException, _on_http_error)


def is_api_request() -> bool:
    """True where the caller reads JSON: every address under /api/, known or not."""
    return request.path == "/api" or request.path.startswith("/api/")


def failure_of(error: domain.DomainError) -> Failure:
    """How a domain error is shown: status, words, and what else a client can use."""
    status = next(status for kind, status in STATUS_BY_ERROR if isinstance(error, kind))
    headers: dict[str, str] = {}
    members: dict[str, Any] = {}
    if isinstance(error, domain.NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, domain.TooManyRequests):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, domain.Refused):
        members["reasons"] = error.reasons
    if isinstance(error, domain.Conflict):
        members["changes"] = error.changes
    if isinstance(error, domain.StaleVersion):
        members["current_version"] = error.current_version
        if is_api_request() and "If-Match" in request.headers:
            status = 412
    return Failure(status, error.detail, _HINTS.get(status, ""), error.errors, headers, members)


def _on_domain_error(error: domain.DomainError) -> Response:
    failure = failure_of(error)
    if isinstance(error, domain.NotSignedIn) and not is_api_request():
        return _to_login()
    return _answer(failure)


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None and (error.code is None or error.code < 400):
        return error.response
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    detail = _DETAILS.get(status) or error.description or HTTPStatus(status).phrase
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    headers = {name: value for name, value in error.get_headers() if name in kept}
    if status == 429:
        headers.setdefault("Retry-After", "60")
    return _answer(Failure(status, detail, _HINTS.get(status, ""), headers=headers))


def _on_csrf_error(error: CSRFError) -> Response:
    detail = _CSRF_DETAILS.get(error.description or "", _DETAILS[400])
    return _answer(Failure(400, detail, _CSRF_HINT))


def _on_database_busy(error: OperationalError | NoConnectionInTime) -> Response:
    """A lock or a connection not had in time, or a database that is away: none is the caller's fault."""
    current_app.logger.error("The database did not answer", exc_info=error)
    # Who asks is looked up only when the page is drawn: that must not ask the database once more.
    g.database_is_away = True
    return _answer(Failure(503, _DETAILS[503], _HINTS[503], headers={"Retry-After": "2"}))


def _answer(failure: Failure) -> Response:
    if is_api_request():
        return problem_response(
            failure.status, failure.detail, failure.errors, headers=failure.headers, **failure.members
        )
    is_partial = request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers
    response = make_response(
        render_template(
            "errors/_error.html" if is_partial else "errors/error.html",
            status=failure.status,
            title=_TITLES.get(failure.status, HTTPStatus(failure.status).phrase),
            detail=failure.detail,
            hint=failure.hint,
        ),
        failure.status,
    )
    response.headers.update(failure.headers)
    return response


def _to_login() -> Response:
    """To the login page and, for what only reads, back again afterwards."""
    target = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    address = url_for("accounts.login", next=target) if target else url_for("accounts.login")
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return make_response(redirect(address, code=303))
