"""Pages for everyone that stand outside of any one tournament, and the page of a match."""

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from app.answers import kept_for_strangers, shows_only, true_for
from app.domain.lobby import public_part
from app.domain.permissions import Actor
from app.services.queries import estimates, match_detail, match_panel, pages, rows

from . import match_views
from .guards import current_actor, now
from .history import history_days

blueprint = Blueprint("public", __name__)
_LONGEST_SEARCH = 100
# Seconds. What is next, and what has only just ended, changes by the clock as well, and not in a hurry.
A_MOMENT = 5
# What is expected changes by the clock too, from minute to minute.
A_MINUTE = 60
# Participants whom one browser follows: static/js/follow.js asks for no more.
MOST_FOLLOWED = 50
_LARGEST_ID = 2**31 - 1


@blueprint.get("/")
@kept_for_strangers(A_MOMENT)
def home():
    """What goes on now, over all public tournaments."""
    found = pages.get_now_everywhere(now())
    estimates.tell(found.next, now(), anew=False)
    titles = {row["tournament_slug"]: row["tournament_name"] for row in found.rows}
    return render_template("public/home.html", now=found, tournaments=titles, live_page="home")


@blueprint.get("/following/")
@kept_for_strangers()
def following():
    """Whom the reader follows: their browser knows, and asks for the rows."""
    return render_template("public/following.html", live_page="home")


@blueprint.get("/following/rows")
@kept_for_strangers(A_MOMENT)
def following_rows():
    """The matches of these participants as far as the reader may see them: rows alone, without a page."""
    found = pages.get_now_of(current_actor(), _participant_ids(), now())
    estimates.tell(found.next, now(), anew=False)
    return render_template("public/_following_rows.html", rows=found.rows)


@blueprint.get("/tournaments/")
@kept_for_strangers()
def tournaments():
    """The tournaments that the reader may see."""
    search = request.args.get("search", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    found = pages.list_tournament_cards(current_actor(), search=search, page=page_number())
    return render_template("public/tournaments.html", found=found, search=search)


@blueprint.get("/matches/<id:match_id>/")
@kept_for_strangers()
def match(match_id: int):
    """One match: the scoreboard for everyone, and what its people may do with it."""
    shows_only("match_id", match_id)
    actor = current_actor()
    values = _for_nobody(match_id) if actor.is_anonymous else _for_somebody(actor, match_id)
    row = values["row"]
    tell_expected([row])
    entries, tells_who = values.pop("entries"), values.pop("tells_who")
    return render_template(
        "matches/detail.html",
        **values,
        history=history_days(entries, row, values["sides"], tells_who=tells_who),
        live_page="match",
        live_id=match_id,
        live_seq=row["seq"],
    )


def _for_nobody(match_id: int) -> dict:
    """The match alone. Most who ask are strangers, and they can do nothing to it."""
    row = rows.find_public_match(match_id)
    if row is None:
        raise NotFound
    tournament = {name: row[name] for name in ("time_zone", "game", "enable_check_in")} | {
        "slug": row["tournament_slug"],
        "name": row["tournament_name"],
        "is_public": True,
    }
    lobby = public_part(row.pop("lobby"))
    return {
        "row": row,
        "sides": match_panel.sides_of(row),
        "tournament": tournament,
        "lobby": lobby,
        "entries": match_detail.list_public_history(match_id),
        "tells_who": False,
    }


def _for_somebody(actor: Actor, match_id: int) -> dict:
    """The match with what the reader may do to it."""
    panel = match_panel.get_panel(actor, match_id, now())
    plays_or_helps = panel.own_side or (panel.may("MATCH_LOBBY_VIEW") and not panel.is_run_by_reader)
    return {
        **match_views.context(panel, "match"),
        "runs": panel.is_run_by_reader,
        "own": match_views.context(panel, "side") if plays_or_helps else None,
        "row": rows.find_row(match_id),
        "sides": panel.sides,
        "lobby": public_part(panel.match.lobby),
        "entries": match_detail.list_history(actor, match_id),
        "tells_who": panel.may("MATCH_HISTORY_VIEW"),
    }


def tell_expected(rows: list[dict]) -> None:
    """Put what is expected into the public rows of a page that is kept until its matches change."""
    estimates.tell(rows, now())
    if any(row.get("expected") for row in rows):
        true_for(A_MINUTE)


def _participant_ids() -> list[int]:
    """The `participant`s of the address, each once; NotFound for what is no number, and for too many."""
    texts = request.args.getlist("participant")
    if len(texts) > MOST_FOLLOWED or not all(text.isascii() and text.isdigit() for text in texts):
        raise NotFound
    numbers = {int(text) for text in texts if len(text) <= len(str(_LARGEST_ID))}
    return sorted(number for number in numbers if number <= _LARGEST_ID)


def page_number() -> int:
    """The `page` of the address; 404 for one that is no page number."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text) > 0):
        raise NotFound
    return int(text)
