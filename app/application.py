"""The Flask application's own class."""

from collections.abc import Callable

from flask import Flask


class Application(Flask):
    """Flask without the look at each function, some ten times a request, whether it is async: none is."""

    def ensure_sync(self, func: Callable) -> Callable:
        """The function as it is."""
        return func

    def log_exception(self, exc_info) -> None:
        """Write the traceback. Flask would add the path, which may hold a secret link."""
        self.logger.error("a request failed", exc_info=exc_info)
