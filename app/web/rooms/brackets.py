"""Making brackets of a tournament's participants, and pairing the rounds of those that go by rounds."""

from flask import Response, flash, request

from app.domain.errors import Conflict, DomainError, InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import brackets as services
from app.services import swiss
from app.services.queries import pages
from app.services.queries import tournaments as tournament_queries
from app.services.tables import group_names_by_bracket
from app.web.forms.brackets import BracketForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .audit_fields import value_word
from .blueprint import blueprint, open_room, show


@blueprint.get("/settings/brackets/")
@signed_in
def brackets(slug: str) -> Response:
    """The tournament's brackets, and the form for another one."""
    return _page(open_room(slug))


@blueprint.post("/settings/brackets/")
@signed_in
def generate_bracket(slug: str) -> Response:
    """Make a bracket with all its matches."""
    tournament = open_room(slug)
    tournament_id = tournament.id
    form = _form(tournament_id)
    if not form.validate():
        return _page(tournament, form, status=400)
    try:
        services.generate_bracket(
            actor=current_actor(),
            tournament_id=tournament_id,
            name=form.name.data,
            format=form.format.data,
            participants=form.participant_ids(),
            options=form.options(),
            now=now(),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(open_room(slug), form, status=400)
    flash(said(say("%(name)s is made; its matches stand on the desk.", name=form.name.data)), "good")
    return go_to(f"/tournaments/{slug}/desk/")


@blueprint.post("/settings/brackets/<id:bracket_id>/next-round")
@signed_in
def next_round(slug: str, bracket_id: int) -> Response:
    """Pair the next round of a Swiss bracket."""
    tournament_id = open_room(slug).id
    try:
        number = swiss.next_round(
            actor=current_actor(), tournament_id=tournament_id, bracket_id=bracket_id, now=now()
        )
    except (Conflict, Refused) as error:
        flash(_in_words(error), "bad")
    else:
        flash(said(say("Round %(number)s is paired; its matches stand on the desk.", number=number)), "good")
    return go_to(f"/tournaments/{slug}/settings/brackets/")


@blueprint.post("/settings/brackets/<id:bracket_id>/delete")
@signed_in
def delete_bracket(slug: str, bracket_id: int) -> Response:
    """Delete a bracket that has not begun, with its matches."""
    tournament_id = open_room(slug).id
    try:
        services.delete_bracket(
            actor=current_actor(), tournament_id=tournament_id, bracket_id=bracket_id, now=now()
        )
    except Refused as error:
        flash(_in_words(error), "bad")
    else:
        flash(said(say("The bracket and its matches are deleted.")), "good")
    return go_to(f"/tournaments/{slug}/settings/brackets/")


def _in_words(error: DomainError) -> str:
    reasons = getattr(error, "changes", None) or getattr(error, "reasons", None) or []
    return " ".join(dict.fromkeys(map(said, [error.detail, *reasons])))


def _form(tournament_id: int, **values) -> BracketForm:
    actor = current_actor()
    entrants = tournament_queries.list_participants(actor, tournament_id).rows()
    groups = group_names_by_bracket(tournament_id)
    sources = [
        {"id": bracket["id"], "name": bracket["name"], "groups": groups[bracket["id"]]}
        for bracket in pages.list_brackets(tournament_id)
        if groups.get(bracket["id"])
    ]
    names = {entrant["name"]: entrant["id"] for entrant in entrants if entrant["withdrawn_at"] is None}
    if request.method == "GET":
        values |= {"formdata": None}
    return BracketForm(names=names, sources=sources, **values)


def _page(tournament: Tournament, form: BracketForm | None = None, *, status: int = 200) -> Response:
    actor = current_actor()
    entrants = tournament_queries.list_participants(actor, tournament.id).rows()
    playing = [entrant for entrant in entrants if entrant["withdrawn_at"] is None]
    listed = pages.list_brackets_with_progress(tournament.id)
    if form is None:
        names = "\n".join(entrant["name"] for entrant in playing)
        first = {
            "name": said(say("Playoffs") if listed else say("Main bracket")),
            "best_of": tournament.best_of,
        }
        form = _form(tournament.id, data=first | {"participants": names})
    return show(
        "rooms/brackets.html",
        tournament,
        "settings",
        status=status,
        form=form,
        brackets=[{**bracket, "format_name": value_word(bracket["format"])} for bracket in listed],
        entrants=playing,
    )
