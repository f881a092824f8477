"""The public pages of one tournament."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound as PageNotFound

from app.answers import kept_for_strangers, shows_only
from app.domain.permissions import Permission
from app.languages import current_language
from app.models import Tournament
from app.services import access
from app.services.queries import calendars, estimates, match_list, pages, rows
from app.services.tables import tables_by_bracket

from . import bracket_page, drawing
from .forms.filters import MatchFilterForm, match_filter_form
from .guards import current_actor, now
from .htmx import render
from .public import A_MOMENT, page_number, tell_expected

blueprint = Blueprint("tournament", __name__, url_prefix="/tournaments/<slug>")


@dataclass(frozen=True)
class Seen:
    """A tournament as its reader may see it."""

    tournament: Tournament
    can_manage: bool

    def values(self, tab: str, *, live: bool = True) -> dict:
        """What every page of a tournament needs; `live` where the page updates by itself."""
        values = {"tournament": self.tournament, "can_manage": self.can_manage, "tab": tab}
        if live:
            values |= {
                "live_page": "tournament",
                "live_id": self.tournament.id,
                "live_seq": self.tournament.event_seq,
            }
        return values


def see(slug: str) -> Seen:
    """The tournament of this address; raises NotFound where there is none for the reader."""
    shows_only("slug", slug)
    found = access.get_tournament(current_actor(), slug)
    return Seen(found.tournament, found.may(Permission.TOURNAMENT_EDIT))


@blueprint.get("/")
@kept_for_strangers(A_MOMENT)
def overview(slug: str):
    """One tournament: live, next, just finished, and its brackets."""
    seen = see(slug)
    brackets = pages.list_brackets_with_progress(seen.tournament.id)
    return render_template(
        "public/tournament.html",
        **seen.values("overview"),
        feed_choices=[] if current_actor().is_anonymous else calendars.list_choices(seen.tournament),
        now=_get_now(seen.tournament.id, coming=10, finished=8),
        brackets=drawing.teasers(brackets, tables_by_bracket(seen.tournament.id, brackets)),
    )


@blueprint.get("/matches/")
@kept_for_strangers()
def matches(slug: str):
    """The list of its matches, with the filters of the address."""
    seen = see(slug)
    tournament = seen.tournament
    brackets, stations = (
        [(row["id"], row["name"]) for row in listed]
        for listed in (pages.list_brackets(tournament.id), pages.list_stations(tournament.id))
    )
    form = match_filter_form(request.args, tournament.time_zone, brackets, stations)
    is_valid = not form.errors
    page, size = page_number(), form.size() if is_valid else 1
    found = match_list.MatchPage([], 0)
    if is_valid:
        found = match_list.list_matches(
            current_actor(),
            form.filters(tournament.id),
            ordering=form.order(),
            page=page,
            page_size=size,
            for_page=True,
        )
    count = max(1, -(-found.count // size))
    if page > count:
        raise PageNotFound
    tell_expected(found.rows)
    return render(
        "public/matches.html",
        "public/_match_results.html",
        status=200 if is_valid else 400,
        **seen.values("matches"),
        form=form,
        drawn_filters=_draw_filters,
        rows=rows.complete(found.rows, tournament.event_seq),
        total=found.count,
        page=page,
        pages=count,
        previous=_other_page(page - 1) if page > 1 else None,
        next=_other_page(page + 1) if page < count else None,
    )


def _get_now(tournament_id: int, *, coming: int, finished: int) -> pages.Now:
    """What goes on, with what is expected of the next matches."""
    found = pages.get_now(tournament_id, now(), coming=coming, finished=finished)
    estimates.tell(found.next, now())
    return found


def _draw_filters(form: MatchFilterForm, path: str) -> Markup:
    return _drawn_filters(current_language(), form, path)


@lru_cache(maxsize=128)
def _drawn_filters(_language: str, form: MatchFilterForm, path: str) -> Markup:
    template = current_app.jinja_env.get_template("public/_match_filters.html")
    return template.make_module({"form": form, "path": path}).__html__()


def _other_page(number: int) -> str:
    args = request.args.copy()
    args["page"] = str(number)
    return f"{request.path}?{urlencode([(name, value) for name, value in args.items(multi=True) if value])}"


@blueprint.get("/bracket/")
@kept_for_strangers()
def bracket(slug: str):
    """The drawing of its brackets, and the tables of its groups."""
    seen = see(slug)
    values = seen.values("bracket") | {"live_page": "bracket"}
    return render_template(
        "public/bracket.html", **values, brackets=bracket_page.drawn_brackets(seen.tournament.id)
    )


@blueprint.get("/participants/")
@kept_for_strangers()
def participants(slug: str):
    """Who takes part, and how they stand."""
    seen = see(slug)
    listed = pages.list_participants(seen.tournament.id)
    return render_template(
        "public/participants.html", **seen.values("participants", live=False), participants=listed
    )
