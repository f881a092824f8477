"""What every answer tells the browser to refuse."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user

# No script and no style but our files: an injected tag or attribute does nothing.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Overlays are made to be put into the pages and programs of a broadcast.
OVERLAY_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Secret links must not travel on to other sites.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_YEAR = 365 * 24 * 3600


_NAMES = frozenset(name.lower() for name in _HEADERS)


def register_security(app: Flask) -> None:
    """Put the headers on every answer that does not bring its own."""
    app.after_request(_say_who_may_keep)
    application = app.wsgi_app

    def with_headers(environ: dict, start_response: Callable) -> Iterable[bytes]:
        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable:
            brought = _NAMES.intersection([name.lower() for name, _ in headers])
            # Whoever brings a policy of its own says in it who may frame the page.
            unneeded = brought | {"x-frame-options"} if "content-security-policy" in brought else brought
            missing = [header for header in _HEADERS.items() if header[0].lower() not in unneeded]
            return start_response(status, headers + missing, exc_info)

        return application(environ, answer)

    app.wsgi_app = with_headers


def _say_who_may_keep(response: Response) -> Response:
    if request.endpoint in ("static", "bundles.read"):
        # An address with a digest never changes its content.
        if "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif not request.path.startswith("/api/") and "Cache-Control" not in response.headers:
        is_personal = current_user.is_authenticated
        response.headers["Cache-Control"] = "private, no-store" if is_personal else "no-cache"
        response.vary.update(("Cookie", "Accept-Language"))
    return response
