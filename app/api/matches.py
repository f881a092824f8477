"""/api/tournaments/matches/: the list, one match, and the verbs on it up to its start."""

from typing import Any

from flask import Response

from app.answers import kept_for_strangers, shows_only
from app.domain.permissions import Permission
from app.domain.states import MatchState
from app.services import bulk, check_ins, matches, scheduling
from app.services.queries import match_list
from app.services.schedule import calls, versions

from .blueprint import ApiBlueprint, load_query, needs
from .identity import current_actor, now
from .jsonio import json_response
from .match_answers import expected_match_version, match_answer, previewed_or_done, warned_answer
from .pagination import page_document, page_offset
from .schemas.base import PREVIEW_QUERY, EmptySchema, PreviewQuerySchema, page_schema
from .schemas.matches import (
    BulkScheduledSchema,
    BulkScheduleSchema,
    BulkUndoneSchema,
    CheckInSchema,
    CoordinatorAssignmentSchema,
    MatchFilterSchema,
    MatchListSchema,
    MatchSchema,
    MatchStartSchema,
    MatchUpdateSchema,
    ReasonSchema,
    WeighedMatchSchema,
)
from .schemas.stations import CallSchema

blueprint = ApiBlueprint(
    "matches",
    __name__,
    url_prefix="/api/tournaments/matches",
    description="Matches. Every verb on a match answers with the whole match, as you may see it.",
)


@blueprint.route("/", methods=["GET"])
@kept_for_strangers()
@blueprint.response(200, page_schema(MatchListSchema))
@blueprint.arguments(MatchFilterSchema, location="query")
def list_matches(query: dict[str, Any]) -> Response:
    """List matches, of all tournaments that you may see.

    A filter by an id that does not exist, or that you may not see, gives an empty list.
    """
    page, page_size = query.pop("page"), query.pop("page_size")
    if query["tournament"]:
        shows_only("tournament_id", query["tournament"])
    ordering = query.pop("ordering") or match_list.DEFAULT_ORDERING
    found = match_list.list_matches(
        current_actor(), _filters(query), ordering=ordering, page=page, page_size=page_size
    )
    page_offset(found.count, page, page_size)
    return json_response(page_document(found.rows, found.count, page, page_size))


def _filters(query: dict[str, Any]) -> match_list.MatchFilters:
    return match_list.MatchFilters(
        states=tuple(MatchState(state) for state in query.pop("state")),
        scheduled_from=query.pop("scheduled_time__gte"),
        scheduled_until=query.pop("scheduled_time__lte"),
        **query,
    )


@blueprint.route("/<id:match_id>/", methods=["GET"])
@kept_for_strangers()
@blueprint.response(200, MatchSchema)
def get_match(match_id: int) -> Response:
    """One match, as you may see it."""
    shows_only("match_id", match_id)
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/", methods=["PATCH"])
@blueprint.response(200, WeighedMatchSchema)
@needs(Permission.MATCH_SCHEDULE, match="match_id")
@blueprint.arguments(MatchUpdateSchema)
def update_match(changes: dict[str, Any], match_id: int) -> Response:
    """Change a match's time, stream, station or length.

    The check-in deadline follows the new time. A closed match is refused. Where this makes conflicts in the
    schedule, `warnings` tells them, or the change is refused, as the tournament's `conflict_policy` says.
    """
    warnings = scheduling.update_match(
        actor=current_actor(),
        match_id=match_id,
        changes=changes,
        now=now(),
        expected_version=expected_match_version(match_id),
    )
    return warned_answer(match_id, warnings)


@blueprint.route("/<id:match_id>/start/", methods=["POST"])
@blueprint.response(200, MatchStartSchema)
@needs(Permission.MATCH_START, match="match_id")
@blueprint.arguments(EmptySchema)
def start(_: dict[str, Any], match_id: int) -> Response:
    """Start a match that is READY; it is LIVE from now.

    Refused with every reason why not. Of two at once, one wins.
    """
    matches.start(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return match_answer(match_id, message="Match started successfully")


@blueprint.route("/<id:match_id>/call/", methods=["POST"])
@blueprint.response(200, WeighedMatchSchema)
@needs(Permission.MATCH_CALL, match="match_id")
@blueprint.arguments(CallSchema)
def call(data: dict[str, Any], match_id: int) -> Response:
    """Call the sides of a match that has not begun to its station, or to another one.

    Calling again is a new call. Another time or another station takes the call back.
    """
    warnings = calls.call(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return warned_answer(match_id, warnings)


@blueprint.route("/<id:match_id>/undo-start/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_UNDO_START, match="match_id")
@blueprint.arguments(EmptySchema)
def undo_start(_: dict[str, Any], match_id: int) -> Response:
    """Take the start of a LIVE match back; it is READY again."""
    matches.undo_start(
        actor=current_actor(), match_id=match_id, now=now(), expected_version=expected_match_version(match_id)
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/assign-coordinator/", methods=["POST"])
@blueprint.response(200, WeighedMatchSchema)
@needs(Permission.MATCH_COORDINATOR_ASSIGN, match="match_id")
@blueprint.arguments(CoordinatorAssignmentSchema)
def assign_coordinator(data: dict[str, Any], match_id: int) -> Response:
    """Give a match its coordinator, or none."""
    warnings = matches.assign_coordinator(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return warned_answer(match_id, warnings)


@blueprint.route("/<id:match_id>/check-in/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_CHECK_IN, match="match_id")
@blueprint.arguments(CheckInSchema)
def check_in(data: dict[str, Any], match_id: int) -> Response:
    """Check a side in. A member of one side may leave `participant_id` out; an organizer names it."""
    check_ins.check_in(
        actor=current_actor(),
        match_id=match_id,
        now=now(),
        expected_version=expected_match_version(match_id),
        **data,
    )
    return match_answer(match_id)


@blueprint.route("/<id:match_id>/cancel/", methods=["POST"])
@blueprint.response(200, MatchSchema)
@needs(Permission.MATCH_CANCEL, match="match_id")
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(ReasonSchema)
def cancel(data: dict[str, Any], match_id: int) -> Response:
    """Call a match off.

    With `?preview=true` nothing is changed; the answer lists which matches would be, and what forbids it.
    """
    return previewed_or_done(match_id, matches.cancel, data)


@blueprint.route("/bulk-schedule/", methods=["POST"])
@blueprint.response(200, BulkScheduledSchema)
@blueprint.describes_query(PreviewQuerySchema)
@blueprint.arguments(BulkScheduleSchema)
def bulk_schedule(data: dict[str, Any]) -> Response:
    """Give several matches of one tournament a time: all of them, or none.

    With `?preview=true` nothing is changed; the answer lists the `changes` and what is `refused`, and why.
    """
    verb = bulk.preview_bulk_schedule if load_query(PREVIEW_QUERY)["preview"] else bulk.bulk_schedule
    return json_response(verb(actor=current_actor(), now=now(), **data))


@blueprint.route("/bulk-schedule/<id:batch_id>/undo/", methods=["POST"])
@blueprint.response(200, BulkUndoneSchema)
@blueprint.arguments(EmptySchema)
def undo_bulk_schedule(_: dict[str, Any], batch_id: int) -> Response:
    """Take a whole bulk scheduling back.

    Where some of its matches were changed since, nothing is, and 409 lists them as `changes`.
    """
    match_ids = versions.undo_version(actor=current_actor(), batch_id=batch_id, now=now())
    return json_response({"batch_id": batch_id, "match_ids": match_ids})
