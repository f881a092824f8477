"""Answers to strangers, kept for as long as nothing changes in what they show.

Between two changes a whole hall asks for the same few pages. Whoever brings a cookie or a token is always
answered anew. So is everybody after a commit, by whatever process: to the tournament that an answer says it
is of, or to anything where it does not say.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import wraps
from time import monotonic

from cachetools import LRUCache
from flask import request
from sqlalchemy import Engine, event

from app.extensions import db
from app.languages import asked_language
from app.services.queries.freshness import data_version, find_revision

MOST_KEPT = 32 * 1024 * 1024  # bytes
LARGEST_KEPT = 512 * 1024  # bytes
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
_TRUTH = "matchdesk.answer_is_true"


@dataclass
class Truth:
    """How long an answer is true: of which version of the data it is, and what it shows of it."""

    as_of: Hashable
    until: float
    # The only tournament that it shows, with its revision.
    tournament: tuple[int, int] | None = None

    def holds(self, engine: Engine) -> bool:
        """True where asking again would get the same answer."""
        if monotonic() > self.until:
            return False
        now = data_version(engine)
        if now == self.as_of:
            return now is not None
        if now is None or self.tournament is None:
            return False
        if find_revision(engine, "tournament_id", self.tournament[0]) != self.tournament:
            return False
        # Looked at before the revision: what was committed in between is seen the next time.
        self.as_of = now
        return True


@dataclass(frozen=True)
class Answer:
    """An answer that is kept."""

    truth: Truth
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def __len__(self) -> int:
        return len(self.body) + 2_000  # for the address and the headers


class KeptAnswers:
    """The WSGI layer that gives strangers again what others were answered since the last change."""

    def __init__(self, application: Callable, engine: Engine, most_kept: int = MOST_KEPT):
        self._application = application
        self._engine = engine
        self._answers: LRUCache[tuple, Answer] = LRUCache(most_kept, getsizeof=len)
        # What is opened next may be another database, in which the same numbers mean something else.
        event.listen(engine, "engine_disposed", lambda _engine: self._answers.clear())

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Answer from what is kept, or pass the request on."""
        if not _is_stranger(environ):
            return self._application(environ, start_response)
        language = asked_language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        asked = (language, *map(environ.get, _ASKED))
        known = self._answers.get(asked)
        if known is None or not known.truth.holds(self._engine):
            return self._answer_anew(asked, environ, start_response)
        start_response(known.status, list(known.headers))
        return [known.body]

    def _answer_anew(self, asked: tuple, environ: dict, start_response: Callable) -> Iterable[bytes]:
        begun: list = []

        def note(status, headers, exc_info=None):
            begun[:] = status, list(headers)
            return start_response(status, headers, exc_info)

        answer = self._application(environ, note)
        truth: Truth | None = environ.get(_TRUTH)
        if truth is None or truth.as_of is None or not _may_be_kept(*begun):
            return answer
        body = b"".join(answer)
        answer.close()
        self._answers[asked] = Answer(truth, *begun, body)
        return [body]


def kept_for_strangers(seconds: float = float("inf")) -> Callable[[Callable], Callable]:
    """Let a view's answers be kept, for so long at most.

    They may depend on the database and the request, and on the time only as far as that is exact enough.
    """

    def decorator(view: Callable) -> Callable:
        @wraps(view)
        def answer(*args, **kwargs):
            if _is_stranger(request.environ):
                # Asked before anything is read: what changes meanwhile makes the answer an old one.
                request.environ[_TRUTH] = Truth(data_version(db.engine), monotonic() + seconds)
            return view(*args, **kwargs)

        return answer

    return decorator


def shows_only(by: str, key: int | str) -> None:
    """Say that this answer shows nothing but one tournament, named as `find_revision` takes it.

    To be said before anything of it is read.
    """
    truth: Truth | None = request.environ.get(_TRUTH)
    if truth is not None:
        truth.tournament = find_revision(db.engine, by, key)


def true_for(seconds: float) -> None:
    """Say that this answer shows what follows the clock, and is true for so long at most."""
    truth: Truth | None = request.environ.get(_TRUTH)
    if truth is not None:
        truth.until = min(truth.until, monotonic() + seconds)


def _is_stranger(environ: dict) -> bool:
    return "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ


def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    if not status.startswith(("200", "304")):
        return False
    # Werkzeug writes names as they are written everywhere.
    found = dict(headers)
    return int(found.get("Content-Length", 0)) <= LARGEST_KEPT and "Set-Cookie" not in found
