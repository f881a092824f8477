"""/api/tournaments/{id}/staff/ and /stations/: who runs a tournament, and where it is played."""

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
    StationCreateSchema,
    StationSchema,
    StationUpdateSchema,
)

blueprint = ApiBlueprint(
    "staff-and-stations",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="Who helps to run a tournament, and where its matches are played.",
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


@blueprint.route("/stations/", methods=["GET"])
@blueprint.response(200, page_schema(StationSchema))
@needs(Permission.TOURNAMENT_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_stations(query: dict[str, int], tournament_id: int) -> Response:
    """List the stations."""
    return page_answer(queries.list_stations(current_actor(), tournament_id), query)


@blueprint.route("/stations/", methods=["POST"])
@blueprint.response(201, StationSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(StationCreateSchema)
def add_station(data: dict[str, str], tournament_id: int) -> Response:
    """Add a station."""
    station_id = tournaments.add_station(
        actor=current_actor(), tournament_id=tournament_id, now=now(), **data
    )
    return created(
        queries.station_document(current_actor(), tournament_id, station_id),
        f"/api/tournaments/{tournament_id}/stations/{station_id}/",
    )


@blueprint.route("/stations/<id:station_id>/", methods=["GET"])
@blueprint.response(200, StationSchema)
def get_station(tournament_id: int, station_id: int) -> Response:
    """One station."""
    return json_response(queries.station_document(current_actor(), tournament_id, station_id))


@blueprint.route("/stations/<id:station_id>/", methods=["PATCH"])
@blueprint.response(200, StationSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(StationUpdateSchema)
def update_station(changes: dict[str, str], tournament_id: int, station_id: int) -> Response:
    """Give a station another name."""
    if changes:
        tournaments.update_station(
            actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now(), **changes
        )
    return json_response(queries.station_document(current_actor(), tournament_id, station_id))


@blueprint.route("/stations/<id:station_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_station(tournament_id: int, station_id: int) -> Response:
    """Delete a station. Refused while matches are placed there."""
    tournaments.delete_station(
        actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now()
    )
    return no_content()
