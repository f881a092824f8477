"""What hangs in the hall and what goes into a broadcast: the board and the overlays. Neither has any chrome.

Both report themselves over their socket. Of a private tournament the board opens for its people and for
whoever has its secret link, an overlay with that link alone.
"""

from contextlib import suppress

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound as PageNotFound

from app.domain.errors import NotFound
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services import access, tournaments
from app.services.queries import board as queries
from app.services.queries import estimates, pages

from . import bracket_page
from .guards import current_actor, now
from .security import OVERLAY_POLICY

blueprint = Blueprint("screens", __name__, url_prefix="/tournaments/<slug>")

VIEWS = ("matches", "bracket", "rotate")
THEMES = ("light", "dark", "contrast")
# Lowest and highest value of what an address says of an overlay's size.
_PIXELS_WIDE, _PIXELS_HIGH, _SCALE = (100, 7680), (40, 4320), (0.25, 4.0)
_LARGEST_ID = 2**31 - 1


@blueprint.get("/board/")
def board(slug: str) -> Response:
    """The big screen in the hall: matches, brackets, or one after the other."""
    tournament = _open(slug, is_open_to_its_people=True)
    view = _choice("view", VIEWS, "matches")
    moment = now()
    shown = queries.get_board(tournament.id, moment)
    estimates.tell([*shown.called, *shown.next], moment)
    return _answer(
        "screens/board.html",
        tournament,
        board=shown if view != "bracket" else None,
        brackets=bracket_page.drawn_brackets(tournament.id) if view != "matches" else [],
        view=view,
        theme=_choice("theme", THEMES, ""),
        moment=moment,
    )


@blueprint.get("/overlay/<any(scoreboard, next, ticker):kind>")
def overlay(slug: str, kind: str) -> Response:
    """A transparent layer for a broadcast: one match, what is next, or what goes on in a line."""
    tournament = _open(slug, is_open_to_its_people=False)
    only, station_id = _chosen(tournament)
    response = _answer(
        "screens/overlay.html",
        tournament,
        kind=kind,
        only=only,
        station_id=station_id,
        board=None if only else queries.get_board(tournament.id, now(), station_id=station_id),
        width=_size("width", _PIXELS_WIDE),
        height=_size("height", _PIXELS_HIGH),
        scale=_size("scale", _SCALE),
    )
    response.headers["Content-Security-Policy"] = OVERLAY_POLICY
    return response


def _chosen(tournament: Tournament) -> tuple[dict | None, int | None]:
    """The match or the station that the address names, None for none; 404 for one that there is not."""
    match_id, station_id = _number("match"), _number("station")
    only = queries.find_match(tournament.id, match_id) if match_id else None
    stations = {station["id"] for station in pages.list_stations(tournament.id)}
    if (match_id and only is None) or (station_id and station_id not in stations):
        raise PageNotFound
    return only, station_id


def _open(slug: str, *, is_open_to_its_people: bool) -> Tournament:
    """The tournament, for its key, for everybody if it is public, perhaps for its people; else NotFound."""
    tournament = access.find_tournament(slug)
    if tournament and (tournament.is_public or tournaments.opens_board(tournament, request.args.get("key"))):
        return tournament
    if is_open_to_its_people:
        with suppress(NotFound):
            return access.get_tournament(current_actor(), slug).tournament
    # One answer, whether there is no such tournament or only a wrong key.
    raise PageNotFound


def _answer(template: str, tournament: Tournament, **values) -> Response:
    key = request.args.get("key")
    response = make_response(
        render_template(
            template,
            tournament=tournament,
            live_page="screen",
            live_id=tournament.id,
            live_seq=tournament.event_seq,
            live_key=key,
            **values,
        )
    )
    # The key in the address is a secret: no other site, and no shared cache, is to learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    if key:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _choice(name: str, choices: tuple[str, ...], usual: str) -> str:
    """What the address says, where it is one of the choices; whoever set up a screen may have mistyped it."""
    value = request.args.get(name, "")
    return value if value in choices else usual


def _number(name: str) -> int | None:
    """The id that the address names, None for none; 404 for what is no id."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) <= _LARGEST_ID):
        raise PageNotFound
    return int(text)


def _size(name: str, bounds: tuple[float, float]) -> str:
    """The size that the address asks for, pixels or a factor; empty for none, 400 for an impossible one."""
    text = request.args.get(name, "").strip()
    if not text:
        return ""
    lowest, highest = bounds
    try:
        value = float(text) if text.isascii() and len(text) < 10 else -1.0
    except ValueError:
        value = -1.0
    if not lowest <= value <= highest:
        raise BadRequest(
            said(
                say(
                    "%(name)s: a number from %(lowest)s to %(highest)s.",
                    name=name,
                    lowest=f"{lowest:g}",
                    highest=f"{highest:g}",
                )
            )
        )
    return f"{value:g}"
