"""Who helps to run a tournament."""

from flask import Response, flash

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.services import tournaments
from app.services.queries import tournaments as queries
from app.web.forms.tournaments import UserNameForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show


@blueprint.get("/staff/")
@signed_in
def staff(slug: str) -> Response:
    """The organizers of the tournament."""
    return _page(slug, UserNameForm(formdata=None))


@blueprint.post("/staff/")
@signed_in
def add_staff(slug: str) -> Response:
    """Make somebody an organizer of the tournament."""
    tournament_id = open_room(slug).id
    form = UserNameForm()
    if not form.validate():
        return _page(slug, form, status=400)
    try:
        _, is_new = tournaments.add_staff(
            actor=current_actor(), tournament_id=tournament_id, username=form.username.data, now=now()
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, form, status=400)
    name = form.username.data
    if is_new:
        done = say("%(name)s now runs this tournament with you.", name=name)
    else:
        done = say("%(name)s already runs this tournament with you.", name=name)
    flash(said(done), "good")
    return go_to(f"/tournaments/{slug}/staff/")


@blueprint.post("/staff/<id:staff_id>/remove")
@signed_in
def remove_staff(slug: str, staff_id: int) -> Response:
    """Take somebody off the staff."""
    tournament_id = open_room(slug).id
    tournaments.remove_staff(actor=current_actor(), tournament_id=tournament_id, staff_id=staff_id, now=now())
    flash(said(say("Taken off the staff.")), "good")
    return go_to(f"/tournaments/{slug}/staff/")


def _page(slug: str, form: UserNameForm, *, status: int = 200) -> Response:
    tournament = open_room(slug)
    entries = queries.list_staff(current_actor(), tournament.id).rows()
    return show(
        "rooms/staff.html",
        tournament,
        "staff",
        status=status,
        form=form,
        entries=entries,
        creator=tournament.organizer.username,
    )
