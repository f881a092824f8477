"""What every verb on a match answers with, and which version it may ask for."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response

from app.services.previews import preview
from app.services.queries.match_detail import match_document

from .blueprint import load_query
from .conditional import conditional_response, expected_version
from .identity import current_actor, now
from .jsonio import json_response
from .schemas.base import PREVIEW_QUERY


def match_answer(match_id: int, **beside: Any) -> Response:
    """The whole match as the caller may see it, with its ETag, and the members that stand `beside` it."""
    return conditional_response(match_document(current_actor(), match_id, now()), **beside)


def warned_answer(match_id: int, warnings: Sequence[str]) -> Response:
    """The match after a verb that may have made conflicts; where there are any, `warnings` tells them."""
    return match_answer(match_id, **told(warnings))


def told(warnings: Sequence[str]) -> dict[str, Sequence[str]]:
    """The member `warnings` of an answer; none where there is nothing to warn of."""
    return {"warnings": warnings} if warnings else {}


def expected_match_version(match_id: int, *, deleted: bool = False) -> int | None:
    """The version that the caller's If-Match asks for, or None."""
    return expected_version(lambda: match_document(current_actor(), match_id, now(), deleted=deleted))


def previewed_or_done(match_id: int, verb: Callable[..., None], data: dict[str, Any]) -> Response:
    """What the verb would change, where the query asks for a preview; else the match after it."""
    if load_query(PREVIEW_QUERY)["preview"]:
        return json_response(preview(verb, actor=current_actor(), match_id=match_id, now=now(), **data))
    verb(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return match_answer(match_id)
