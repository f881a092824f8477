"""/api/tournaments/matches/{id}/...: results, disputes about them, and what happened to a match."""

from typing import Any

from flask import Response

from app.domain.permissions import Permission
from app.domain.results import ResultClaim
from app.services import results
from app.services.queries import match_detail

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import json_response
from .match_answers import expected_match_version, match_answer, previewed_or_done
from .pagination import page_document, page_offset
from .schemas.base import EmptySchema, PageQuerySchema, PreviewQuerySchema, page_schema
from .schemas.matches import HistoryEntrySchema, MatchSchema
from .schemas.results import (
    DisputeReportSchema,
    DisputeResolutionSchema,
    ResultSubmissionSchema,
    ResultVersionSchema,
)

blueprint = ApiBlueprint(
    "results",
    __name__,
    url_prefix="/api/tournaments/matches",
    description="Results of matches, disputes about them, and their history.",
)

_SCORES = ("participant1_score", "participant2_score", "game_scores", "tiebreak")


@blueprint.route("/<id:match_id>/submit-result/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.RESULT_SUBMIT, match="match_id")
@blueprint.arguments(ResultSubmissionSchema)
def submit_result(data: dict[str, Any], match_id: int) -> Response:
    """Say how a match ended.

    From an organizer it is final. From a side it waits for the other one: the same score from there confirms
    it, another score opens a dispute.
    """
    claim = _take_claim(data)
    results.submit_result(
        actor=current_actor(),
        match_id=match_id,
        claim=claim,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/confirm-result/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.RESULT_CONFIRM, match="match_id")
@blueprint.arguments(EmptySchema)
def confirm_result(_: dict[str, Any], match_id: int) -> Response:
    """Agree with the result that waits; the match is COMPLETED."""
    results.confirm_result(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/report-dispute/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.DISPUTE_CREATE, match="match_id")
@blueprint.arguments(DisputeReportSchema)
def report_dispute(data: dict[str, Any], match_id: int) -> Response:
    """Object to a result; an organizer rules on it."""
    results.report_dispute(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/resolve-dispute/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.DISPUTE_RESOLVE, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(DisputeResolutionSchema)
def resolve_dispute(data: dict[str, Any], match_id: int) -> Response:
    """Rule on the open dispute.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    data["claim"] = _take_claim(data)
    return previewed_or_done(match_id, results.resolve_dispute, data)


def _take_claim(data: dict[str, Any]) -> ResultClaim | None:
    """Take the scores out of the body; None where it has none."""
    scores = {name: data.pop(name) for name in _SCORES}
    if scores["participant1_score"] is None or scores["participant2_score"] is None:
        return None
    return results.result_claim(**scores)


@blueprint.route("/<id:match_id>/results/", methods=["GET"])
@blueprint.response(200, page_schema(ResultVersionSchema))
@needs(Permission.RESULT_VIEW, match="match_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_results(paging: dict[str, int], match_id: int) -> Response:
    """The versions of a match's result, oldest first."""
    rows = match_detail.list_results(current_actor(), match_id)
    return _page_of(rows, **paging)


@blueprint.route("/<id:match_id>/history/", methods=["GET"])
@blueprint.response(200, page_schema(HistoryEntrySchema))
@needs(Permission.MATCH_VIEW, match="match_id")
@blueprint.arguments(PageQuerySchema, location="query")
def history(paging: dict[str, int], match_id: int) -> Response:
    """What happened to a match, oldest first; all of it for an organizer, the public part for others."""
    rows = match_detail.list_history(current_actor(), match_id)
    return _page_of(rows, **paging)


def _page_of(rows: list[dict[str, Any]], page: int, page_size: int) -> Response:
    offset = page_offset(len(rows), page, page_size)
    return json_response(page_document(rows[offset : offset + page_size], len(rows), page, page_size))
