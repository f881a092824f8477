"""The stations of a tournament on its match day: what is on at each, what is next, and calling it."""

from flask import Blueprint, Response, flash, make_response, render_template

from app.domain.errors import Conflict, Refused
from app.domain.permissions import Permission
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import access
from app.services.queries import station_queue
from app.services.schedule import calls

from .forms.stations import CallNextForm
from .guards import current_actor, now, signed_in
from .htmx import go_to, is_htmx

blueprint = Blueprint("station_queue", __name__, url_prefix="/tournaments/<slug>/stations")


@blueprint.get("/")
@signed_in
def stations(slug: str) -> Response:
    """All stations: what is on, called and next at each."""
    return _page(_tournament(slug, Permission.DESK_VIEW))


@blueprint.post("/<id:station_id>/call-next")
@signed_in
def call_next(slug: str, station_id: int) -> Response:
    """Call the match that the page shows as the next one of the station."""
    tournament = _tournament(slug, Permission.MATCH_CALL)
    form = CallNextForm()
    if not form.validate():
        return _page(tournament, status=400, failed=(station_id, say("Nothing was called; press again.")))
    try:
        calls.call_next(
            actor=current_actor(),
            tournament_id=tournament.id,
            station_id=station_id,
            match_id=form.match_id.data,
            now=now(),
        )
    except (Refused, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 400
        return _page(
            _tournament(slug, Permission.DESK_VIEW), status=status, failed=(station_id, error.detail)
        )
    if is_htmx():
        return _page(_tournament(slug, Permission.DESK_VIEW), called_at=station_id)
    flash(said(say("Match called.")), "good")
    return go_to(f"/tournaments/{slug}/stations/#station-{station_id}")


def _tournament(slug: str, permission: Permission) -> Tournament:
    return access.get_tournament(current_actor(), slug, permission).tournament


def _page(
    tournament: Tournament,
    *,
    status: int = 200,
    failed: tuple[int, str] | None = None,
    called_at: int | None = None,
) -> Response:
    """The page, or for htmx its cards; `failed` is a station and why nothing was called to it."""
    values = {
        "tournament": tournament,
        "can_manage": True,
        "tab": "stations",
        "queues": station_queue.list_queues(current_actor(), tournament.id, now()),
        "failed": failed,
        "called_at": called_at,
        "live_page": "desk",
        "live_id": tournament.id,
        "live_seq": tournament.event_seq,
    }
    template = "stations/_cards.html" if is_htmx() else "stations/stations.html"
    response = make_response(render_template(template, **values), status)
    response.vary.add("HX-Request")
    return response
