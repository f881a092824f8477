"""Where a tournament's matches are played."""

from flask import Response, flash

from app.domain.errors import InvalidInput, Refused
from app.services import tournaments
from app.services.queries import tournaments as queries
from app.web.forms.tournaments import StationForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show


@blueprint.get("/settings/stations/")
@signed_in
def stations(slug: str) -> Response:
    """The tournament's stations."""
    return _page(slug, StationForm(formdata=None))


@blueprint.post("/settings/stations/")
@signed_in
def add_station(slug: str) -> Response:
    """Add a station."""
    tournament_id = open_room(slug).id
    form = StationForm()
    if not form.validate():
        return _page(slug, form, status=400)
    try:
        tournaments.add_station(
            actor=current_actor(), tournament_id=tournament_id, name=form.name.data, now=now()
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, form, status=400)
    flash(f"{form.name.data} added.", "good")
    return go_to(f"/tournaments/{slug}/settings/stations/")


@blueprint.post("/settings/stations/<id:station_id>/rename")
@signed_in
def rename_station(slug: str, station_id: int) -> Response:
    """Give a station another name."""
    tournament_id = open_room(slug).id
    form = StationForm()
    if not form.validate():
        return _page(slug, StationForm(formdata=None), status=400, failed=(station_id, form))
    try:
        tournaments.update_station(
            actor=current_actor(),
            tournament_id=tournament_id,
            station_id=station_id,
            name=form.name.data,
            now=now(),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, StationForm(formdata=None), status=400, failed=(station_id, form))
    flash("Renamed.", "good")
    return go_to(f"/tournaments/{slug}/settings/stations/")


@blueprint.post("/settings/stations/<id:station_id>/delete")
@signed_in
def delete_station(slug: str, station_id: int) -> Response:
    """Delete a station that no match uses."""
    tournament_id = open_room(slug).id
    try:
        tournaments.delete_station(
            actor=current_actor(), tournament_id=tournament_id, station_id=station_id, now=now()
        )
    except Refused as error:
        flash(error.detail, "bad")
    else:
        flash("Station deleted.", "good")
    return go_to(f"/tournaments/{slug}/settings/stations/")


def _page(
    slug: str, form: StationForm, *, status: int = 200, failed: tuple[int, StationForm] | None = None
) -> Response:
    tournament = open_room(slug)
    entries = queries.list_stations(current_actor(), tournament.id).rows()
    return show(
        "rooms/stations.html",
        tournament,
        "settings",
        status=status,
        form=form,
        entries=entries,
        failed=failed,
    )
