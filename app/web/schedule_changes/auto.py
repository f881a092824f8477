"""Proposals of times and stations for a bracket or for all: shown as a diff, then made true as shown."""

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from flask import Response

from app.domain.errors import Conflict, InvalidInput, Refused, TooManyRequests
from app.domain.words import say
from app.services.queries import timetable as queries
from app.services.schedule import versions
from app.services.schedule.auto import Wish, propose_schedule
from app.services.schedule.versions import Placement
from app.web.forms.schedule import ScheduleChangesForm
from app.web.forms.schedule_changes import WishForm
from app.web.forms.stations import hours_line
from app.web.guards import current_actor, now, signed_in

from .blueprint import Ground, asked_day, blueprint, move_text, open_ground, show, status_of, to_schedule

_OFFICE_HOURS = "09:00", "18:00"


@blueprint.get("/auto")
@signed_in
def auto_schedule(slug: str) -> Response:
    """The form of a proposal: at first all stations, and the hours of the day that was looked at."""
    ground = open_ground(slug)
    form = _form(ground, formdata=None)
    day = asked_day() or now().astimezone(ZoneInfo(ground.tournament.time_zone)).date()
    form.windows.data = _usual_hours(ground, day)
    form.station_ids.data = [station["id"] for station in ground.stations]
    return _page(ground, form)


@blueprint.post("/auto/propose")
@signed_in
def propose(slug: str) -> Response:
    """Look for times and stations, and show what would change. Nothing is changed."""
    ground = open_ground(slug)
    form = _form(ground)
    return _proposal(ground, form) if form.validate() else _page(ground, form, 400)


@blueprint.post("/auto")
@signed_in
def apply_proposal(slug: str) -> Response:
    """Make the proposal true as it was shown; where that can't be, say why, and offer to look anew."""
    ground = open_ground(slug)
    form, moves = _form(ground), ScheduleChangesForm()
    if not (form.validate() and moves.validate()):
        form.form_errors = [*form.form_errors, *moves.change.errors]
        return _page(ground, form, 400)
    try:
        done = versions.change_schedule(
            actor=current_actor(),
            tournament_id=ground.tournament.id,
            placements=moves.change.data,
            now=now(),
            kind="auto",
        )
    except (Conflict, Refused, InvalidInput) as error:
        return _page(open_ground(slug), form, status_of(error), error=error)
    starts = [move.start for move in moves.change.data if isinstance(move.start, datetime)]
    return to_schedule(open_ground(slug).tournament, done, min(starts, default=now()))


def _form(ground: Ground, **options) -> WishForm:
    return WishForm(**ground.choices, zone=ground.tournament.time_zone, **options)


def _page(ground: Ground, form: WishForm, status: int = 200, **values) -> Response:
    shown = {"found": None, "error": None, "stations": ground.station_names}
    return show("auto", ground, form, status, **shown | values)


def _usual_hours(ground: Ground, day: date) -> str:
    """From when until when stations are open on that day; office hours where they always are."""
    zone = ZoneInfo(ground.tournament.time_zone)
    bounds = queries.day_bounds(day, ground.tournament.time_zone)
    open_ = [hours for station in ground.stations for hours in station["hours"] if hours.overlaps(bounds)]
    if not open_:
        start, end = _OFFICE_HOURS
        return hours_line(f"{day} {start}", end)
    first = max(min(hours.start for hours in open_), bounds.start).astimezone(zone)
    last = min(max(hours.end for hours in open_), bounds.end).astimezone(zone)
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M}"
    return hours_line(f"{first:%Y-%m-%d %H:%M}", until)


def _proposal(ground: Ground, form: WishForm) -> Response:
    wanted = {"actor": current_actor(), "tournament_id": ground.tournament.id}
    stations = form.station_ids.data or None
    try:
        streamed = _streamed(ground, form)
        wish = Wish(form.intervals, form.bracket_id.data, stations, streamed, anew=bool(form.anew.data))
        found = propose_schedule(**wanted, wish=wish, now=now())
        moves = [
            Placement(one["match"], datetime.fromisoformat(one["new"]), one["new_station"])
            for one in found["changes"]
        ]
        seen = versions.preview_schedule(**wanted, placements=moves, now=now()) if moves else None
    except InvalidInput as error:
        form.take(error)
        return _page(ground, form, 400)
    except TooManyRequests as busy:
        form.form_errors = [busy.detail]
        return _page(ground, form, 429)
    rows = ground.rows({one["match"] for part in ("changes", "unplaced") for one in found[part]})
    for one in (*found["changes"], *found["unplaced"]):
        one["row"] = rows[one["match"]]
    for change in found["changes"]:
        change["text"] = move_text(
            change["row"] | {"version": change["version"]}, change["new"], change["new_station"]
        )
    found["conflicts"] = seen["conflicts"] if seen else []
    found["parts"] = _by_station(ground, found["changes"])
    found["percent_later"] = percent_later(found["gap"])
    found["streamed"] = streamed
    return _page(ground, form, found=found)


def _streamed(ground: Ground, form: WishForm) -> set[int]:
    """The matches that the form would like to be streamed; InvalidInput for a number that there is not."""
    found = queries.ids_by_number(ground.tournament, form.streamed_numbers, form.bracket_id.data)
    if unknown := sorted(form.streamed_numbers - found.keys()):
        raise InvalidInput.of("streamed", say("There is no match M%(number)s here.", number=unknown[0]))
    return {id_ for ids in found.values() for id_ in ids}


def _by_station(ground: Ground, changes: Sequence[dict]) -> list[tuple[str, list[dict]]]:
    """The changes of each station by their new times; what is at none stands last."""
    parts = [(name, station_id) for station_id, name in ground.station_names.items()]
    parts.append((say("No station") if parts else say("Matches"), None))
    found = [
        (name, sorted((one for one in changes if one["new_station"] == id_), key=lambda one: one["new"]))
        for name, id_ in parts
    ]
    return [(name, part) for name, part in found if part]


def percent_later(gap: float | None) -> int | None:
    """By how many percent at most it ends later than the best possible; None where nothing is proven.

    `gap` is the share of the time that could be saved at most.
    """
    return None if gap is None or gap >= 1 else ceil(round(100 * gap / (1 - gap), 6))
