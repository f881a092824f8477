"""From any page of a tournament to a match, a participant, a person or another page, by name or number."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, request

from app.domain.permissions import Permission
from app.domain.words import Words, say
from app.languages import said
from app.models import Tournament
from app.services import access
from app.services.queries import jump as queries

from .guards import current_actor, signed_in
from .htmx import render

blueprint = Blueprint("jump", __name__, url_prefix="/tournaments/<slug>/jump")
_LONGEST = 100
# The pages of a tournament, by their addresses below its own.
_PAGES = (
    ("desk/", say("Match desk")),
    ("", say("Overview")),
    ("matches/", say("Matches")),
    ("bracket/", say("Bracket")),
    ("schedule/", say("Schedule")),
    ("participants/", say("Participants")),
    ("board/", say("Board")),
    ("stations/", say("Stations")),
    ("settings/", say("Settings")),
    ("settings/participants/", say("Enter participants")),
    ("settings/stations/", say("Stations and breaks")),
    ("settings/brackets/", say("Brackets")),
    ("settings/screens/", say("Screens")),
    ("settings/export/", say("Export")),
    ("settings/rehearsal/", say("Rehearsal")),
    ("staff/", say("Staff")),
    ("audit/", say("Audit")),
    ("slips/", say("Match slips")),
    ("deleted/", say("Deleted matches")),
)


@dataclass(frozen=True)
class Place:
    """Somewhere to go: what it is, its address, and what tells it from others of its name."""

    kind: Words
    title: str
    address: str
    more: str = ""
    state: str = ""
    state_display: str = ""


@blueprint.get("")
@signed_in
def jump(slug: str) -> Response:
    """The places that fit the words, as a list for the page that asks, or as a page with a form."""
    tournament = access.get_tournament(current_actor(), slug, Permission.DESK_VIEW).tournament
    text = request.args.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    base = f"/tournaments/{tournament.slug}/"
    pages = [
        Place(say("Page"), title, base + path)
        for path, title in _PAGES
        if text.lower() in said(title).lower()
    ]
    places = [*_named(tournament, text, base), *pages] if text else pages
    return render(
        "desk/jump.html",
        "desk/_places.html",
        tournament=tournament,
        can_manage=True,
        q=text,
        places=places,
    )


def _named(tournament: Tournament, text: str, base: str) -> list[Place]:
    """The matches, participants and organizers with this name or number."""
    open_side = say("To be decided")
    matches = [
        Place(
            say("Match"),
            say(
                "M%(number)s: %(first)s against %(second)s",
                number=found["number"],
                first=found["side1"] or open_side,
                second=found["side2"] or open_side,
            ),
            f"/matches/{found['id']}/",
            found["station"] or "",
            found["state"],
            found["state_display"],
        )
        for found in queries.find_matches(tournament.id, text)
    ]
    participants = [
        Place(
            say("Participant"),
            found["name"],
            f"{base}desk/?search={quote(found['name'])}",
            found["member"] or "",
        )
        for found in queries.find_participants(tournament.id, text)
    ]
    staff = [Place(say("Organizer"), name, f"{base}staff/") for name in queries.find_staff(tournament, text)]
    return [*matches, *participants, *staff]
