"""Answers to strangers, kept for as long as nothing in the database changes.

Between two changes a whole hall asks for the same few pages. Whoever brings a cookie or a token is always
answered anew, and so is everybody after any commit.
"""

from collections.abc import Callable, Hashable
from functools import wraps

from flask import Response, current_app, make_response, request, session

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
    "HTTP_IF_NONE_MATCH",
    "HTTP_HX_REQUEST",
    "HTTP_HX_BOOSTED",
    "HTTP_HX_HISTORY_RESTORE_REQUEST",
)
_KEPT_STATUSES = (200, 304)


class KeptAnswers:
    """The answers of one application since the last change."""

    def __init__(self) -> None:
        self._version: Hashable = None
        self._answers: dict[tuple, tuple[bytes, int, list[tuple[str, str]]]] = {}

    def get(self, version: Hashable, make: Callable[[], Response]) -> Response:
        """The answer to the present request: what is kept of this version of the data, else a new one."""
        if version != self._version:
            self._version, self._answers = version, {}
        # A slow request may outlive the version: what it adds then goes with the old answers.
        answers = self._answers
        asked = tuple(map(request.environ.get, _ASKED))
        if asked in answers:
            body, status, headers = answers[asked]
            return Response(body, status, headers)
        response = make()
        if _may_be_kept(response):
            if len(answers) >= MOST_KEPT:
                answers.clear()
            answers[asked] = (response.get_data(), response.status_code, list(response.headers))
        return response


def kept_for_strangers(view: Callable) -> Callable:
    """Let a view's answers be kept. They may depend on the database and the request, but not on the time."""

    @wraps(view)
    def answer(*args, **kwargs):
        is_stranger = "HTTP_COOKIE" not in request.environ and "HTTP_AUTHORIZATION" not in request.environ
        version = data_version() if is_stranger else None
        if version is None:
            return view(*args, **kwargs)
        kept = current_app.extensions.setdefault("matchdesk_answers", KeptAnswers())
        return kept.get(version, lambda: make_response(view(*args, **kwargs)))

    return answer


def _may_be_kept(response: Response) -> bool:
    is_small = (response.content_length or 0) <= LARGEST_KEPT
    return response.status_code in _KEPT_STATUSES and is_small and not session.modified
