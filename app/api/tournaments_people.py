"""/api/tournaments/{id}/staff/: who runs a tournament."""

from flask import Response

from app.domain.permissions import Permission
from app.services import tournaments
from app.services.queries import tournaments as queries

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import created, json_response, no_content
from .listings import page_answer
from .schemas.base import PageQuerySchema, page_schema
from .schemas.tournaments import (
    StaffCreateSchema,
    StaffSchema,
)

blueprint = ApiBlueprint(
    "staff",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="Who helps to run a tournament.",
)


@blueprint.route("/staff/", methods=["GET"])
@blueprint.response(200, page_schema(StaffSchema))
@needs(Permission.DESK_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_staff(query: dict[str, int], tournament_id: int) -> Response:
    """List who helps to run the tournament. Its creator is no entry of the list."""
    return page_answer(queries.list_staff(current_actor(), tournament_id), query)


@blueprint.route("/staff/", methods=["POST"])
@blueprint.response(201, StaffSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(StaffCreateSchema)
def add_staff(data: dict[str, str], tournament_id: int) -> Response:
    """Make a user an organizer of the tournament. For somebody who is one already: 200, and no change."""
    staff_id, is_new = tournaments.add_staff(
        actor=current_actor(), tournament_id=tournament_id, now=now(), **data
    )
    document = queries.staff_document(current_actor(), tournament_id, staff_id)
    if not is_new:
        return json_response(document)
    return created(document, f"/api/tournaments/{tournament_id}/staff/{staff_id}/")


@blueprint.route("/staff/<id:staff_id>/", methods=["GET"])
@blueprint.response(200, StaffSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_staff(tournament_id: int, staff_id: int) -> Response:
    """One entry of the staff list."""
    return json_response(queries.staff_document(current_actor(), tournament_id, staff_id))


@blueprint.route("/staff/<id:staff_id>/", methods=["DELETE"])
@blueprint.response(204)
def remove_staff(tournament_id: int, staff_id: int) -> Response:
    """Take somebody off the staff list."""
    tournaments.remove_staff(actor=current_actor(), tournament_id=tournament_id, staff_id=staff_id, now=now())
    return no_content()
