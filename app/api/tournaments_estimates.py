"""/api/tournaments/{id}/estimates/: when matches are expected to begin, and how good that was."""

from flask import Response

from app.answers import kept_for_strangers, shows_only
from app.domain.permissions import Permission
from app.services.queries import estimates as queries

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import json_response
from .listings import page_answer
from .schemas.base import PageQuerySchema, page_schema
from .schemas.estimates import AccuracySchema, EstimateSchema

# Seconds. What is expected changes with the matches, and with the clock from minute to minute.
_A_MINUTE = 60

blueprint = ApiBlueprint(
    "estimates",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>/estimates",
    description="When matches are expected to begin, judged by how the tournament has gone so far.",
)


@blueprint.route("/", methods=["GET"])
@blueprint.response(200, page_schema(EstimateSchema))
@kept_for_strangers(_A_MINUTE)
@blueprint.arguments(PageQuerySchema, location="query")
def list_estimates(query: dict[str, int], tournament_id: int) -> Response:
    """List when the matches of the next hours are expected to begin, by match.

    Left out is what has begun, is planned more than a day ahead, or is not known enough of.
    """
    shows_only("tournament_id", tournament_id)
    return page_answer(queries.list_estimates(current_actor(), tournament_id, now()), query)


@blueprint.route("/accuracy/", methods=["GET"])
@blueprint.response(200, AccuracySchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_accuracy(tournament_id: int) -> Response:
    """How far off the estimates of the latest starts were, half an hour before each, beside the plan."""
    found = queries.get_accuracy(current_actor(), tournament_id, now())
    return json_response(
        {
            "count": found.count if found else 0,
            "median_minutes": _rounded(found and found.median),
            "mean_minutes": _rounded(found and found.mean),
            "plan_median_minutes": _rounded(found and found.plan_median),
            "plan_mean_minutes": _rounded(found and found.plan_mean),
            "covered": _rounded(found and found.covered, 2),
        }
    )


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
