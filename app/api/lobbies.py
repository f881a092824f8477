"""/api/tournaments/matches/{id}/lobby/, rotate-code/ and lobby-seen/: codes, new ones, who has seen them."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.services import lobby
from app.services.queries import lobbies

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import json_response
from .match_answers import expected_match_version, match_answer
from .pagination import page_document, page_offset
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.lobbies import LobbyNewsSchema, LobbySeenSchema, LobbyViewSchema
from .schemas.matches import LobbyInfoSchema, MatchSchema

blueprint = ApiBlueprint(
    "lobbies",
    __name__,
    url_prefix="/api/tournaments/matches",
    description="Lobbies: the codes with which the sides of a match meet, and who has seen them.",
)


@blueprint.route("/<id:match_id>/lobby/", methods=["PATCH"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_LOBBY_UPDATE, match="match_id")
@blueprint.arguments(LobbyInfoSchema)
def update_lobby(changes: dict[str, Any], match_id: int) -> Response:
    """Merge keys into a match's lobby.

    A key sent as null is removed. At least one of `room_code`, `room_id`, `room_password`, `lobby_code` and
    `match_id` must stand afterwards.
    """
    lobby.update_lobby(
        actor=current_actor(),
        match_id=match_id,
        changes=changes,
        now=now(),
        expected_version=expected_match_version(match_id),
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/rotate-code/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_LOBBY_UPDATE, match="match_id")
@blueprint.arguments(EmptySchema)
def rotate_code(_: dict[str, Any], match_id: int) -> Response:
    """Give a match another code after a leak: random ones for `room_code`, `room_password` and `lobby_code`.

    Where none of these stands, what the game gave out is removed, so that you write the new one.
    """
    lobby.rotate_code(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/lobby-seen/", methods=["POST"])
@blueprint.response(200, LobbyNewsSchema)
@needs(Permission.MATCH_LOBBY_SEEN, match="match_id")
@blueprint.arguments(LobbySeenSchema)
def mark_seen(data: dict[str, Any], match_id: int) -> Response:
    """Say that you, who play the match, have seen its codes. Organizers are shown who has."""
    is_news = lobby.mark_seen(actor=current_actor(), match_id=match_id, now=now(), **data)
    return json_response({"is_news": is_news})


@blueprint.route("/<id:match_id>/lobby-seen/", methods=["GET"])
@blueprint.response(200, page_schema(LobbyViewSchema))
@needs(Permission.MATCH_LOBBY_EARLY_VIEW, match="match_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_views(query: dict[str, int], match_id: int) -> Response:
    """List who plays the match, side by side, and since when each of them has seen its codes."""
    rows = lobbies.list_views(current_actor(), match_id)
    page, size = query["page"], query["page_size"]
    offset = page_offset(len(rows), page, size)
    return json_response(page_document(rows[offset : offset + size], len(rows), page, size))
