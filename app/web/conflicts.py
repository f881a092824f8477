"""The conflict inbox of an organizer: what clashes, what is handed over, and one click for each way out."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from markupsafe import Markup, escape

from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.schedule.mends import MendKind
from app.domain.words import say, say_all
from app.languages import said
from app.services import access, matches
from app.services.schedule.conflicts import Told
from app.services.schedule.handovers import list_handovers
from app.services.schedule.inbox import mend_conflict, open_inbox
from app.services.schedule.versions import undo_version

from .forms.base import RoomForm
from .forms.conflicts import AssignForm, MendForm
from .guards import current_actor, now, signed_in
from .htmx import is_htmx

blueprint = Blueprint("conflict_inbox", __name__, url_prefix="/dashboard/conflicts")
PER_PAGE = 25
_MOST_DIGITS = 9
_DONE = {
    MendKind.MOVE: say("M%(number)s has another time."),
    MendKind.STATION: say("M%(number)s has another station."),
    MendKind.NO_STATION: say("M%(number)s has no station any more."),
    MendKind.NO_COORDINATOR: say("M%(number)s has no coordinator any more."),
    MendKind.NO_STREAM: say("M%(number)s is on no stream any more."),
}


@dataclass(frozen=True)
class Outcome:
    """What became of a button: what was done, with the version to undo, or why it was not."""

    text: str
    batch_id: int | None = None
    reasons: tuple[str, ...] = ()
    is_refused: bool = False
    warnings: tuple[str, ...] = ()


@blueprint.get("/")
@signed_in
def inbox() -> Response:
    """The conflicts of all tournaments that the reader runs, or of one."""
    batch_id = _number(request.args.get("done", ""))
    return _answer(Outcome("", batch_id) if batch_id else None)


@blueprint.get("/count")
@signed_in
def count():
    """How many there are, for a page that links to them."""
    slug = _slug()
    found = open_inbox(actor=current_actor(), now=now(), tournament=slug)
    return render_template("conflicts/_count.html", count=found.count(), slug=slug)


@blueprint.post("/mend")
@signed_in
def mend() -> Response:
    """Do what a row offers."""
    return _do(MendForm(), _mend)


@blueprint.post("/assign")
@signed_in
def assign() -> Response:
    """Give a match that is handed over to somebody else."""
    return _do(AssignForm(), _assign)


@blueprint.post("/undo/<id:batch_id>")
@signed_in
def undo(batch_id: int) -> Response:
    """Take a mend back."""
    return _do(RoomForm(), lambda _: _undo(batch_id))


@blueprint.app_template_filter()
def linked(told: Told) -> Markup:
    """The sentence of a conflict, with links to its matches."""
    places = {
        place: Markup('<a href="/matches/{}/">{}</a>').format(told.links[place], said(label))
        if told.links[place]
        else said(label)
        for place, label in told.labels.items()
    }
    return escape(said(told.sentence)) % {"who": told.subject, **places}


def _mend(form: MendForm) -> Outcome:
    wanted, kind = form.change.data[0], form.kind.data
    done = mend_conflict(
        actor=current_actor(),
        match_id=wanted.match_id,
        kind=kind,
        start=wanted.start,
        station_id=wanted.station_id,
        expected_version=wanted.expected_version,
        now=now(),
    )
    text = say(_DONE[kind], number=_match_number(wanted.match_id))
    return Outcome(text, done["batch_id"], warnings=tuple(done["warnings"]))


def _assign(form: AssignForm) -> Outcome:
    match_id = form.match.data
    warnings = matches.assign_coordinator(
        actor=current_actor(),
        match_id=match_id,
        coordinator_id=form.coordinator_id.data,
        expected_version=form.version.data,
        now=now(),
    )
    text = say("M%(number)s has another coordinator.", number=_match_number(match_id))
    return Outcome(text, warnings=tuple(warnings))


def _undo(batch_id: int) -> Outcome:
    undo_version(actor=current_actor(), batch_id=batch_id, now=now())
    return Outcome(say("Taken back: everything is as before."))


def _match_number(match_id: int) -> int:
    return access.get_match(current_actor(), match_id).match.match_number


def _do(form: RoomForm, verb: Callable[..., Outcome]) -> Response:
    """Do what the form asks, and show the list as it is then, with what became of it."""
    if not form.validate():
        reasons = tuple(reason for reasons in form.errors.values() for reason in reasons)
        return _answer(Outcome(say("Nothing was done."), reasons=reasons, is_refused=True), 400)
    try:
        outcome = verb(form)
    except Conflict as lost:
        reasons = (*lost.changes, say("Look at the list as it is now, and decide again."))
        text = say("Nothing was done. %(reason)s", reason=lost.detail)
        return _answer(Outcome(text, reasons=reasons, is_refused=True), 409)
    except (Refused, InvalidInput) as error:
        reasons = tuple(getattr(error, "reasons", None) or [error.detail])
        return _answer(Outcome(say("Nothing was done."), reasons=reasons, is_refused=True), 400)
    if is_htmx():
        return _answer(outcome)
    told = [outcome.text]
    if outcome.warnings:
        told.append(say("Note: %(warnings)s", warnings=say_all(outcome.warnings)))
    flash(said(say_all(told)), "ask" if outcome.warnings else "good")
    done = {"done": outcome.batch_id} if outcome.batch_id else {}
    return redirect(_address(_slug(), _page(), **done), code=303)


def _answer(outcome: Outcome | None = None, status: int = 200) -> Response:
    """The page; for htmx only its list, and what became of the button."""
    actor, slug = current_actor(), _slug()
    found = open_inbox(actor=actor, now=now(), tournament=slug)
    total = found.count()
    pages = max(1, ceil(total / PER_PAGE))
    page = min(_page(), pages)
    entries = found.entries(offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    # Within a page, all of a tournament together; the one that clashes first comes first.
    order = {entry.tournament.id: place for place, entry in reversed(list(enumerate(entries)))}
    entries.sort(key=lambda entry: order[entry.tournament.id])
    values = {
        "slug": slug,
        "only": found.tournaments[0] if slug else None,
        "groups": [
            (own[0].tournament, own)
            for own in (list(group) for _, group in groupby(entries, lambda entry: entry.tournament.id))
        ],
        "handovers": list_handovers(actor, found.tournaments, now()),
        "total": total,
        "page": page,
        "pages": pages,
        "here": _address(slug, page),
        "previous": _address(slug, page - 1) if page > 1 else None,
        "next": _address(slug, page + 1) if page < pages else None,
        "outcome": outcome,
        "live_page": "conflicts",
        "live_id": actor.user_id,
    }
    template = "conflicts/_answer.html" if is_htmx() else "conflicts/conflicts.html"
    response = make_response(render_template(template, **values), status)
    response.vary.add("HX-Request")
    return response


def _slug() -> str | None:
    return request.values.get("tournament", "").replace("\x00", "")[:100] or None


def _page() -> int:
    return _number(request.values.get("page", "")) or 1


def _address(slug: str | None, page: int, **more: int) -> str:
    query = {"tournament": slug} if slug else {}
    query |= {"page": page} if page > 1 else {}
    query |= more
    return f"/dashboard/conflicts/{'?' + urlencode(query) if query else ''}"


def _number(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None
