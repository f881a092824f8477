"""/api/tournaments/{id}/participants/: entrants, and the links that bring people to them."""

from typing import Any

from flask import Response, request

from app.domain.permissions import Permission
from app.services import tournaments
from app.services.match_changes import iso
from app.services.queries import tournaments as queries
from app.services.tournaments.links import SIGN_IN_LINK_LIFETIME

from .blueprint import ApiBlueprint, needs
from .identity import current_actor, now
from .jsonio import created, json_response, no_content
from .listings import page_answer
from .schemas.base import EmptySchema, PageQuerySchema, page_schema
from .schemas.tournaments import (
    ParticipantCreateSchema,
    ParticipantSchema,
    ParticipantUpdateSchema,
    SecretLinkSchema,
    SecretLinkStateSchema,
    SignInLinkCreateSchema,
)

blueprint = ApiBlueprint(
    "participants",
    __name__,
    url_prefix="/api/tournaments/<id:tournament_id>/participants",
    description="Entrants of a tournament: teams and single players, with the users who are their members.",
)


def _address(tournament_id: int, participant_id: int) -> str:
    return f"/api/tournaments/{tournament_id}/participants/{participant_id}/"


def _answer(tournament_id: int, participant_id: int) -> Response:
    return json_response(queries.participant_document(current_actor(), tournament_id, participant_id))


@blueprint.route("/", methods=["GET"])
@blueprint.response(200, page_schema(ParticipantSchema))
@needs(Permission.TOURNAMENT_VIEW, tournament="tournament_id")
@blueprint.arguments(PageQuerySchema, location="query")
def list_participants(query: dict[str, int], tournament_id: int) -> Response:
    """List the entrants by seed, those without one last."""
    return page_answer(queries.list_participants(current_actor(), tournament_id), query)


@blueprint.route("/", methods=["POST"])
@blueprint.response(201, ParticipantSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(ParticipantCreateSchema)
def create_participants(data: dict[str, Any] | list[dict[str, Any]], tournament_id: int) -> Response:
    """Add one entrant (an object), or several (a list), and answer in the same shape.

    Of a list all are added, or none; the reasons why not name the place in the list, as in `0.name`.
    """
    actor = current_actor()
    if isinstance(data, list):
        ids = tournaments.add_participants(
            actor=actor, tournament_id=tournament_id, participants=data, now=now()
        )
        documents = queries.participant_documents(actor, tournament_id, ids)
        return created(documents, f"/api/tournaments/{tournament_id}/participants/")
    participant_id = tournaments.add_participant(
        actor=actor, tournament_id=tournament_id, values=data, now=now()
    )
    document = queries.participant_document(actor, tournament_id, participant_id)
    return created(document, _address(tournament_id, participant_id))


@blueprint.route("/<id:participant_id>/", methods=["GET"])
@blueprint.response(200, ParticipantSchema)
def get_participant(tournament_id: int, participant_id: int) -> Response:
    """One entrant."""
    return _answer(tournament_id, participant_id)


@blueprint.route("/<id:participant_id>/", methods=["PATCH"])
@blueprint.response(200, ParticipantSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(ParticipantUpdateSchema)
def update_participant(changes: dict[str, Any], tournament_id: int, participant_id: int) -> Response:
    """Change an entrant. `members` replaces the whole list."""
    tournaments.update_participant(
        actor=current_actor(),
        tournament_id=tournament_id,
        participant_id=participant_id,
        changes=changes,
        now=now(),
    )
    return _answer(tournament_id, participant_id)


@blueprint.route("/<id:participant_id>/", methods=["DELETE"])
@blueprint.response(204)
def delete_participant(tournament_id: int, participant_id: int) -> Response:
    """Delete an entrant that was entered by mistake. One that stands in matches can only withdraw."""
    tournaments.delete_participant(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    return no_content()


@blueprint.route("/<id:participant_id>/withdraw/", methods=["POST"])
@blueprint.response(200, ParticipantSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def withdraw(_: dict[str, Any], tournament_id: int, participant_id: int) -> Response:
    """Mark an entrant as withdrawn: it forfeits its open matches, and no new one takes it."""
    tournaments.withdraw_participant(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    return _answer(tournament_id, participant_id)


@blueprint.route("/<id:participant_id>/withdraw/", methods=["DELETE"])
@blueprint.response(200, ParticipantSchema)
def reinstate(tournament_id: int, participant_id: int) -> Response:
    """Take an entrant's withdrawal back."""
    tournaments.reinstate_participant(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    return _answer(tournament_id, participant_id)


@blueprint.route("/<id:participant_id>/invite/", methods=["GET"])
@blueprint.response(200, SecretLinkStateSchema)
@needs(Permission.DESK_VIEW, tournament="tournament_id")
def get_invite(tournament_id: int, participant_id: int) -> Response:
    """Tell whether the entrant has an invitation link. The link is shown when it is made, and not again."""
    queries.participant_document(current_actor(), tournament_id, participant_id)
    return json_response({"is_active": participant_id in queries.list_invited_participants(tournament_id)})


@blueprint.route("/<id:participant_id>/invite/", methods=["POST"])
@blueprint.response(201, SecretLinkSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(EmptySchema)
def create_invite(_: dict[str, Any], tournament_id: int, participant_id: int) -> Response:
    """Make a link by which signed-in users join the entrant. An earlier one ends."""
    token = tournaments.create_invite(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    document = {"url": f"{request.url_root}join/{token}", "token": token, "expires_at": None}
    return created(document, f"{_address(tournament_id, participant_id)}invite/")


@blueprint.route("/<id:participant_id>/invite/", methods=["DELETE"])
@blueprint.response(204)
def revoke_invite(tournament_id: int, participant_id: int) -> Response:
    """Revoke the entrant's invitation link. Whoever has joined stays."""
    tournaments.revoke_invite(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    return no_content()


@blueprint.route("/<id:participant_id>/sign-in-link/", methods=["POST"])
@blueprint.response(201, SecretLinkSchema)
@needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
@blueprint.arguments(SignInLinkCreateSchema)
def create_sign_in_link(data: dict[str, str], tournament_id: int, participant_id: int) -> Response:
    """Make a link with which a member of the entrant signs in once, within a day, without a password.

    Refused for a member who has any other role anywhere.
    """
    moment = now()
    token = tournaments.create_sign_in_link(
        actor=current_actor(),
        tournament_id=tournament_id,
        participant_id=participant_id,
        username=data["username"],
        now=moment,
    )
    url = f"{request.url_root}sign-in/{token}"
    return created({"url": url, "token": token, "expires_at": iso(moment + SIGN_IN_LINK_LIFETIME)}, url)
