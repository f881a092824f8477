"""What every answer tells the browser to refuse, and which proxies are believed."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import Flask, Response, request
from flask_login import current_user

# No script and no style but our files: an injected tag or attribute does nothing.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
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


_FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
)
Network = IPv4Network | IPv6Network


def register_security(app: Flask) -> None:
    """Put the headers on every answer that does not bring its own, and heed trusted proxies only."""
    app.after_request(_add_headers)
    trusted = app.extensions["matchdesk_settings"].trusted_proxies
    app.wsgi_app = TrustedProxies(app.wsgi_app, trusted)


class TrustedProxies:
    """Believes what trusted proxies say of the client, and drops what anybody else says.

    From X-Forwarded-For the last address that is no trusted proxy is the client: what stands before it is
    the client's own word.
    """

    def __init__(self, application: Callable, trusted: Sequence[Network]):
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Set the client's address, scheme and host as the proxy tells them, and go on."""
        told = {name: environ.pop(name) for name in _FORWARDED if name in environ}
        if told and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            self._believe(environ, told)
        return self._application(environ, start_response)

    def _believe(self, environ: dict, told: dict[str, str]) -> None:
        hops = [hop.strip() for hop in told.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        client = next((hop for hop in reversed(hops) if not self._is_trusted(hop)), None)
        if client is not None and _is_address(client):
            environ["REMOTE_ADDR"] = client
        scheme = told.get("HTTP_X_FORWARDED_PROTO", "").split(",")[-1].strip().lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = told.get("HTTP_X_FORWARDED_HOST", "").split(",")[-1].strip()
        if host:
            environ["HTTP_HOST"] = host

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        # An address with a digest never changes its content.
        if "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif not request.path.startswith("/api/") and "Cache-Control" not in response.headers:
        is_personal = current_user.is_authenticated
        response.headers["Cache-Control"] = "private, no-store" if is_personal else "no-cache"
        response.vary.add("Cookie")
    return response
