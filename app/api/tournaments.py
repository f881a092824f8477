"""/api/tournaments/: tournaments themselves, and the secret links around them."""

from typing import Any

from flask import Response, request

from app.domain.errors import NotFound
from app.domain.permissions import Permission
from app.services import access, tournaments
from app.services.queries import tournaments as queries

from . import (
    tournaments_brackets,
    tournaments_estimates,
    tournaments_participants,
    tournaments_people,
    tournaments_rehearsals,
    tournaments_schedule,
    tournaments_stations,
)
from .blueprint import ApiBlueprint, needs
from .conditional import conditional_response
from .identity import current_actor, now
from .jsonio import created, json_response, no_content
from .listings import page_answer
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.tournaments import (
    JoinSchema,
    ParticipantSchema,
    SecretLinkSchema,
    SecretLinkStateSchema,
    TournamentCreateSchema,
    TournamentSchema,
    TournamentUpdateSchema,
)

blueprint = ApiBlueprint(
    "tournaments",
    __name__,
    url_prefix="/api/tournaments",
    description="Tournaments and their settings. Whoever creates one is its organizer.",
)
BLUEPRINTS: tuple[ApiBlueprint, ...] = (
    blueprint,
    tournaments_participants.blueprint,
    tournaments_people.blueprint,
    tournaments_stations.blueprint,
    tournaments_schedule.blueprint,
    tournaments_estimates.blueprint,
    tournaments_brackets.blueprint,
    tournaments_rehearsals.blueprint,
)


@blueprint.route("/", methods=["GET"])
@blueprint.response(200, page_schema(TournamentSchema))
@blueprint.arguments(PageQuerySchema, location="query")
def list_tournaments(query: dict[str, int]) -> Response:
    """List the tournaments that you may see."""
    return page_answer(queries.list_tournaments(current_actor()), query)


@blueprint.route("/", methods=["POST"])
@blueprint.response(201, TournamentSchema)
@blueprint.arguments(TournamentCreateSchema)
def create_tournament(values: dict[str, Any]) -> Response:
    """Create a tournament. You are its organizer."""
    tournament_id = tournaments.create_tournament(actor=current_actor(), values=values, now=now())
    return created(
        queries.tournament_document(current_actor(), tournament_id), f"/api/tournaments/{tournament_id}/"
    )


@blueprint.route("/<id:tournament_id>/", methods=["GET"])
@blueprint.response(200, TournamentSchema)
def get_tournament(tournament_id: int) -> Response:
    """One tournament with its settings."""
    return conditional_response(queries.tournament_document(current_actor(), tournament_id))


@blueprint.route("/<id:tournament_id>/", methods=["PATCH"])
@blueprint.response(200, TournamentSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(TournamentUpdateSchema)
def update_tournament(changes: dict[str, Any], tournament_id: int) -> Response:
    """Change a tournament's settings.

    Matches that have not begun follow `enable_check_in` and `check_in_window_minutes`: with check-in off they
    are READY as soon as both sides are known, and switched on they wait for it again.
    """
    tournaments.update_tournament(
        actor=current_actor(), tournament_id=tournament_id, changes=changes, now=now()
    )
    return conditional_response(queries.tournament_document(current_actor(), tournament_id))


@blueprint.route("/<id:tournament_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_tournament(tournament_id: int) -> Response:
    """Delete a tournament. Refused while one of its matches is under way."""
    tournaments.delete_tournament(actor=current_actor(), tournament_id=tournament_id, now=now())
    return no_content()


@blueprint.route("/<id:tournament_id>/board-link/", methods=["GET"])
@blueprint.response(200, SecretLinkStateSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_board_link(tournament_id: int) -> Response:
    """Tell whether the board has a secret link. The link itself is shown when it is made, and not again."""
    found = access.get_tournament(current_actor(), tournament_id)
    return json_response({"is_active": found.tournament.board_key_hash is not None})


@blueprint.route("/<id:tournament_id>/board-link/", methods=["POST"])
@blueprint.response(201, SecretLinkSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def create_board_link(_: dict[str, Any], tournament_id: int) -> Response:
    """Make a secret link that opens the board of a private tournament. An earlier one ends."""
    key = tournaments.create_board_link(actor=current_actor(), tournament_id=tournament_id, now=now())
    slug = access.get_tournament(current_actor(), tournament_id).tournament.slug
    url = f"{request.url_root}tournaments/{slug}/board/?key={key}"
    return created(
        {"url": url, "token": key, "expires_at": None}, f"/api/tournaments/{tournament_id}/board-link/"
    )


@blueprint.route("/<id:tournament_id>/board-link/", methods=["DELETE"])
@blueprint.response(204)
def revoke_board_link(tournament_id: int) -> Response:
    """Revoke the board's secret link."""
    tournaments.revoke_board_link(actor=current_actor(), tournament_id=tournament_id, now=now())
    return no_content()


@blueprint.route("/join/", methods=["POST"])
@blueprint.response(200, ParticipantSchema)
@blueprint.arguments(JoinSchema)
def join(data: dict[str, str]) -> Response:
    """Join the participant that the token of an invitation belongs to."""
    participant_id = tournaments.accept_invite(actor=current_actor(), token=data["token"], now=now())
    invite = queries.find_invite(data["token"])
    if invite is None:
        raise NotFound
    return json_response(
        queries.participant_document(current_actor(), invite["tournament_id"], participant_id)
    )
