"""/api/tournaments/{id}/schedule/, /delay/ and /auto-schedule/: the schedule, changed in versions."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.services.queries import schedule_versions as queries
from app.services.schedule import auto, delays, versions

from .blueprint import ApiBlueprint, load_query, needs
from .identity import current_actor, now
from .jsonio import created, json_response
from .listings import page_answer
from .schemas.base import PREVIEW_QUERY, EmptySchema, PageQuerySchema, PreviewQuerySchema, page_schema
from .schemas.schedule import (
    DelaySchema,
    ProposalSchema,
    ScheduleChangesSchema,
    VersionDetailSchema,
    VersionMadeSchema,
    VersionSchema,
    VersionUndoneSchema,
    WishSchema,
    start_and_place,
)

blueprint = ApiBlueprint(
    "schedule",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="The schedule of a tournament. What is changed together is one version, and undone as one.",
)


@blueprint.route("/schedule/", methods=["GET"])
@blueprint.response(200, page_schema(VersionSchema))
@needs(Permission.DESK_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_versions(query: dict[str, int], tournament_id: int) -> Response:
    """List the versions of the schedule, newest first."""
    return page_answer(queries.list_versions(current_actor(), tournament_id), query)


@blueprint.route("/schedule/", methods=["POST"])
@blueprint.response(201, VersionMadeSchema)
@needs(Permission.MATCH_SCHEDULE, tournament="tournament_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(ScheduleChangesSchema)
def change_schedule(data: dict[str, Any], tournament_id: int) -> Response:
    """Give matches times and stations: all of them, or none.

    With `?preview=true` nothing is changed; 200 with the `changes`, what is `refused`, and the `conflicts`
    that there would be. Where all stand there already no version is made: 200.
    """
    wanted = {
        "actor": current_actor(),
        "tournament_id": tournament_id,
        "placements": [
            versions.Placement(change["match"], **start_and_place(change)) for change in data["changes"]
        ],
        "now": now(),
    }
    if load_query(PREVIEW_QUERY)["preview"]:
        return json_response(versions.preview_schedule(**wanted))
    return _made(tournament_id, versions.change_schedule(**wanted, kind=data["kind"]))


@blueprint.route("/schedule/<id:batch_id>/", methods=["GET"])
@blueprint.response(200, VersionDetailSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_version(tournament_id: int, batch_id: int) -> Response:
    """One version of the schedule, with what it changed."""
    return json_response(queries.version_document(current_actor(), tournament_id, batch_id))


@blueprint.route("/schedule/<id:batch_id>/undo/", methods=["POST"])
@blueprint.response(200, VersionUndoneSchema)
@needs(Permission.MATCH_SCHEDULE, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def undo_version(_: dict[str, Any], tournament_id: int, batch_id: int) -> Response:
    """Take a whole version of the schedule back.

    Where some of its matches were changed since, nothing is, and 409 lists them as `changes`.
    """
    match_ids = versions.undo_version(
        actor=current_actor(), batch_id=batch_id, now=now(), tournament_id=tournament_id
    )
    return json_response({"batch_id": batch_id, "match_ids": match_ids})


@blueprint.route("/delay/", methods=["POST"])
@blueprint.response(201, VersionMadeSchema)
@needs(Permission.MATCH_SCHEDULE, tournament="tournament_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(DelaySchema)
def delay(data: dict[str, Any], tournament_id: int) -> Response:
    """Move what is late: a station, a bracket or the day, from a moment on, and behind it as much as needed.

    Breaks, hours and rest are kept; what was planned stays visible as the original time. With
    `?preview=true` nothing is changed; 200 with the `changes` (`because`: matches that it gives way to),
    who must be `told`, and the `conflicts` that there would be.
    """
    moment = now()
    wanted = {
        "actor": current_actor(),
        "tournament_id": tournament_id,
        "late": delays.Delay(**{**data, "since": data["since"] or moment}),
        "now": moment,
    }
    if load_query(PREVIEW_QUERY)["preview"]:
        return json_response(delays.preview_delay(**wanted))
    return _made(tournament_id, delays.delay_schedule(**wanted))


@blueprint.route("/auto-schedule/", methods=["POST"])
@blueprint.response(200, ProposalSchema)
@needs(Permission.MATCH_SCHEDULE, tournament="tournament_id")
@blueprint.arguments(WishSchema)
def propose(data: dict[str, Any], tournament_id: int) -> Response:
    """Look for times and stations for a bracket, or for all. Nothing is changed.

    Send the `changes` to `schedule/` with the kind `auto` to make the proposal true.
    """
    seconds = data.pop("seconds")
    proposal = auto.propose_schedule(
        actor=current_actor(), tournament_id=tournament_id, wish=auto.Wish(**data), now=now(), seconds=seconds
    )
    return json_response(proposal)


def _made(tournament_id: int, version: dict[str, Any]) -> Response:
    """201 with where the version is; 200 where there was nothing to change."""
    if version["batch_id"] is None:
        return json_response(version)
    return created(version, f"/api/tournaments/{tournament_id}/schedule/{version['batch_id']}/")
