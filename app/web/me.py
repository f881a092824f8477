"""A participant's own matches."""

from flask import Blueprint, render_template

from app.services.queries import match_panel, pages

from . import match_views
from .guards import current_actor, now, signed_in

blueprint = Blueprint("me", __name__)


@blueprint.get("/me/")
@signed_in
def mine():
    """The reader's own matches: the next one first, with what there is to do in it."""
    actor = current_actor()
    own = pages.list_own_matches(actor)
    next_up = own.coming[0] if own.coming else None
    controls = None
    if next_up:
        panel = match_panel.get_panel(actor, next_up["id"], now())
        controls = match_views.context(panel, "me")
    return render_template(
        "me/index.html", own=own, next_up=next_up, controls=controls, live_page="me", live_id=actor.user_id
    )
