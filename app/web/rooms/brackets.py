"""Making brackets of a tournament's participants."""

from flask import Response, flash

from app.domain.errors import InvalidInput, Refused
from app.services import brackets as services
from app.services.queries import brackets as queries
from app.services.queries import tournaments as tournament_queries
from app.web.forms.tournaments import BracketForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show


@blueprint.get("/settings/brackets/")
@signed_in
def brackets(slug: str) -> Response:
    """The tournament's brackets, and the form for another one."""
    best_of = open_room(slug).best_of
    return _page(slug, BracketForm(formdata=None, data={"name": "Main bracket", "best_of": best_of}))


@blueprint.post("/settings/brackets/")
@signed_in
def generate_bracket(slug: str) -> Response:
    """Make a bracket with all its matches."""
    tournament_id = open_room(slug).id
    form = BracketForm()
    if not form.validate():
        return _page(slug, form, status=400)
    try:
        services.generate_bracket(
            actor=current_actor(),
            tournament_id=tournament_id,
            name=form.name.data,
            format=form.format.data,
            options=form.options(),
            now=now(),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, form, status=400)
    flash(f"{form.name.data} is made; its matches stand on the desk.", "good")
    return go_to(f"/tournaments/{slug}/desk/")


def _page(slug: str, form: BracketForm, *, status: int = 200) -> Response:
    tournament = open_room(slug)
    actor = current_actor()
    entrants = tournament_queries.list_participants(actor, tournament.id).rows()
    return show(
        "rooms/brackets.html",
        tournament,
        "settings",
        status=status,
        form=form,
        brackets=queries.list_brackets(actor, tournament.id).rows(),
        entrants=[entrant for entrant in entrants if entrant["withdrawn_at"] is None],
    )
