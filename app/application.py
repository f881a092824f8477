"""The Flask application's own class."""

from collections.abc import Callable

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose signer is made once for the application instead of for each request."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of cookies; None without a secret key."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


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
