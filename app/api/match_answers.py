"""What every verb on a match answers with, and which version it may ask for."""

from typing import Any

from flask import Response

from app.services.queries.match_detail import match_document

from .conditional import conditional_response, expected_version
from .identity import current_actor


def match_answer(match_id: int, **beside: Any) -> Response:
    """The whole match as the caller may see it, with its ETag, and the members that stand `beside` it."""
    return conditional_response(match_document(current_actor(), match_id), **beside)


def expected_match_version(match_id: int, *, deleted: bool = False) -> int | None:
    """The version that the caller's If-Match asks for, or None."""
    return expected_version(lambda: match_document(current_actor(), match_id, deleted=deleted))
