"""One line and one count for each request, and the id by which its lines are found together.

A line says who asked for what and how it ended. It never has a query (searches, keys of boards, addresses
to go on to), nor the secret part of a one-time link.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from itertools import count
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from app.logs import Asked, asked_now, tell
from app.metrics import UNKNOWN, count_request

REQUEST_ID_HEADER = "X-Request-ID"
# Arguments of addresses that whoever knows them gets in with.
SECRET_ARGUMENTS = ("token",)
_HANDED_ON = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LONGEST_PATH = 200
_MOST_ENDPOINTS = 1024


class RequestLog:
    """The WSGI layer that writes the lines; after the beginnings in `secret_paths` it tells nothing."""

    def __init__(self, application: Callable, secret_paths: tuple[str, ...]):
        self._application = application
        self._secret_paths = secret_paths
        self._prefix = secrets.token_hex(4)
        self._numbers = count(1)
        # Of answers that are kept for strangers: they are given without asking the application.
        self._endpoints: dict[str, str] = {}

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Pass the request on, and tell of it once it is answered."""
        path = environ.get("PATH_INFO", "")
        if path.startswith("/socket.io"):
            # Lasts as long as a page is open: clients are counted where they come and go.
            return self._application(environ, start_response)
        asked = Asked(self._request_id(environ), environ["REQUEST_METHOD"], self._tellable(path))

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable:
            asked.status = status[:3]
            return start_response(status, [*headers, (REQUEST_ID_HEADER, asked.request_id)], exc_info)

        mark = asked_now.set(asked)
        began = perf_counter()
        try:
            return self._application(environ, answer)
        finally:
            seconds = perf_counter() - began
            endpoint = self._endpoint(path, asked)
            count_request(asked.method, endpoint, asked.status, path, seconds)
            asked.milliseconds = round(seconds * 1000, 1)
            tell(asked)
            asked_now.reset(mark)

    def _request_id(self, environ: dict) -> str:
        # Whoever may not hand one on has lost it in TrustedProxies.
        given = environ.get("HTTP_X_REQUEST_ID")
        if given is not None and _HANDED_ON.fullmatch(given):
            return given
        return f"{self._prefix}-{next(self._numbers)}"

    def _tellable(self, path: str) -> str:
        for beginning in self._secret_paths:
            if path.startswith(beginning):
                return f"{beginning}..."
        # WSGI hands bytes on as if each were a letter.
        return path[:_LONGEST_PATH].encode("latin-1", "replace").decode("utf-8", "replace")

    def _endpoint(self, path: str, asked: Asked) -> str:
        if asked.endpoint is None:
            return self._endpoints.get(path, UNKNOWN)
        if asked.status in ("200", "304"):
            if len(self._endpoints) >= _MOST_ENDPOINTS:
                self._endpoints.clear()
            self._endpoints[path] = asked.endpoint
        return asked.endpoint


def register_request_log(app: Flask) -> None:
    """Tell of the application's requests; after all of its addresses are known."""
    app.after_request(_note)
    app.wsgi_app = RequestLog(app.wsgi_app, tuple(sorted(_secret_paths(app))))


def _secret_paths(app: Flask) -> set[str]:
    """The beginnings of addresses of which the rest is a secret, whether or not it fits a whole address."""
    return {
        rule.rule.partition("<")[0]
        for rule in app.url_map.iter_rules()
        if any(argument in SECRET_ARGUMENTS for argument in rule.arguments)
    }


def _note(response: Response) -> Response:
    asked = asked_now.get()
    if asked is None:
        return response
    arguments = request.view_args or {}
    asked.endpoint = request.endpoint or UNKNOWN
    asked.match = arguments.get("match_id")
    asked.tournament = arguments.get("tournament_id") or arguments.get("slug")
    # Only who was looked up anyway: a line is not worth a question to the database.
    actor, user = g.get("api_actor"), g.get("_login_user")
    if actor is not None:
        asked.user_id = actor.user_id
    elif user is not None and user.is_authenticated:
        asked.user_id = user.id
    return response
