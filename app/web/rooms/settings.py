"""The settings of a tournament, the secret link of its board, and its end."""

from flask import Response, flash, request

from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.tournament_settings import SETTINGS
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import tournaments
from app.web.forms.tournaments import ActForm, SettingsForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show


@blueprint.get("/settings/")
@signed_in
def settings(slug: str) -> Response:
    """All settings of the tournament."""
    tournament = open_room(slug)
    present = {name: getattr(tournament, name) for name in (*SETTINGS, "version")}
    return _page(tournament, SettingsForm(formdata=None, data=present, zone=tournament.time_zone))


@blueprint.post("/settings/")
@signed_in
def save_settings(slug: str) -> Response:
    """Change the settings; what was typed is shown again where one is refused."""
    tournament = open_room(slug)
    tournament_id = tournament.id
    form = SettingsForm(zone=tournament.time_zone)
    if not form.validate():
        return _page(tournament, form, status=400)
    try:
        tournaments.update_tournament(
            actor=current_actor(),
            tournament_id=tournament_id,
            changes=form.settings(),
            now=now(),
            expected_version=form.version.data,
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(open_room(slug), form, status=400)
    except Conflict as race:
        tournament = open_room(slug)
        form.version.data, form.version.raw_data = tournament.version, None
        return _page(tournament, form, status=409, race=race)
    flash(said(say("Settings saved.")), "good")
    return go_to(f"/tournaments/{tournament.slug}/settings/")


@blueprint.post("/settings/board-link")
@signed_in
def create_board_link(slug: str) -> Response:
    """Make the secret link of the board, and show it this once; an older one ends."""
    tournament = open_room(slug)
    key = tournaments.create_board_link(actor=current_actor(), tournament_id=tournament.id, now=now())
    link = f"{request.host_url}tournaments/{slug}/board/?key={key}"
    present = {name: getattr(tournament, name) for name in (*SETTINGS, "version")}
    form = SettingsForm(formdata=None, data=present, zone=tournament.time_zone)
    return _page(tournament, form, board_link=link)


@blueprint.post("/settings/board-link/revoke")
@signed_in
def revoke_board_link(slug: str) -> Response:
    """End the secret link of the board."""
    tournament = open_room(slug)
    tournaments.revoke_board_link(actor=current_actor(), tournament_id=tournament.id, now=now())
    flash(said(say("The board's link works no longer.")), "good")
    return go_to(f"/tournaments/{slug}/settings/#board")


@blueprint.post("/settings/delete")
@signed_in
def delete(slug: str) -> Response:
    """Take the tournament out of sight, where its name was typed as a confirmation."""
    tournament = open_room(slug)
    if request.form.get("confirm", "").strip() != tournament.name:
        flash(said(say("Nothing was deleted: type the tournament's name to confirm.")), "bad")
        return go_to(f"/tournaments/{slug}/settings/#delete")
    name = tournament.name
    try:
        tournaments.delete_tournament(actor=current_actor(), tournament_id=tournament.id, now=now())
    except Refused as error:
        flash(said(error.detail), "bad")
        return go_to(f"/tournaments/{slug}/settings/#delete")
    flash(said(say("%(name)s is deleted.", name=name)), "good")
    return go_to("/dashboard/")


def _page(tournament: Tournament, form: SettingsForm, *, status: int = 200, **values) -> Response:
    return show(
        "rooms/settings.html",
        tournament,
        "settings",
        status=status,
        form=form,
        act=ActForm(formdata=None),
        **values,
    )
