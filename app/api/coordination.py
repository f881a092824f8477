"""/api/tournaments/matches/{id}/accept/ and hand-over/: what a match's coordinator says to it."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.services import coordination

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .match_answers import expected_match_version, match_answer
from .schemas.base import EmptySchema
from .schemas.matches import HandOverSchema, MatchSchema

blueprint = ApiBlueprint(
    "coordination",
    __name__,
    url_prefix="/api/tournaments/matches",
    description="What the coordinator of a match says to it. Nobody else can.",
)


@blueprint.route("/<id:match_id>/accept/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_COORDINATOR_ANSWER, match="match_id")
@blueprint.arguments(EmptySchema)
def accept(_: dict[str, Any], match_id: int) -> Response:
    """Take on a match that you coordinate."""
    coordination.accept(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/hand-over/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_COORDINATOR_ANSWER, match="match_id")
@blueprint.arguments(HandOverSchema)
def hand_over(data: dict[str, str], match_id: int) -> Response:
    """Ask the organizers to give a match that you coordinate to somebody else. It is yours until they do."""
    coordination.hand_over(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return match_answer(match_id)
