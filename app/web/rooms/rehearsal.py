"""Rehearsals: made of a tournament, and played, paused and begun anew in their own settings."""

import secrets

from flask import Response, flash

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.importers import rehearsal as copies
from app.languages import said
from app.services import access, rehearsals
from app.web.forms.rehearsal import PaceForm, RehearsalForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show

_LARGEST_OFFERED_SEED = 9999


@blueprint.get("/settings/rehearsal/")
@signed_in
def rehearsal(slug: str) -> Response:
    """Of a tournament, its rehearsals and a form for one more; of a rehearsal, how it goes."""
    seed = secrets.randbelow(_LARGEST_OFFERED_SEED) + 1
    return _page(slug, RehearsalForm(formdata=None, data={"seed": seed, "speed": 60}))


@blueprint.post("/settings/rehearsal/")
@signed_in
def make_rehearsal(slug: str) -> Response:
    """Copy the tournament as a rehearsal, and go there."""
    tournament_id = open_room(slug).id
    form = RehearsalForm()
    if not form.validate():
        return _page(slug, form, status=400)
    try:
        made = copies.make_rehearsal(
            actor=current_actor(),
            tournament_id=tournament_id,
            seed=form.seed.data,
            speed=form.speed.data,
            now=now(),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, form, status=400)
    flash(said(say("The rehearsal is made. It stands until you press Play.")), "good")
    return _go_to(made)


@blueprint.post("/settings/rehearsal/pace")
@signed_in
def set_pace(slug: str) -> Response:
    """Play or pause the rehearsal, or change its speed."""
    tournament_id = rehearsals.get_run(current_actor(), open_room(slug).id).tournament_id
    form = PaceForm()
    if not form.validate():
        return _page(slug, form, status=400)
    wanted = {"play": True, "pause": False}.get(form.act.data)
    try:
        rehearsals.set_pace(
            actor=current_actor(),
            tournament_id=tournament_id,
            now=now(),
            is_playing=wanted,
            speed=form.speed.data,
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, form, status=400)
    return go_to(f"/tournaments/{slug}/settings/rehearsal/")


@blueprint.post("/settings/rehearsal/reset")
@signed_in
def reset_rehearsal(slug: str) -> Response:
    """Delete the rehearsal, and make the same one anew."""
    tournament_id = rehearsals.get_run(current_actor(), open_room(slug).id).tournament_id
    try:
        made = copies.reset_rehearsal(actor=current_actor(), tournament_id=tournament_id, now=now())
    except Refused as error:
        form = RehearsalForm(formdata=None)
        form.take(error)
        return _page(slug, form, status=400)
    flash(said(say("The rehearsal is made anew. It stands until you press Play.")), "good")
    return _go_to(made)


def _go_to(tournament_id: int) -> Response:
    made = access.get_tournament(current_actor(), tournament_id).tournament
    return go_to(f"/tournaments/{made.slug}/settings/rehearsal/")


def _page(slug: str, form: RehearsalForm | PaceForm, *, status: int = 200) -> Response:
    tournament = open_room(slug)
    actor = current_actor()
    run = rehearsals.get_run(actor, tournament.id) if tournament.is_rehearsal else None
    return show(
        "rooms/rehearsal.html",
        tournament,
        "settings",
        status=status,
        form=form,
        run=run,
        minutes=int(run.minutes_at(now())) if run else 0,
        pace_form=_pace_form(form, run) if run else None,
        made=[] if run else rehearsals.list_rehearsals(actor, tournament.id).rows(),
    )


def _pace_form(form: RehearsalForm | PaceForm, run: rehearsals.Run) -> PaceForm:
    return form if isinstance(form, PaceForm) else PaceForm(formdata=None, data={"speed": run.pace.speed})
