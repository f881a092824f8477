"""/api/tournaments/matches/{id}/...: forfeit, reopen, restore, delete, and an older result again."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.services import outcomes

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import no_content
from .match_answers import expected_match_version, match_answer, previewed_or_done
from .schemas.base import EmptySchema, PreviewQuerySchema
from .schemas.matches import MatchSchema, ReasonSchema
from .schemas.results import ForfeitSchema

blueprint = ApiBlueprint(
    "outcomes",
    __name__,
    url_prefix="/api/tournaments/matches",
    description="Matches that end without a result, and closed ones opened again.",
)


@blueprint.route("/<id:match_id>/forfeit/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_FORFEIT, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(ForfeitSchema)
def forfeit(data: dict[str, Any], match_id: int) -> Response:
    """One side gives the match up (`participant_id`), or `both` do; who is left moves on.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    return previewed_or_done(match_id, outcomes.forfeit, data)


@blueprint.route("/<id:match_id>/reopen/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_REOPEN, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(ReasonSchema)
def reopen(data: dict[str, Any], match_id: int) -> Response:
    """Make a completed or forfeited match LIVE again; refused once a match that it feeds has begun.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    return previewed_or_done(match_id, outcomes.reopen, data)


@blueprint.route("/<id:match_id>/restore/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_RESTORE, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(EmptySchema)
def restore(_: dict[str, Any], match_id: int) -> Response:
    """Bring a cancelled match back.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    return previewed_or_done(match_id, outcomes.restore, {})


@blueprint.route("/<id:match_id>/results/<id:n>/restore/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.RESULT_SET, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(EmptySchema)
def restore_result(_: dict[str, Any], match_id: int, n: int) -> Response:
    """Make an earlier version of the result the result again, as a new version.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    return previewed_or_done(match_id, outcomes.restore_result, {"n": n})


@blueprint.route("/<id:match_id>/", methods=["DELETE"])
@blueprint.response(204)
@needs(Permission.MATCH_DELETE, match="match_id")
def delete_match(match_id: int) -> Response:
    """Delete a match that has not begun; `undelete/` brings it back."""
    outcomes.delete_match(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return no_content()


@blueprint.route("/<id:match_id>/undelete/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_DELETE, match="match_id", deleted=True)
@blueprint.arguments(EmptySchema)
def undelete_match(_: dict[str, Any], match_id: int) -> Response:
    """Bring a deleted match back as it was."""
    outcomes.undelete_match(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id, deleted=True),
    )
    return match_answer(match_id)
