"""The timetable of a tournament: its days as a grid or as a list, and what organizers move on it."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound as PageNotFound

from app.answers import kept_for_strangers
from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.permissions import Permission
from app.domain.words import say, say_n
from app.languages import current_language, said
from app.models import Tournament
from app.services import access
from app.services.queries import estimates
from app.services.queries import timetable as queries
from app.services.queries.schedule_versions import find_version
from app.services.schedule import versions

from . import drawing
from .filters import day_words
from .forms.schedule import ScheduleChangesForm, placement_text
from .guards import current_actor, now, signed_in
from .htmx import go_to, is_htmx
from .public import A_MOMENT
from .timetable_grid import Scope, draw_grid
from .tournament_pages import Seen, see

blueprint = Blueprint("timetable", __name__, url_prefix="/tournaments/<slug>/schedule")
# Days outside of these have no beginning or end in every zone that a computer can count.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_ORDERS = ("time", "station")
_MOST_DIGITS = 9
_MOST_BLOCKS = 500
# All that the template shows of a match.
_BLOCK_FIELDS = (
    *("id", "state", "state_display", "match_number", "round_number", "group_name", "bracket_name"),
    *(f"participant{n}_{what}" for n in (1, 2) for what in ("id", "name", "score")),
    *("slot1_label", "slot2_label", "winner_id", "scheduled_time", "original_time", "time_zone"),
    *("station_id", "minutes", "at", "lasts", "lane", "lanes", "began_before", "version"),
)


@blueprint.get("/")
@kept_for_strangers(A_MOMENT)
def schedule(slug: str):
    """The timetable of one day: a grid of stations and time, or a list by time or by station."""
    seen = see(slug)
    tournament = seen.tournament
    days = queries.list_days(tournament)
    day = _wanted_day(days, tournament.time_zone, plans=seen.can_manage)
    if seen.can_manage and day is not None:
        days = _with(days, day)
    order = request.args.get("by", "")
    values = seen.values("schedule") | {"days": days, "day": day, "order": order if order in _ORDERS else ""}
    version_id = _number(request.args.get("version", ""))
    if seen.can_manage and version_id:
        values["version"] = find_version(tournament.id, version_id)
    if seen.can_manage:
        values["accuracy"] = estimates.accuracy_of(tournament, now())
    shown = _list(seen, day, order) if day is None or order in _ORDERS else _grid(seen, day)
    return render_template("schedule/schedule.html", **values | shown)


@blueprint.get("/blocks")
@signed_in
def blocks(slug: str):
    """Single matches as the grid draws them, for a page that shows it: `ids`, separated by commas."""
    tournament = _tournament(slug)
    ids = [
        number for part in request.args.get("ids", "").split(",")[:_MOST_BLOCKS] if (number := _number(part))
    ]
    rows = queries.list_matches(tournament, ids)
    return render_template("schedule/_blocks.html", rows=rows, plans=True)


@blueprint.post("/preview")
@signed_in
def preview(slug: str):
    """What the moves would change, what is refused, and which conflicts they would make."""
    tournament = _tournament(slug)
    form = ScheduleChangesForm()
    return _panel(tournament, form, status=200 if form.validate() else 400)


@blueprint.post("/change")
@signed_in
def change(slug: str):
    """Make all of the moves, or none. Where one was moved by others meanwhile, show what would change now."""
    tournament = _tournament(slug)
    form = ScheduleChangesForm()
    if not form.validate():
        return _panel(tournament, form, status=400)
    try:
        done = versions.change_schedule(
            actor=current_actor(), tournament_id=tournament.id, placements=form.change.data, now=now()
        )
    except Conflict as conflict:
        return _panel(_tournament(slug), form, status=409, conflict=conflict)
    except (Refused, InvalidInput) as error:
        form.take(error)
        return _panel(_tournament(slug), form, status=400)
    if not is_htmx():
        version = f"&version={done['batch_id']}" if done["batch_id"] else ""
        return go_to(f"/tournaments/{slug}/schedule/?day={form.day.data or ''}{version}")
    tournament = _tournament(slug)
    saved = find_version(tournament.id, done["batch_id"]) if done["batch_id"] else None
    return _partial("schedule/_saved.html", 200, tournament=tournament, version=saved, done=done)


@blueprint.post("/versions/<id:batch_id>/undo")
@signed_in
def undo(slug: str, batch_id: int):
    """Take a version of the schedule back as a whole."""
    tournament = _tournament(slug)
    try:
        undone = versions.undo_version(
            actor=current_actor(), batch_id=batch_id, now=now(), tournament_id=tournament.id
        )
    except Conflict as conflict:
        values = {"tournament": _tournament(slug), "conflict": conflict, "undone": []}
        return _answer("schedule/_undone.html", "schedule/undo.html", 409, **values)
    if is_htmx():
        return _partial("schedule/_undone.html", 200, tournament=tournament, conflict=None, undone=undone)
    told = say_n(
        len(undone), "Taken back: %(num)s match is as before.", "Taken back: %(num)s matches are as before."
    )
    flash(said(told), "good")
    return go_to(f"/tournaments/{slug}/schedule/")


@blueprint.app_template_global()
def timetable_block(match: dict, plans: bool = False, zone: str = "") -> Markup:
    """A match in the grid or the tray; what looks the same is rendered once.

    `plans`: whoever looks may move it. `zone` is that of its station, where that is another one.
    """
    shown = match if plans else match | {"version": None}
    return _rendered_block(current_language(), tuple(shown.get(name) for name in _BLOCK_FIELDS), plans, zone)


@lru_cache(maxsize=4096)
def _rendered_block(_language: str, values: tuple, plans: bool, zone: str) -> Markup:
    match = dict(zip(_BLOCK_FIELDS, values, strict=True))
    template = current_app.jinja_env.get_template("schedule/_block.html")
    return template.make_module({"match": match, "plans": plans, "zone": zone}).__html__().strip()


def _tournament(slug: str) -> Tournament:
    return access.get_tournament(current_actor(), slug, Permission.MATCH_SCHEDULE).tournament


def _wanted_day(days: list[queries.Day], zone: str, *, plans: bool) -> date | None:
    """The day of the address, or else today, or the nearest day that has matches; None for `unscheduled`.

    Whoever plans begins today where no day has any.
    """
    text = request.args.get("day", "")
    if text == "unscheduled":
        return None
    if text:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise PageNotFound from None
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise PageNotFound
        return day
    nearest = queries.nearest_day(days, now(), zone)
    return now().astimezone(ZoneInfo(zone)).date() if nearest is None and plans else nearest


def _with(days: list[queries.Day], day: date) -> list[queries.Day]:
    if any(one.date == day for one in days):
        return days
    return sorted([*days, queries.Day(day, 0)], key=lambda one: one.date or date.max)


def _list(seen: Seen, day: date | None, order: str) -> dict:
    """The matches of the day in parts: those that began the day before, then the day's own."""
    tournament = seen.tournament
    if day is None:
        rows, earlier = queries.list_unscheduled(tournament), []
    else:
        bounds = queries.day_bounds(day, tournament.time_zone)
        rows = queries.list_day(tournament, day)
        estimates.tell(rows, now())
        earlier = [row for row in rows if queries.interval_of(row).start < bounds.start]
        rows = rows[len(earlier) :]
    parts = []
    if earlier:
        day_before = day_words(day - timedelta(days=1), "weekday")
        parts = [(say("Since %(day)s", day=day_before), earlier)]
    parts += drawing.by_station(rows) if order == "station" else [("", rows)] if rows else []
    return {"parts": parts, "grid": None}


def _grid(seen: Seen, day: date) -> dict:
    tournament = seen.tournament
    bounds = queries.day_bounds(day, tournament.time_zone)
    scope = Scope(plans=seen.can_manage, whole=request.args.get("hours") == "all")
    rows = queries.list_day(tournament, day)
    grid = draw_grid(
        rows,
        queries.list_stations(tournament.id),
        queries.list_breaks(tournament.id, bounds),
        day=bounds,
        zone=tournament.time_zone,
        match_minutes=tournament.match_minutes,
        now=now(),
        scope=scope,
    )
    tray = queries.list_unscheduled(tournament, to_plan=True) if seen.can_manage else []
    is_empty = not rows and not seen.can_manage
    return {"grid": None if is_empty else grid, "tray": tray, "parts": [], "scope": scope}


def _panel(
    tournament: Tournament, form: ScheduleChangesForm, *, status: int, conflict: Conflict | None = None
) -> Response:
    """What would change, what is refused, which conflicts there would be; and the form to save it."""
    plan = {"changes": [], "refused": [], "conflicts": []}
    placements = form.change.data if form.change.data and not form.change.errors else []
    try:
        if placements:
            plan = versions.preview_schedule(
                actor=current_actor(), tournament_id=tournament.id, placements=placements, now=now()
            )
    except InvalidInput as error:
        if not form.form_errors and not form.errors:
            form.take(error)
        status = max(status, 400)
    rows = {row["id"]: row for row in queries.list_matches(tournament, (one.match_id for one in placements))}
    placed = {one.match_id: one for one in placements if one.match_id in rows}
    changes = [
        {
            **found,
            "row": rows[found["match"]],
            "is_news": placed[found["match"]].expected_version not in (None, rows[found["match"]]["version"]),
            # Whoever saves has seen what stands here.
            "text": placement_text(
                replace(placed[found["match"]], expected_version=rows[found["match"]]["version"])
            ),
        }
        for found in plan["changes"]
    ]
    return _answer(
        "schedule/_preview.html",
        "schedule/preview.html",
        status,
        tournament=tournament,
        form=form,
        conflict=conflict,
        changes=changes,
        refused=[{**found, "row": rows[found["match"]]} for found in plan["refused"]],
        conflicts=plan["conflicts"],
        stations={one["id"]: one["name"] for one in queries.list_stations(tournament.id)},
    )


def _answer(partial: str, whole: str, status: int, **values) -> Response:
    """The part for the page that is open; without scripts it is a page of its own."""
    if is_htmx():
        return _partial(partial, status, **values)
    values |= {"can_manage": True, "tab": "schedule"}
    return make_response(render_template(whole, **values), status)


def _partial(template: str, status: int, **values) -> Response:
    return make_response(render_template(template, **values), status)


def _number(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None
