"""How the controls of a match are shown: where their form stood, with or without htmx.

A form says in its hidden `view` where it stands: "match" (the controls on the match page), "desk" (the
same, opened under a row of the desk), "row" (the next step in a row of the desk), "cell" (one value of a row,
changed in its place), "toast" (what takes back what was just done), "side" (what a side may do, on the match
page), "me" (the same, among one's own matches) and "coordinating" (what a coordinator says to it, in their
day).
"""

from collections.abc import Sequence

from flask import Response, flash, make_response, redirect, render_template, request

from app.domain.errors import Conflict
from app.domain.lobby import LABELS
from app.domain.states import CLOSED
from app.domain.words import say, say_all
from app.languages import said
from app.models import Tournament
from app.services.queries import desk as desk_queries
from app.services.queries import match_panel
from app.services.queries.coordinating import match_day
from app.services.queries.match_panel import MatchPanel

from . import panel_forms, take_back
from .forms.base import ActionForm
from .guards import current_actor, now
from .htmx import go_to, is_htmx
from .take_back import Stood

_DESK_VIEWS = ("desk", "row", "cell", "toast")
_STAFF_VIEWS = ("match", *_DESK_VIEWS)
_SIDE_VIEWS = ("side", "me")
PARTS = ("run", "schedule", "lobby", "coordinator", "cancel")
# In which part of the controls a verb's form stands, where it is not the one that runs the match.
_PART_OF_VERB = {
    "schedule": "schedule",
    "undo-schedule": "schedule",
    "lobby": "lobby",
    "rotate-code": "lobby",
    "assign-coordinator": "coordinator",
    "accept": "coordinator",
    "hand-over": "coordinator",
    "cancel": "cancel",
    "forfeit": "cancel",
    "reopen": "cancel",
    "restore": "cancel",
    "restore-result": "cancel",
}
# What can be changed in its place in a row of the desk -> the verb that does it.
CELLS = {"time": "schedule", "station": "schedule", "coordinator": "assign-coordinator", "lobby": "lobby"}


def view_for(panel: MatchPanel) -> str:
    """Where the request's form stands, as far as its sender has such a place."""
    view = request.values.get("view", "")
    known = _STAFF_VIEWS if panel.is_run_by_reader else ()
    known += _SIDE_VIEWS if panel.own_side else ()
    known += ("side", "coordinating") if panel.may("MATCH_COORDINATOR_ANSWER") else ()
    return view if view in known else next(iter(known), "side")


def context(
    panel: MatchPanel,
    view: str,
    *,
    verb: str | None = None,
    form: ActionForm | None = None,
    race: Conflict | None = None,
    preview: dict | None = None,
    done: str = "",
    part: str = "run",
) -> dict:
    """What the templates of the controls need; `verb` and `form` are those to be shown again.

    With a `preview` the form did not fail: what it would change is shown in it.
    """

    def form_of(name: str) -> ActionForm:
        return form if form is not None and name == verb else panel_forms.build(name, panel, view)

    return {
        "panel": panel,
        "view": view,
        "part": part,
        "form_of": form_of,
        "failed": None if preview else verb,
        "previewed": verb if preview else None,
        "preview": preview,
        "race": race,
        "done": done,
        "cell": _cell(),
        "cells": CELLS,
        "closed_states": CLOSED,
        "lobby_labels": LABELS,
        "tournament": panel.tournament,
        "can_manage": panel.may("MATCH_SCHEDULE"),
    }


def _cell() -> str:
    """Which value of the row it is about."""
    cell = request.values.get("cell", "")
    return cell if cell in CELLS else "time"


def show_controls(panel: MatchPanel) -> Response:
    """The controls as they stand, for who refetches them or opens another part of them."""
    part, view = request.args.get("part", "run"), view_for(panel)
    # A message says what became of a verb, and has nothing to show before one.
    view = "desk" if view == "toast" else view
    return _fragment(context(panel, view, part=part if part in PARTS else "run"))


def show_again(
    panel: MatchPanel, verb: str, form: ActionForm, *, status: int, race: Conflict | None = None
) -> Response:
    """The form again, with what was typed and what is wrong with it."""
    panel_forms.complete(form, verb, panel)
    values = context(
        panel, view_for(panel), verb=verb, form=form, race=race, part=_PART_OF_VERB.get(verb, "run")
    )
    if is_htmx():
        return _fragment(values, status)
    values["view"] = "match" if panel.is_run_by_reader and values["view"] in _STAFF_VIEWS else "side"
    return make_response(render_template("matches/controls.html", **values), status)


def show_preview(panel: MatchPanel, verb: str, form: ActionForm, preview: dict) -> Response:
    """What the verb would change; without htmx, in its form as it was filled in."""
    if is_htmx():
        return make_response(render_template("matches/panel/_preview.html", preview=preview))
    values = context(panel, "match", verb=verb, form=form, preview=preview)
    return make_response(render_template("matches/controls.html", **values))


def show_done(
    match_id: int, done: str, verb: str, warnings: Sequence[str] = (), before: Stood | None = None
) -> Response:
    """The controls after a verb, with what it warns of and how it is taken back from what stood `before`.

    Without htmx, the page on which its form stood.
    """
    panel = match_panel.get_panel(current_actor(), match_id, now())
    view = view_for(panel)
    if warnings:
        done = say("%(done)s Note: %(warnings)s", done=done, warnings=say_all(warnings))
    if is_htmx():
        values = context(panel, view, done=done, part=_PART_OF_VERB.get(verb, "run"))
        undo = take_back.offer(verb, before, panel) if before else None
        return _fragment(values | {"is_warned": bool(warnings), "undo": undo})
    flash(said(done), "ask" if warnings else "good")
    return redirect(_address(panel, view), code=303)


def show_deleted(tournament: Tournament, match_id: int, done: str) -> Response:
    """On to the deleted matches: the page of this one is gone."""
    flash(said(done), "good")
    return go_to(f"/tournaments/{tournament.slug}/deleted/#match-{match_id}")


def _address(panel: MatchPanel, view: str) -> str:
    if view in _DESK_VIEWS:
        return f"/tournaments/{panel.tournament.slug}/desk/#desk-row-{panel.match.id}"
    if view == "me":
        return f"/me/#match-{panel.match.id}"
    if view == "coordinating":
        day = match_day(panel.match.scheduled_time, panel.tournament.time_zone)
        return f"/me/coordinating/?day={day or 'unscheduled'}#match-{panel.match.id}"
    return f"/matches/{panel.match.id}/"


def _fragment(values: dict, status: int = 200) -> Response:
    """The part of the page in which the form stood; on the desk, the match's line with it."""
    panel, view = values["panel"], values["view"]
    if view in _DESK_VIEWS:
        values["row"] = desk_queries.find_desk_row(panel.tournament, panel.match.id, panel.now)
    template = f"desk/_{view}_answer.html" if view in _DESK_VIEWS else "matches/_answer.html"
    response = make_response(render_template(template, **values), status)
    if view in ("desk", "cell") and values["done"]:
        # The line that comes with it takes the place of what stood open.
        response.headers["HX-Reswap"] = "delete"
    response.vary.add("HX-Request")
    return response
