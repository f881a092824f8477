"""/api/tournaments/{id}/stations/ and /breaks/: where a tournament is played, and when it is not."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.services import tournaments
from app.services.queries import places as queries
from app.services.queries import station_queue
from app.services.schedule import breaks, calls

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import created, json_response, no_content
from .listings import page_answer
from .match_answers import match_answer
from .schemas.base import PageQuerySchema, page_schema
from .schemas.matches import MatchSchema
from .schemas.stations import (
    BreakCreateSchema,
    BreakSchema,
    BreakUpdateSchema,
    CallNextSchema,
    QueuedMatchSchema,
    StationCreateSchema,
    StationQueueSchema,
    StationSchema,
    StationUpdateSchema,
)

blueprint = ApiBlueprint(
    "stations",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="Where a tournament's matches are played, what is played there next, and its breaks.",
)
_QUEUED = tuple(QueuedMatchSchema().fields)


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
def add_station(data: dict[str, Any], tournament_id: int) -> Response:
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
def update_station(changes: dict[str, Any], tournament_id: int, station_id: int) -> Response:
    """Change a station's name, stream, time zone or hours. The hours are replaced as a whole."""
    if changes:
        tournaments.update_station(
            actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now(), **changes
        )
    return json_response(queries.station_document(current_actor(), tournament_id, station_id))


@blueprint.route("/stations/<id:station_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_station(tournament_id: int, station_id: int) -> Response:
    """Delete a station, and the breaks at it alone. Refused while matches are placed there."""
    tournaments.delete_station(
        actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now()
    )
    return no_content()


@blueprint.route("/stations/<id:station_id>/queue/", methods=["GET"])
@blueprint.response(200, StationQueueSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_queue(tournament_id: int, station_id: int) -> Response:
    """What is on at a station, what is called and what is next; where it is free, what to play there."""
    queue = station_queue.get_queue(current_actor(), tournament_id, station_id, now()).document()
    for part in ("now", "called", "next"):
        queue[part] = [_queued(row) for row in queue[part]]
    queue["suggested"] = queue["suggested"] and _queued(queue["suggested"])
    return json_response(queue)


def _queued(row: dict[str, Any]) -> dict[str, Any]:
    """A page's row, as far as the API shows it."""
    return {name: row[name] for name in _QUEUED}


@blueprint.route("/stations/<id:station_id>/call-next/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_CALL, tournament="tournament_id")
@blueprint.arguments(CallNextSchema)
def call_next(data: dict[str, Any], tournament_id: int, station_id: int) -> Response:
    """Call the next match to a station, or the suggested one where the station is free.

    Answers the match that was called, and refuses where there is none. With `match_id`, the same call
    twice is one call.
    """
    match_id = calls.call_next(
        actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now(), **data
    )
    return match_answer(match_id)


@blueprint.route("/breaks/", methods=["GET"])
@blueprint.response(200, page_schema(BreakSchema))
@needs(Permission.TOURNAMENT_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_breaks(query: dict[str, int], tournament_id: int) -> Response:
    """List the breaks."""
    return page_answer(queries.list_breaks(current_actor(), tournament_id), query)


@blueprint.route("/breaks/", methods=["POST"])
@blueprint.response(201, BreakSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(BreakCreateSchema)
def add_break(data: dict[str, Any], tournament_id: int) -> Response:
    """Add a break, in which nothing is to be played."""
    break_id = breaks.add_break(actor=current_actor(), tournament_id=tournament_id, now=now(), **data)
    return created(
        queries.break_document(current_actor(), tournament_id, break_id),
        f"/api/tournaments/{tournament_id}/breaks/{break_id}/",
    )


@blueprint.route("/breaks/<id:break_id>/", methods=["GET"])
@blueprint.response(200, BreakSchema)
def get_break(tournament_id: int, break_id: int) -> Response:
    """One break."""
    return json_response(queries.break_document(current_actor(), tournament_id, break_id))


@blueprint.route("/breaks/<id:break_id>/", methods=["PATCH"])
@blueprint.response(200, BreakSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(BreakUpdateSchema)
def update_break(changes: dict[str, Any], tournament_id: int, break_id: int) -> Response:
    """Change a break's name, times or station."""
    breaks.update_break(
        actor=current_actor(), tournament_id=tournament_id, break_id=break_id, changes=changes, now=now()
    )
    return json_response(queries.break_document(current_actor(), tournament_id, break_id))


@blueprint.route("/breaks/<id:break_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_break(tournament_id: int, break_id: int) -> Response:
    """Delete a break."""
    breaks.delete_break(actor=current_actor(), tournament_id=tournament_id, break_id=break_id, now=now())
    return no_content()
