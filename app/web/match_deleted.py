"""The deleted matches of a tournament: its organizers find them here, and bring them back."""

from flask import Blueprint, Response, flash, make_response, render_template, request

from app.domain.errors import Conflict, Refused
from app.domain.permissions import Permission
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import access, outcomes
from app.services.queries.deleted_matches import list_deleted_matches

from . import match_preview
from .forms.base import ActionForm
from .guards import current_actor, now, signed_in
from .htmx import go_to, is_htmx

blueprint = Blueprint("match_deleted", __name__)


@blueprint.get("/tournaments/<slug>/deleted/")
@signed_in
def deleted(slug: str) -> Response:
    """What was deleted, the last one first, each with its way back."""
    found = access.get_tournament(current_actor(), slug, Permission.MATCH_DELETE)
    return _page(found.tournament)


@blueprint.post("/matches/<id:match_id>/undelete")
@signed_in
def undelete(match_id: int) -> Response:
    """Bring the match back as it was, or show what that would change."""
    found = access.get_match(current_actor(), match_id, Permission.MATCH_DELETE, deleted=True)
    tournament, form = found.tournament, ActionForm()
    slug = tournament.slug
    if request.args.get("preview") == "true":
        seen = match_preview.see(outcomes.undelete_match, match_id, dict)
        if is_htmx():
            return make_response(render_template("matches/panel/_preview.html", preview=seen))
        return _page(_tournament(slug), match_id=match_id, preview=seen)
    if not form.validate():
        return _page(
            tournament, match_id=match_id, reasons=[say("This form is not whole; try again.")], status=400
        )
    try:
        outcomes.undelete_match(
            actor=current_actor(), match_id=match_id, now=now(), expected_version=form.version.data
        )
    except Refused as error:
        return _page(_tournament(slug), match_id=match_id, reasons=error.reasons, status=400)
    except Conflict as race:
        reasons = [race.detail, *race.changes]
        return _page(_tournament(slug), match_id=match_id, reasons=reasons, status=409)
    flash(said(say("The match is back.")), "good")
    return go_to(f"/matches/{match_id}/")


def _tournament(slug: str) -> Tournament:
    """The tournament, read afresh after a service has answered."""
    return access.get_tournament(current_actor(), slug, Permission.MATCH_DELETE).tournament


def _page(
    tournament: Tournament,
    *,
    match_id: int | None = None,
    preview: dict | None = None,
    reasons: list[str] | None = None,
    status: int = 200,
) -> Response:
    """The list; `preview` or `reasons` stand with the match that they are about."""
    body = render_template(
        "matches/deleted.html",
        tournament=tournament,
        can_manage=True,
        tab="desk",
        rows=list_deleted_matches(tournament.id),
        asked_id=match_id,
        preview=preview,
        reasons=reasons,
    )
    return make_response(body, status)
