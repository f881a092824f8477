"""/api/tournaments/{id}/: brackets, matches made by hand, disputes, and the audit."""

from typing import Any

from flask import Response, stream_with_context

from app.domain.permissions import Permission
from app.services import brackets, matches, swiss
from app.services.queries.audit_export import export_audit
from app.services.queries.audit_log import AuditFilters, list_audit
from app.services.queries.brackets import bracket_document
from app.services.queries.brackets import list_brackets as bracket_listing
from app.services.queries.disputes import list_disputes as dispute_listing
from app.services.queries.match_detail import match_document

from .blueprint import ApiBlueprint, needs
from .conditional import conditional_response
from .identity import current_actor, now
from .jsonio import created, no_content
from .listings import page_answer
from .match_answers import told
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.brackets import (
    AuditQuerySchema,
    AuditSchema,
    BracketCreateSchema,
    BracketDetailSchema,
    BracketSchema,
    DisputeRowSchema,
    MatchCreateSchema,
)
from .schemas.matches import WeighedMatchSchema

JSON_LINES = "application/jsonl"

blueprint = ApiBlueprint(
    "brackets",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>",
    description="The brackets of a tournament, matches made by hand, disputes, and what was done.",
)


@blueprint.route("/brackets/", methods=["GET"])
@blueprint.response(200, page_schema(BracketSchema))
@needs(Permission.TOURNAMENT_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_brackets(query: dict[str, int], tournament_id: int) -> Response:
    """List the brackets."""
    return page_answer(bracket_listing(current_actor(), tournament_id), query)


@blueprint.route("/brackets/", methods=["POST"])
@blueprint.response(201, BracketDetailSchema)
@needs(Permission.BRACKET_GENERATE, tournament="tournament_id")
@blueprint.arguments(BracketCreateSchema)
def generate_bracket(data: dict[str, Any], tournament_id: int) -> Response:
    """Generate a bracket with all its matches.

    Without `participants` all take part that have not withdrawn, by seed. Of a Swiss bracket only the first
    round is made. With `from` and `slots` places of another bracket's tables take part instead.
    """
    bracket_id = brackets.generate_bracket(
        actor=current_actor(), tournament_id=tournament_id, now=now(), **data
    )
    return created(
        bracket_document(current_actor(), tournament_id, bracket_id),
        f"/api/tournaments/{tournament_id}/brackets/{bracket_id}/",
    )


@blueprint.route("/brackets/<id:bracket_id>/", methods=["GET"])
@blueprint.response(200, BracketDetailSchema)
def get_bracket(tournament_id: int, bracket_id: int) -> Response:
    """One bracket with its matches, whom they feed, and its tables."""
    return conditional_response(bracket_document(current_actor(), tournament_id, bracket_id))


@blueprint.route("/brackets/<id:bracket_id>/", methods=["DELETE"])
@blueprint.response(204)
@needs(Permission.BRACKET_GENERATE, tournament="tournament_id")
def delete_bracket(tournament_id: int, bracket_id: int) -> Response:
    """Delete a bracket with its matches; refused once one of them has begun."""
    brackets.delete_bracket(
        actor=current_actor(), tournament_id=tournament_id, bracket_id=bracket_id, now=now()
    )
    return no_content()


@blueprint.route("/brackets/<id:bracket_id>/next-round/", methods=["POST"])
@blueprint.response(201, BracketDetailSchema)
@needs(Permission.BRACKET_GENERATE, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def next_round(_: dict[str, Any], tournament_id: int, bracket_id: int) -> Response:
    """Pair the next Swiss round: 409 while a match is open, 400 for any other format."""
    swiss.next_round(actor=current_actor(), tournament_id=tournament_id, bracket_id=bracket_id, now=now())
    return created(
        bracket_document(current_actor(), tournament_id, bracket_id),
        f"/api/tournaments/{tournament_id}/brackets/{bracket_id}/",
    )


@blueprint.route("/matches/", methods=["POST"])
@blueprint.response(201, WeighedMatchSchema)
@needs(Permission.MATCH_CREATE, tournament="tournament_id")
@blueprint.arguments(MatchCreateSchema)
def create_match(data: dict[str, Any], tournament_id: int) -> Response:
    """Create one match by hand, in a bracket or outside of all."""
    match_id, warnings = matches.create_match(
        actor=current_actor(),
        tournament_id=tournament_id,
        bracket_id=data.pop("bracket", None),
        now=now(),
        **data,
    )
    document = match_document(current_actor(), match_id, now())
    return created(document | told(warnings), f"/api/tournaments/matches/{match_id}/")


@blueprint.route("/disputes/", methods=["GET"])
@blueprint.response(200, page_schema(DisputeRowSchema))
@needs(Permission.TOURNAMENT_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_disputes(query: dict[str, int], tournament_id: int) -> Response:
    """List the disputes that you may see, open ones first."""
    return page_answer(dispute_listing(current_actor(), tournament_id), query)


@blueprint.route("/audit/", methods=["GET"])
@blueprint.response(200, page_schema(AuditSchema))
@needs(Permission.AUDIT_VIEW, tournament="tournament_id")
@blueprint.arguments(AuditQuerySchema, location="query")
def list_audit_rows(query: dict[str, Any], tournament_id: int) -> Response:
    """List what was done, oldest first; for organizers and admins.

    To follow it, ask for what comes `after` the last id that you have.
    """
    action = query.get("action")
    filters = AuditFilters(
        actions=frozenset([action.upper()]) if action is not None else None,
        username=query["username"] or None,
        match_id=query["match"],
        participant_id=query["participant"],
        since=query["created_at__gte"],
        until=query["created_at__lte"],
        text=query["search"],
    )
    return page_answer(list_audit(current_actor(), tournament_id, filters, after=query["after"]), query)


@blueprint.route("/audit/export/", methods=["GET"])
@blueprint.response(200, content_type=JSON_LINES)
@needs(Permission.AUDIT_VIEW, tournament="tournament_id")
def export_audit_lines(tournament_id: int) -> Response:
    """The whole audit as lines of JSON, oldest first, each with the hash of the line before it.

    The first line names the tournament and the algorithm; each further one has a `row` as the list shows it;
    the last one has the `count` of rows and the chain's `end`. `hash` is the SHA-256 of the line's canonical
    JSON without it: keys sorted, no blanks, ASCII. `flask verify-audit` checks such a file.
    """
    lines = export_audit(current_actor(), tournament_id)
    return Response(stream_with_context(lines), content_type=JSON_LINES)
