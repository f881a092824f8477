"""The Flask application's own class."""

from collections.abc import Callable

from flask import Flask


class Application(Flask):
    """Flask without the look at each function, some ten times a request, whether it is async: none is."""

    def ensure_sync(self, func: Callable) -> Callable:
        """The function as it is."""
        return func
