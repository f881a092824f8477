"""/api/conflicts/ and /api/tournaments/{id}/conflicts/: what clashes in a schedule, and its mends."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.domain.schedule.mends import MendKind
from app.services.schedule.inbox import mend_conflict, open_inbox

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import json_response
from .listings import page_answer
from .match_answers import told
from .schemas.base import PageQuerySchema, page_schema
from .schemas.conflicts import ConflictSchema, MendBodySchema, MendedSchema

blueprint = ApiBlueprint(
    "conflicts",
    __name__,
    url_prefix="/api",
    description="What clashes in the schedules of the tournaments that you run, and what mends it.",
)
_PAGE = page_schema(ConflictSchema)


@blueprint.route("/conflicts/", methods=["GET"])
@blueprint.response(200, _PAGE)
@blueprint.arguments(PageQuerySchema, location="query")
def list_all_conflicts(query: dict[str, int]) -> Response:
    """List the conflicts in all tournaments that you run and that are not over, the first ones first."""
    return page_answer(open_inbox(actor=current_actor(), now=now()), query)


@blueprint.route("/tournaments/<id:tournament_id>/conflicts/", methods=["GET"])
@blueprint.response(200, _PAGE)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_conflicts(query: dict[str, int], tournament_id: int) -> Response:
    """List the conflicts in the schedule of a tournament, the first ones first; for organizers."""
    return page_answer(open_inbox(actor=current_actor(), now=now(), tournament=tournament_id), query)


@blueprint.route("/tournaments/<id:tournament_id>/conflicts/mend/", methods=["POST"])
@blueprint.response(200, MendedSchema)
@needs(Permission.MATCH_SCHEDULE, tournament="tournament_id")
@blueprint.arguments(MendBodySchema)
def mend(data: dict[str, Any], tournament_id: int) -> Response:
    """Do what the list offers about a conflict: one change of one match.

    A change of time or station is a version of the schedule, and can be undone as such.
    """
    done = mend_conflict(
        actor=current_actor(),
        tournament_id=tournament_id,
        match_id=data["match"],
        kind=MendKind(data["kind"]),
        start=data["start"],
        station_id=data["station_id"],
        expected_version=data["version"],
        now=now(),
    )
    return json_response({"match": data["match"], "batch_id": done["batch_id"], **told(done["warnings"])})
