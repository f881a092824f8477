"""A tournament's entrants: entering them, their members, and the links that are given to them."""

from collections.abc import Callable

from flask import Response, flash, request

from app.domain.errors import InvalidInput, Refused
from app.domain.words import say, say_all, say_n
from app.languages import said
from app.services import tournaments
from app.services.queries import tournaments as queries
from app.services.queries.listing import Listing
from app.web.forms.base import RoomForm
from app.web.forms.tournaments import ParticipantForm, ParticipantsForm, UserNameForm
from app.web.guards import current_actor, now, signed_in
from app.web.htmx import go_to

from .blueprint import blueprint, open_room, show

# Each entrant has its forms: more of them make a page that a phone scrolls badly.
PAGE_SIZE = 100


@blueprint.get("/settings/participants/")
@signed_in
def participants(slug: str) -> Response:
    """The entrants, with their members and links."""
    return _page(slug, ParticipantsForm(formdata=None))


@blueprint.post("/settings/participants/")
@signed_in
def add_participants(slug: str) -> Response:
    """Enter all participants of a pasted list, or none."""
    tournament_id = open_room(slug).id
    form = ParticipantsForm()
    if not form.validate():
        return _page(slug, form, status=400)
    entrants = form.participants()
    try:
        made = tournaments.add_participants(
            actor=current_actor(), tournament_id=tournament_id, participants=entrants, now=now()
        )
    except (InvalidInput, Refused) as error:
        form.lines.errors = [*form.lines.errors, *_by_line(error, entrants)]
        return _page(slug, form, status=400)
    done = say_n(len(made), "%(num)s participant entered.", "%(num)s participants entered.")
    flash(said(done), "good")
    return go_to(_room(slug))


def _by_line(error: InvalidInput | Refused, entrants: list[dict]) -> list[str]:
    """The reasons with the name that each is about; the service names the place in the list."""
    reasons = []
    for path, why in error.errors.items():
        place = path.partition(".")[0]
        name = entrants[int(place)]["name"] if place.isdigit() and len(entrants) > 1 else entrants[0]["name"]
        about = name or say("A line without a name")
        reasons.append(say("%(name)s: %(reasons)s", name=about, reasons=say_all(why)))
    return reasons or [error.detail]


@blueprint.post("/settings/participants/<id:participant_id>/edit")
@signed_in
def edit_participant(slug: str, participant_id: int) -> Response:
    """Change an entrant's name, seed or members."""
    tournament_id = open_room(slug).id
    form = ParticipantForm()
    if not form.validate():
        return _page(slug, ParticipantsForm(formdata=None), status=400, failed=(participant_id, form))
    try:
        tournaments.update_participant(
            actor=current_actor(),
            tournament_id=tournament_id,
            participant_id=participant_id,
            changes=form.changes(),
            now=now(),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(slug, ParticipantsForm(formdata=None), status=400, failed=(participant_id, form))
    flash(said(say("%(name)s saved.", name=form.name.data)), "good")
    return go_to(_room(slug))


@blueprint.post("/settings/participants/<id:participant_id>/withdraw")
@signed_in
def withdraw_participant(slug: str, participant_id: int) -> Response:
    """Mark an entrant as withdrawn."""
    return _act(
        slug, participant_id, tournaments.withdraw_participant, say("Withdrawn; no new match takes it.")
    )


@blueprint.post("/settings/participants/<id:participant_id>/reinstate")
@signed_in
def reinstate_participant(slug: str, participant_id: int) -> Response:
    """Take a withdrawal back."""
    return _act(slug, participant_id, tournaments.reinstate_participant, say("Back in the tournament."))


@blueprint.post("/settings/participants/<id:participant_id>/delete")
@signed_in
def delete_participant(slug: str, participant_id: int) -> Response:
    """Delete an entrant that was entered by mistake."""
    return _act(slug, participant_id, tournaments.delete_participant, say("Deleted."))


@blueprint.post("/settings/participants/<id:participant_id>/revoke-invite")
@signed_in
def revoke_invite(slug: str, participant_id: int) -> Response:
    """End an entrant's invitation link."""
    return _act(slug, participant_id, tournaments.revoke_invite, say("The link works no longer."))


@blueprint.post("/settings/participants/<id:participant_id>/invite")
@signed_in
def invite(slug: str, participant_id: int) -> Response:
    """Make the link by which signed-in users join the entrant, and show it this once."""
    tournament_id = open_room(slug).id
    token = tournaments.create_invite(
        actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now()
    )
    link = {"participant_id": participant_id, "kind": "invite", "url": f"{request.host_url}join/{token}"}
    return _page(slug, ParticipantsForm(formdata=None), link=link)


@blueprint.post("/settings/participants/<id:participant_id>/sign-in-link")
@signed_in
def sign_in_link(slug: str, participant_id: int) -> Response:
    """Make a link with which a member signs in once, and show it this once."""
    tournament_id = open_room(slug).id
    form = UserNameForm()
    link = None
    if form.validate():
        try:
            token = tournaments.create_sign_in_link(
                actor=current_actor(),
                tournament_id=tournament_id,
                participant_id=participant_id,
                username=form.username.data,
                now=now(),
            )
        except (InvalidInput, Refused) as error:
            form.take(error)
        else:
            url = f"{request.host_url}sign-in/{token}"
            link = {
                "participant_id": participant_id,
                "kind": "sign-in",
                "url": url,
                "who": form.username.data,
            }
    lines = ParticipantsForm(formdata=None)
    return _page(slug, lines, status=200 if link else 400, link=link, refused=None if link else form)


def _page_of(listing: Listing, participant_id: int | None, pages: int) -> int:
    """The page of the address, or the one on which this entrant stands."""
    if participant_id is not None and pages > 1:
        ids = [entrant["id"] for entrant in listing.rows()]
        return ids.index(participant_id) // PAGE_SIZE + 1 if participant_id in ids else 1
    text = request.args.get("page", "1")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), 1), pages) if is_number else 1


def _room(slug: str) -> str:
    return f"/tournaments/{slug}/settings/participants/"


def _act(slug: str, participant_id: int, verb: Callable[..., None], done: str) -> Response:
    tournament_id = open_room(slug).id
    try:
        verb(actor=current_actor(), tournament_id=tournament_id, participant_id=participant_id, now=now())
    except Refused as error:
        flash(said(error.detail), "bad")
    else:
        flash(said(done), "good")
    return go_to(_room(slug))


def _page(
    slug: str,
    form: ParticipantsForm,
    *,
    status: int = 200,
    failed: tuple[int, ParticipantForm] | None = None,
    link: dict | None = None,
    refused: RoomForm | None = None,
) -> Response:
    tournament = open_room(slug)
    listing = queries.list_participants(current_actor(), tournament.id)
    total = listing.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = _page_of(listing, (link or {}).get("participant_id") or (failed or (None,))[0], pages)
    return show(
        "rooms/participants.html",
        tournament,
        "settings",
        status=status,
        form=form,
        entrants=listing.rows(offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE),
        total=total,
        page=page,
        pages=pages,
        invited=queries.list_invited_participants(tournament.id),
        failed=failed,
        link=link,
        refused=refused,
    )
