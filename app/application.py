"""The Flask application's own class."""

from collections.abc import Callable

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, without the work that Flask does in each request, and for those who have none."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of cookies; None without a secret key."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the request's cookie, a new one without."""
        if "HTTP_COOKIE" not in request.environ and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the session along, where there is something to send."""
        if session or session.modified:
            super().save_session(app, session, response)
        # As Flask does it, but for reading the header where it says so already.
        elif session.accessed and "Cookie" not in response.headers.get("Vary", ""):
            response.vary.add("Cookie")


class Application(Flask):
    """Flask without the look at each function, some ten times a request, whether it is async: none is."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.session_interface = Sessions()

    def ensure_sync(self, func: Callable) -> Callable:
        """The function as it is."""
        return func

    def log_exception(self, exc_info) -> None:
        """Write the traceback. Flask would add the path, which may hold a secret link."""
        self.logger.error("a request failed", exc_info=exc_info)
