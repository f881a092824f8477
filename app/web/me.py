"""One's own matches: those that one plays, and the day of who coordinates."""

from datetime import date, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound as PageNotFound

from app.domain.desk import span
from app.domain.states import MatchState
from app.domain.words import say
from app.services import seen
from app.services.queries import coordinating as queries
from app.services.queries import estimates, match_panel
from app.services.queries.own_matches import OwnMatches, list_own_matches

from . import match_views
from .guards import current_actor, now, signed_in
from .htmx import is_htmx

blueprint = Blueprint("me", __name__)


@blueprint.get("/me/")
@signed_in
def mine():
    """The reader's own matches: the next one first, with what there is to do in it."""
    actor = current_actor()
    own = list_own_matches(actor)
    estimates.tell([*own.coming, *own.coordinated], now())
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
        feed_choices=_feed_choices(own),
        live_page="me",
        live_id=actor.user_id,
    )


@blueprint.post("/me/seen")
@signed_in
def mark_seen() -> Response:
    """The reader knows when and where their matches are now."""
    seen.mark_seen(actor=current_actor(), now=now())
    return Response() if is_htmx() else redirect(url_for("me.mine"), code=303)


@blueprint.get("/me/coordinating/")
@signed_in
def coordinating():
    """A day of who coordinates matches: how much it is, what clashes, and what to say to each."""
    actor = current_actor()
    days = queries.by_day(queries.list_coordinated(actor, now()))
    return render_template(
        "me/coordinating.html",
        days=days,
        day=_wanted_day(days),
        length_of=lambda day: span(day.length),
        feed_choices=[("", [(f"coordinator:{actor.user_id}", say("The matches that you coordinate"))])],
        live_page="me",
        live_id=actor.user_id,
    )


def _wanted_day(days: list[queries.CoordinatedDay]) -> queries.CoordinatedDay | None:
    """The day of the address, which may be without matches, or else the nearest; None without any."""
    text = request.args.get("day", "")
    if not text:
        return queries.nearest(days, now())
    wanted = None
    if text != "unscheduled":
        try:
            wanted = date.fromisoformat(text)
        except ValueError:
            raise PageNotFound from None
    return next((day for day in days if day.date == wanted), queries.CoordinatedDay(wanted, []))


def _feed_choices(own: OwnMatches) -> list[tuple[str, list[tuple[str, str]]]]:
    """The reader's participants, as feeds that they can follow."""
    found = {}
    for row in (*own.coming, *own.finished):
        for n in (1, 2):
            if row[f"is_side{n}"]:
                name = f"{row[f'participant{n}_name']} · {row['tournament_name']}"
                found[f"participant:{row[f'participant{n}_id']}"] = name
    return [("", list(found.items()))] if found else []


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
