"""The match desk of a tournament: its page, its rows, and scheduling many matches at once."""

from flask import Blueprint, Response, flash, make_response, render_template, request

from app.domain.desk import Section
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.permissions import Permission
from app.domain.words import say, say_n
from app.languages import said
from app.models import Tournament
from app.services import access, bulk
from app.services.queries import desk as queries
from app.services.queries.schedule_versions import find_version
from app.services.schedule import versions

from .forms.bulk import BulkScheduleForm
from .guards import current_actor, now, signed_in
from .htmx import go_to, is_htmx

blueprint = Blueprint("desk", __name__, url_prefix="/tournaments/<slug>/desk")
# More digits than any id or page has: the database must not be asked for such a number.
_MOST_DIGITS = 9


@blueprint.get("/")
@signed_in
def desk(slug: str):
    """The desk, in sections; narrowed down, or one section in pages, by the query."""
    tournament = _tournament(slug)
    form = BulkScheduleForm(formdata=None, meta={"time_zone": tournament.time_zone})
    return _page(tournament, form)


@blueprint.get("/rows/<id:match_id>")
@signed_in
def row(slug: str, match_id: int):
    """One row by itself, for a desk that shows it already."""
    tournament = _tournament(slug)
    found = queries.find_desk_row(tournament, match_id, now())
    if found is None:
        raise NotFound
    whole = request.args.get("whole") == "1"
    return render_template("desk/_row.html" if whole else "desk/_line.html", row=found)


@blueprint.post("/bulk-schedule")
@signed_in
def bulk_schedule(slug: str):
    """Schedule the selected matches, or show what that would change.

    Where some of them are refused nothing is done, and the preview offers to leave those out.
    """
    tournament = _tournament(slug, Permission.MATCH_SCHEDULE)
    form = BulkScheduleForm(meta={"time_zone": tournament.time_zone})
    if not form.validate():
        return _page(tournament, form, status=400)
    wanted = {
        "actor": current_actor(),
        "match_ids": _own_ids(tournament, form.match_ids.data),
        "scheduled_time": form.scheduled_time.data,
        "interval_minutes": form.interval_minutes.data or 0,
        "now": now(),
    }
    try:
        if form.preview.data:
            return _preview(tournament, form, wanted)
        done = bulk.bulk_schedule(**wanted)
        return go_to(f"/tournaments/{slug}/desk/?batch={done['batch_id']}")
    except Refused:
        return _preview(_tournament(slug), form, wanted, status=400)
    except InvalidInput as error:
        form.take(error)
        return _page(_tournament(slug), form, status=400)


@blueprint.post("/bulk-schedule/<id:batch_id>/undo")
@signed_in
def undo_bulk_schedule(slug: str, batch_id: int):
    """Take a bulk scheduling back as a whole."""
    tournament = _tournament(slug, Permission.MATCH_SCHEDULE)
    try:
        undone = versions.undo_version(
            actor=current_actor(), batch_id=batch_id, now=now(), tournament_id=tournament.id
        )
    except Conflict as conflict:
        form = BulkScheduleForm(formdata=None, meta={"time_zone": tournament.time_zone})
        return _page(_tournament(slug), form, status=409, conflict=conflict)
    told = say_n(
        len(undone),
        "Taken back: %(num)s match is as before.",
        "Taken back: %(num)s matches are as before.",
    )
    flash(said(told), "good")
    return go_to(f"/tournaments/{slug}/desk/")


def _tournament(slug: str, permission: Permission = Permission.DESK_VIEW) -> Tournament:
    return access.get_tournament(current_actor(), slug, permission).tournament


def _own_ids(tournament: Tournament, match_ids: list[int]) -> list[int]:
    """The ids, where all are of this tournament; those of another one are not for this desk."""
    own = {row["id"] for row in queries.list_desk_rows(tournament, match_ids, now())}
    foreign = [match_id for match_id in match_ids if match_id not in own]
    if foreign:
        raise InvalidInput.of(
            "match_ids", say("Some of the selected matches are not in this tournament any more.")
        )
    return match_ids


def _preview(tournament: Tournament, form: BulkScheduleForm, wanted: dict, status: int = 200) -> Response:
    """What would change, and what is refused; the refused ones take no place among the times."""
    plan = bulk.preview_bulk_schedule(**wanted)
    refused = plan["refused"]
    if refused and plan["changes"]:
        accepted = [change["match"] for change in plan["changes"]]
        plan = bulk.preview_bulk_schedule(**{**wanted, "match_ids": accepted})
    rows = {row["id"]: row for row in queries.list_desk_rows(tournament, wanted["match_ids"], wanted["now"])}
    return make_response(
        render_template(
            # The desk shows it above its bar while matches are selected; without scripts it is a page.
            "desk/_preview.html" if is_htmx() else "desk/preview.html",
            tournament=tournament,
            can_manage=True,
            tab="desk",
            form=form,
            changes=[{**change, "row": rows[change["match"]]} for change in plan["changes"]],
            refused=[{**refusal, "row": rows[refusal["match"]]} for refusal in refused],
            conflicts=plan.get("conflicts", []),
        ),
        status,
    )


def _page(
    tournament: Tournament, form: BulkScheduleForm, *, status: int = 200, conflict: Conflict | None = None
) -> Response:
    filters = _filters()
    selected = set(form.match_ids.data or []) | _ids(request.args.get("selected", ""))
    shown = queries.get_desk(tournament, filters, now())
    if request.args.get("select") in list(Section):
        section = shown.of(Section(request.args["select"]))
        selected |= {row["id"] for row in section.rows if not row["is_closed"]} if section else set()
    batch_id = _number(request.args.get("batch"))
    return make_response(
        render_template(
            "desk/desk.html",
            tournament=tournament,
            can_manage=True,
            tab="desk",
            desk=shown,
            filters=filters,
            rounds=queries.list_rounds(tournament.id),
            batch=find_version(tournament.id, batch_id) if batch_id else None,
            form=form,
            selected=selected,
            conflict=conflict,
            live_page="desk",
            live_id=tournament.id,
            live_seq=tournament.event_seq,
        ),
        status,
    )


def _filters() -> queries.DeskFilters:
    """What the address narrows the desk to; what cannot be read narrows nothing."""
    section = request.args.get("section", "")
    return queries.DeskFilters(
        search=request.args.get("search", "").replace("\x00", "").strip()[:100],
        bracket_id=_number(request.args.get("bracket")),
        round_number=_number(request.args.get("round")),
        section=Section(section) if section in list(Section) else None,
        page=_number(request.args.get("page")) or 1,
    )


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None


def _ids(text: str) -> set[int]:
    return {number for part in text.split(",")[:200] if (number := _number(part))}
