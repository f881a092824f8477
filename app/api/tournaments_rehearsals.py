"""/api/tournaments/{id}/rehearsals/ and /rehearsal/: copies of a tournament to train with."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.importers.rehearsal import make_rehearsal, reset_rehearsal
from app.services import rehearsals

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import created, json_response
from .listings import page_answer
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.rehearsals import PaceSchema, RehearsalCreateSchema, RehearsalSchema

blueprint = ApiBlueprint(
    "rehearsals",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="Copies of a tournament to train with, played by the clock. They are never public.",
)


@blueprint.route("/rehearsals/", methods=["GET"])
@blueprint.response(200, page_schema(RehearsalSchema))
@needs(Permission.DESK_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_rehearsals(query: dict[str, int], tournament_id: int) -> Response:
    """List your rehearsals of the tournament."""
    return page_answer(rehearsals.list_rehearsals(current_actor(), tournament_id), query)


@blueprint.route("/rehearsals/", methods=["POST"])
@blueprint.response(201, RehearsalSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(RehearsalCreateSchema)
def create_rehearsal(data: dict[str, int], tournament_id: int) -> Response:
    """Copy the tournament as a rehearsal, which stands until it is played. You are its organizer."""
    made = make_rehearsal(actor=current_actor(), tournament_id=tournament_id, now=now(), **data)
    return created(_document(made), f"/api/tournaments/{made}/rehearsal/")


@blueprint.route("/rehearsal/", methods=["GET"])
@blueprint.response(200, RehearsalSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_rehearsal(tournament_id: int) -> Response:
    """How this rehearsal goes; 404 for a tournament that is none."""
    return json_response(_document(tournament_id))


@blueprint.route("/rehearsal/", methods=["PATCH"])
@blueprint.response(200, RehearsalSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(PaceSchema)
def set_pace(data: dict[str, Any], tournament_id: int) -> Response:
    """Play or pause the rehearsal, or change its speed; what has not begun moves accordingly."""
    rehearsals.set_pace(actor=current_actor(), tournament_id=tournament_id, now=now(), **data)
    return json_response(_document(tournament_id))


@blueprint.route("/rehearsal/reset/", methods=["POST"])
@blueprint.response(201, RehearsalSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def reset(_: dict[str, Any], tournament_id: int) -> Response:
    """Delete the rehearsal and make the same anew, under another id."""
    made = reset_rehearsal(actor=current_actor(), tournament_id=tournament_id, now=now())
    return created(_document(made), f"/api/tournaments/{made}/rehearsal/")


def _document(tournament_id: int) -> dict[str, Any]:
    return rehearsals.rehearsal_document(current_actor(), tournament_id)
