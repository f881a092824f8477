"""The room of the screens: which are open, what they are called, and what they are told to say."""

from collections.abc import Callable

from flask import Response, flash

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import screens as services
from app.services.queries.screens import list_screens
from app.web.forms.screens import AnnouncementForm, MessageForm, NameForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to, render

from .blueprint import blueprint, open_room


@blueprint.get("/settings/screens/")
@signed_in
def screens(slug: str) -> Response:
    """The screens of the tournament; for htmx the list alone, which asks for itself every few seconds."""
    return _page(open_room(slug))


@blueprint.post("/settings/screens/announcement")
@signed_in
def announce(slug: str) -> Response:
    """Set what all boards say beside the matches."""
    tournament = open_room(slug)
    form = AnnouncementForm()
    done = (
        say("The boards show it.") if form.announcement.data else say("The announcement is off the boards.")
    )
    return _done(
        tournament,
        form,
        lambda: services.set_announcement(**_who(tournament), announcement=form.announcement.data),
        done,
    )


@blueprint.post("/settings/screens/message")
@signed_in
def message_screens(slug: str) -> Response:
    """Have one board or all of them show a message, or clear it with an empty one."""
    tournament = open_room(slug)
    form = MessageForm(screens=list_screens(tournament.id, now()))
    done = say("The message is on its way.") if form.message.data else say("Cleared.")
    return _done(
        tournament,
        form,
        lambda: services.send_message(
            **_who(tournament), message=form.message.data, screen_id=form.screen_id.data
        ),
        done,
    )


@blueprint.post("/settings/screens/<id:screen_id>/name")
@signed_in
def name_screen(slug: str, screen_id: int) -> Response:
    """Give a screen a name."""
    tournament = open_room(slug)
    form = NameForm()
    return _done(
        tournament,
        form,
        lambda: services.name_screen(**_who(tournament), screen_id=screen_id, name=form.name.data),
        say("Saved."),
        screen_id,
    )


def _who(tournament: Tournament) -> dict:
    return {"actor": current_actor(), "tournament_id": tournament.id, "now": now()}


def _done(
    tournament: Tournament,
    form: AnnouncementForm | MessageForm | NameForm,
    verb: Callable[[], object],
    done: str,
    screen_id: int | None = None,
) -> Response:
    """Do the verb of the form, or show the form again with what is wrong with it."""
    slug = tournament.slug
    if form.validate():
        try:
            verb()
        except (InvalidInput, Refused) as error:
            form.take(error)
        else:
            flash(said(done), "good")
            return go_to(f"/tournaments/{slug}/settings/screens/")
    return _page(open_room(slug), form, screen_id)


def _page(
    tournament: Tournament,
    failed: AnnouncementForm | MessageForm | NameForm | None = None,
    screen_id: int | None = None,
) -> Response:
    listed = list_screens(tournament.id, now())
    announcement = AnnouncementForm(formdata=None, data={"announcement": tournament.announcement})
    message = MessageForm(formdata=None, screens=listed)
    names = {each.id: NameForm(formdata=None, data={"name": each.name}) for each in listed}
    if isinstance(failed, AnnouncementForm):
        announcement = failed
    elif isinstance(failed, MessageForm):
        message = failed
    elif failed is not None and screen_id in names:
        names[screen_id] = failed
    for id_, form in names.items():
        form.name_ids(f"screen-{id_}")
    return render(
        "rooms/screens.html",
        "rooms/_screens.html",
        status=400 if failed else 200,
        tournament=tournament,
        can_manage=True,
        tab="settings",
        screens=listed,
        announcement=announcement,
        message=message,
        names=names,
        failed=failed,
    )
