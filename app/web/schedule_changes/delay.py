""" "+15 from here": what a delay would move and who must be told, then made as it was shown."""

from collections.abc import Sequence

from flask import Response

from app.domain.errors import Conflict, DomainError, InvalidInput, Refused
from app.domain.words import say
from app.languages import said
from app.models import Tournament
from app.services.queries import timetable as queries
from app.services.schedule import delays, versions
from app.web.filters import local_time
from app.web.forms.schedule_changes import QUICK_MINUTES, DelayForm
from app.web.guards import current_actor, now, signed_in

from .blueprint import Ground, asked_day, blueprint, move_text, open_ground, show, status_of, to_schedule


@blueprint.get("/delay")
@signed_in
def delay(slug: str) -> Response:
    """The form of a delay; on a day that is still to come, from its beginning on."""
    ground = open_ground(slug)
    form = _form(ground, formdata=None)
    day = asked_day()
    if day is not None:
        start = queries.day_bounds(day, ground.tournament.time_zone).start
        form.since.data = start if start > now() else None
    return _page(ground, form)


@blueprint.post("/delay/preview")
@signed_in
def preview_delay(slug: str) -> Response:
    """What the delay would move, and who must be told."""
    ground = open_ground(slug)
    form = _form(ground)
    return _preview(ground, form, 200) if form.validate() else _page(ground, form, 400)


@blueprint.post("/delay")
@signed_in
def make_delay(slug: str) -> Response:
    """Move what was shown, exactly so; where that does not hold any more, show what would move now."""
    ground = open_ground(slug)
    form = _form(ground)
    if not form.validate():
        return _page(ground, form, 400)
    if not form.change.data:
        return _preview(ground, form, 400)
    late = _late(form)
    try:
        done = versions.change_schedule(
            actor=current_actor(),
            tournament_id=ground.tournament.id,
            placements=form.change.data,
            now=now(),
            kind="delay",
            meta=late.described(),
        )
    except (Conflict, Refused, InvalidInput) as error:
        return _preview(open_ground(slug), form, status_of(error), error)
    return to_schedule(open_ground(slug).tournament, done, late.since)


def _form(ground: Ground, **options) -> DelayForm:
    return DelayForm(**ground.choices, meta={"time_zone": ground.tournament.time_zone}, **options)


def _late(form: DelayForm) -> delays.Delay:
    since = form.since.data or now().replace(microsecond=0)
    return delays.Delay(form.minutes.data, since, **form.scope_ids())


def _preview(ground: Ground, form: DelayForm, status: int, error: DomainError | None = None) -> Response:
    late = _late(form)
    try:
        plan = delays.preview_delay(
            actor=current_actor(), tournament_id=ground.tournament.id, late=late, now=now()
        )
    except InvalidInput as refused:
        form.take(refused)
        return _page(ground, form, 400)
    changes = plan["changes"]
    rows = ground.rows({id_ for change in changes for id_ in (change["match"], *change["because"])})
    for change in changes:
        row = change["row"] = rows[change["match"]]
        change["because"] = [rows[id_] for id_ in change["because"] if id_ in rows]
        change["text"] = move_text(row, change["new"], row["station_id"])
    plan["message"] = _message(ground.tournament, changes)
    return _page(ground, form, status, plan=plan, late=late, error=error)


def _page(ground: Ground, form: DelayForm, status: int = 200, **values) -> Response:
    shown = {"plan": None, "late": None, "error": None, "quick_minutes": QUICK_MINUTES}
    return show("delay", ground, form, status, **shown | values)


def _message(tournament: Tournament, changes: Sequence[dict]) -> str:
    """What is told to those whom the delay concerns, as plain text."""
    zone = tournament.time_zone
    head = say(
        "%(tournament)s: new times (%(zone)s)", tournament=tournament.name, zone=zone.replace("_", " ")
    )
    lines = [said(head)]
    for change in changes:
        row = change["row"]
        sides = (
            row[f"participant{n}_name"] or said(row[f"slot{n}_label"] or say("to be decided")) for n in (1, 2)
        )
        old, new = (local_time(change[name], zone, "short") for name in ("old", "new"))
        place = f", {row['station_name']}" if row["station_name"] else ""
        lines.append(f"M{row['match_number']} {' – '.join(sides)}: {old} → {new}{place}")
    return "\n".join(lines)
