"""Where a tournament's matches are played and when: stations with their hours, and breaks."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, flash, request

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import tournaments
from app.services.queries import places as queries
from app.services.schedule import breaks
from app.web.forms.base import RoomForm
from app.web.forms.stations import BreakForm, StationForm, hours_text
from app.web.forms.tournaments import zone_choices
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show

# Which form is shown again: `("station", 7)`; None for the one that adds.
Failed = tuple[str, int | None, RoomForm]


@blueprint.get("/settings/stations/")
@signed_in
def stations(slug: str) -> Response:
    """The tournament's stations and breaks."""
    return _page(open_room(slug))


@blueprint.post("/settings/stations/")
@signed_in
def add_station(slug: str) -> Response:
    """Add a station."""
    tournament = open_room(slug)
    form = StationForm(zone=tournament.time_zone)
    return _done(
        tournament,
        ("station", None, form),
        lambda: tournaments.add_station(**_who(tournament), **form.values()),
        say("Station added."),
    )


@blueprint.post("/settings/stations/<id:station_id>/edit")
@signed_in
def edit_station(slug: str, station_id: int) -> Response:
    """Change a station's name, stream, time zone and hours."""
    tournament = open_room(slug)
    station = queries.station_document(current_actor(), tournament.id, station_id)
    form = StationForm(zone=tournament.time_zone)
    return _done(
        tournament,
        ("station", station_id, form),
        lambda: tournaments.update_station(
            **_who(tournament), station_id=station_id, **_changed(form, station, tournament)
        ),
        say("Saved."),
    )


def _changed(form: StationForm, station: dict, tournament: Tournament) -> dict:
    """What the form says; hours that nobody touched stay as they are, to the second."""
    values = form.values()
    shown = hours_text(station["hours"], station["time_zone"] or tournament.time_zone)
    if values["time_zone"] == station["time_zone"] and form.hours.data.split() == shown.split():
        del values["hours"]
    return values


@blueprint.post("/settings/stations/<id:station_id>/delete")
@signed_in
def delete_station(slug: str, station_id: int) -> Response:
    """Delete a station that no match uses."""
    tournament = open_room(slug)
    try:
        tournaments.delete_station(**_who(tournament), station_id=station_id)
    except Refused as error:
        flash(said(error.detail), "bad")
    else:
        flash(said(say("Station deleted.")), "good")
    return _back(slug)


@blueprint.post("/settings/breaks/")
@signed_in
def add_break(slug: str) -> Response:
    """Add a break."""
    tournament = open_room(slug)
    form = _sent_break(tournament)
    return _done(
        tournament,
        ("break", None, form),
        lambda: breaks.add_break(**_who(tournament), **form.values()),
        say("Break added."),
    )


@blueprint.post("/settings/breaks/<id:break_id>/edit")
@signed_in
def edit_break(slug: str, break_id: int) -> Response:
    """Change a break."""
    tournament = open_room(slug)
    pause = queries.break_document(current_actor(), tournament.id, break_id)
    form = _sent_break(tournament)
    return _done(
        tournament,
        ("break", break_id, form),
        lambda: breaks.update_break(**_who(tournament), break_id=break_id, changes=_moved(form, pause)),
        say("Saved."),
    )


def _moved(form: BreakForm, pause: dict) -> dict:
    """What the form says; times that show the same minute stay as they are, to the second."""
    values = form.values()
    for name in ("starts_at", "ends_at"):
        if values[name] == datetime.fromisoformat(pause[name]).replace(second=0):
            del values[name]
    return values


@blueprint.post("/settings/breaks/<id:break_id>/delete")
@signed_in
def delete_break(slug: str, break_id: int) -> Response:
    """Delete a break."""
    breaks.delete_break(**_who(open_room(slug)), break_id=break_id)
    flash(said(say("Break deleted.")), "good")
    return _back(slug)


def _who(tournament: Tournament) -> dict:
    return {"actor": current_actor(), "tournament_id": tournament.id, "now": now()}


def _back(slug: str) -> Response:
    return go_to(f"/tournaments/{slug}/settings/stations/")


def _done(tournament: Tournament, failed: Failed, verb: Callable[[], object], done: str) -> Response:
    """Do the verb of the form, or show the form again with what is wrong with it."""
    form = failed[2]
    slug = tournament.slug
    if not form.validate():
        return _page(tournament, failed)
    try:
        verb()
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(open_room(slug), failed)
    flash(said(done), "good")
    return _back(slug)


def _stations(tournament: Tournament) -> list[dict]:
    return queries.list_stations(current_actor(), tournament.id).rows()


def _sent_break(tournament: Tournament) -> BreakForm:
    """The form as it was sent, its times by the clock of the chosen station, or else the tournament's."""
    stations = _stations(tournament)
    chosen = request.form.get("station_id", "")
    zone = next((each["time_zone"] for each in stations if str(each["id"]) == chosen), None)
    return BreakForm(stations=stations, meta={"time_zone": zone or tournament.time_zone})


def _page(tournament: Tournament, failed: Failed | None = None) -> Response:
    """The room; where a form failed, 400 and that form as it was sent."""
    stations = _stations(tournament)
    listed = queries.list_breaks(current_actor(), tournament.id).rows()
    listed.sort(key=lambda pause: (pause["starts_at"], pause["id"]))
    zones = {each["id"]: each["time_zone"] or tournament.time_zone for each in stations}
    forms: dict[tuple[str, int | None], RoomForm] = {
        ("station", None): StationForm(formdata=None, zone=tournament.time_zone),
        ("break", None): BreakForm(
            formdata=None, stations=stations, meta={"time_zone": tournament.time_zone}
        ),
    }
    for each in stations:
        forms["station", each["id"]] = _station_form(each, tournament)
    for pause in listed:
        zone = zones.get(pause["station_id"], tournament.time_zone)
        forms["break", pause["id"]] = _break_form(pause, stations, zone)
    if failed:
        forms[failed[:2]] = failed[2]
    for (kind, id_), form in forms.items():
        form.name_ids(f"{kind}-{id_ or 'new'}")
    return show(
        "rooms/stations.html",
        tournament,
        "settings",
        status=400 if failed else 200,
        stations=stations,
        pauses=listed,
        station_zones=zones,
        station_names={each["id"]: each["name"] for each in stations},
        room_forms=forms,
        failed=failed and failed[:2],
        zones=[name for name, _ in zone_choices(tournament.time_zone)],
    )


def _station_form(station: dict, tournament: Tournament) -> StationForm:
    hours = hours_text(station["hours"], station["time_zone"] or tournament.time_zone)
    present = {**station, "time_zone": station["time_zone"] or "", "hours": hours}
    return StationForm(formdata=None, data=present, zone=tournament.time_zone)


def _break_form(pause: dict, stations: list[dict], zone: str) -> BreakForm:
    times = {name: datetime.fromisoformat(pause[name]) for name in ("starts_at", "ends_at")}
    return BreakForm(formdata=None, data={**pause, **times}, stations=stations, meta={"time_zone": zone})
