"""/api/me/: the matches that one plays, what changed in them, and those that one coordinates."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema

from app.domain.errors import NotSignedIn
from app.domain.permissions import Actor
from app.services import seen
from app.services.queries.coordinating import list_coordinated
from app.services.queries.own_matches import list_own_matches

from .blueprint import ApiBlueprint
from .identity import current_actor, now
from .jsonio import json_response
from .pagination import page_document, page_offset
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.me import CoordinatedMatchSchema, OwnMatchSchema, SeenSchema

blueprint = ApiBlueprint(
    "own-matches", __name__, url_prefix="/api/me", description="The matches that you play or coordinate."
)


@blueprint.route("/matches/", methods=["GET"])
@blueprint.response(200, page_schema(OwnMatchSchema))
@blueprint.arguments(PageQuerySchema, location="query")
def list_matches(query: dict[str, int]) -> Response:
    """List the matches that you are to play, the next one first, and what changed since you last looked.

    Those that were cancelled since then stand at the end. Until `seen/` is first called nothing is changed.
    """
    own = list_own_matches(_somebody())
    rows = [*own.coming, *(row for row in own.finished if row["changed"])]
    return _page(rows, query, OwnMatchSchema)


@blueprint.route("/seen/", methods=["POST"])
@blueprint.response(200, SeenSchema)
@blueprint.arguments(EmptySchema)
def mark_seen(_: dict[str, Any]) -> Response:
    """Say that you know when and where your matches are now."""
    return json_response({"seen": seen.mark_seen(actor=current_actor(), now=now())})


@blueprint.route("/coordinating/", methods=["GET"])
@blueprint.response(200, page_schema(CoordinatedMatchSchema))
@blueprint.arguments(PageQuerySchema, location="query")
def list_coordinating(query: dict[str, int]) -> Response:
    """List the matches that you coordinate, by time: what is to come, and what ended in the last two days."""
    rows = list_coordinated(_somebody(), now())
    return _page(
        [{**row, "clashes": [other["id"] for other in row["clashes"]]} for row in rows],
        query,
        CoordinatedMatchSchema,
    )


def _somebody() -> Actor:
    if current_actor().is_anonymous:
        raise NotSignedIn
    return current_actor()


def _page(rows: Sequence[dict], query: dict[str, int], schema: type[Schema]) -> Response:
    """A page of the rows, each with what the schema tells of it."""
    page, size = query["page"], query["page_size"]
    offset = page_offset(len(rows), page, size)
    shown = [{name: row[name] for name in schema._declared_fields} for row in rows[offset : offset + size]]
    return json_response(page_document(shown, len(rows), page, size))
