"""An organizer's dashboard: one's tournaments, what needs attention in each, and making another one."""

from flask import Blueprint, Response, flash, make_response, render_template

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.services import access, tournaments
from app.services.queries.dashboard import list_dashboard
from app.services.schedule.inbox import open_inbox

from .forms.tournaments import CreateTournamentForm
from .guards import current_actor, now, signed_in
from .htmx import go_to

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")


@blueprint.get("/")
@signed_in
def dashboard() -> Response:
    """The tournaments that the reader runs."""
    return _page(CreateTournamentForm(formdata=None))


@blueprint.post("/")
@signed_in
def create_tournament() -> Response:
    """Make a tournament, and go on to enter its participants."""
    form = CreateTournamentForm()
    if not form.validate():
        return _page(form, status=400)
    actor = current_actor()
    try:
        tournament_id = tournaments.create_tournament(actor=actor, values=form.settings(), now=now())
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(form, status=400)
    slug = access.get_tournament(actor, tournament_id).tournament.slug
    made = say("%(name)s is made. Enter its participants next.", name=form.name.data)
    flash(said(made), "good")
    return go_to(f"/tournaments/{slug}/settings/participants/")


def _page(form: CreateTournamentForm, *, status: int = 200) -> Response:
    actor = current_actor()
    entries = list_dashboard(actor, now())
    return make_response(
        render_template(
            "dashboard/dashboard.html",
            form=form,
            current=[entry for entry in entries if not entry.is_over],
            over=[entry for entry in entries if entry.is_over],
            conflicts=open_inbox(actor=actor, now=now()).counts(),
        ),
        status,
    )
