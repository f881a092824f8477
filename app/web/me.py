"""A participant's own matches."""

from datetime import datetime

from flask import Blueprint, render_template

from app.domain.states import MatchState
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
        "me/index.html",
        own=own,
        next_up=next_up,
        controls=controls,
        to_check_in=[row for row in own.coming[1:] if _may_check_in(row)],
        live_page="me",
        live_id=actor.user_id,
    )


def _may_check_in(row: dict) -> bool:
    """True where the reader's side can still check in, and has not."""
    own = 1 if row["is_side1"] else 2
    deadline = row["check_in_deadline"]
    return (
        row["enable_check_in"]
        and row["state"] in (MatchState.SCHEDULED, MatchState.CHECK_IN)
        and None not in (row["participant1_id"], row["participant2_id"])
        and not row[f"participant{own}_checked_in"]
        and (deadline is None or datetime.fromisoformat(deadline) >= now())
    )
