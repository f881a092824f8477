"""Answers to strangers, kept for as long as nothing in the database changes.

Between two changes a whole hall asks for the same few pages. Whoever brings a cookie or a token is always
answered anew, and so is everybody after any commit, by whatever process.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import wraps

from flask import request
from sqlalchemy import Engine

from app.extensions import db
from app.services.queries.freshness import data_version

MOST_KEPT = 256
LARGEST_KEPT = 128 * 1024  # bytes
# Whoever asks the same in all of these is answered the same.
_ASKED = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ORIGIN",
    "HTTP_IF_NONE_MATCH",
    "HTTP_HX_REQUEST",
    "HTTP_HX_BOOSTED",
    "HTTP_HX_HISTORY_RESTORE_REQUEST",
)
# Of which version of the data an answer is, where it may be kept.
_AS_OF = "matchdesk.answer_as_of"


class KeptAnswers:
    """The WSGI layer that gives strangers again what others were answered since the last change."""

    def __init__(self, application: Callable, engine: Engine):
        self._application = application
        self._engine = engine
        self._as_of: Hashable = None
        self._answers: dict[tuple, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Answer from what is kept, or pass the request on."""
        if not _is_stranger(environ):
            return self._application(environ, start_response)
        asked = tuple(map(environ.get, _ASKED))
        known = self._answers.get(asked)
        if known is None or data_version(self._engine) != self._as_of:
            return self._answer_anew(asked, environ, start_response)
        status, headers, body = known
        start_response(status, list(headers))
        return [body]

    def _answer_anew(self, asked: tuple, environ: dict, start_response: Callable) -> Iterable[bytes]:
        begun: list = []

        def note(status, headers, exc_info=None):
            begun[:] = status, list(headers)
            return start_response(status, headers, exc_info)

        answer = self._application(environ, note)
        as_of = environ.get(_AS_OF)
        if as_of is None or not _may_be_kept(*begun):
            return answer
        body = b"".join(answer)
        answer.close()
        if as_of != self._as_of or len(self._answers) >= MOST_KEPT:
            self._as_of, self._answers = as_of, {}
        self._answers[asked] = (*begun, body)
        return [body]


def kept_for_strangers(view: Callable) -> Callable:
    """Let a view's answers be kept. They may depend on the database and the request, but not on the time."""

    @wraps(view)
    def answer(*args, **kwargs):
        if _is_stranger(request.environ):
            # Asked before anything is read: what changes meanwhile makes the answer an old one.
            request.environ[_AS_OF] = data_version(db.engine)
        return view(*args, **kwargs)

    return answer


def _is_stranger(environ: dict) -> bool:
    return "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ


def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    found = {name.lower(): value for name, value in headers}
    is_small = int(found.get("content-length", 0)) <= LARGEST_KEPT
    return status.startswith(("200", "304")) and is_small and "set-cookie" not in found
