"""The verbs on a match, as forms: POST /matches/<id>/<verb>, and the controls that these forms stand in.

Every verb goes the same way: load through the actor, check the form, call one service, answer with the part
of the page in which the form stood, or send the browser back there. A verb more is one entry in VERBS.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request

from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.permissions import Permission
from app.domain.words import Words, say
from app.services import check_ins, coordination, lobby, matches, outcomes, results, scheduling
from app.services.queries import match_panel
from app.services.schedule import calls

from . import match_preview, match_views, panel_forms, take_back
from .forms.base import ActionForm
from .guards import current_actor, now, signed_in
from .htmx import is_htmx

blueprint = Blueprint("match_verbs", __name__)


@dataclass(frozen=True)
class Verb:
    """A verb on a match: who may, the service that does it, and the sentence that says that it is done."""

    name: str
    permission: Permission
    call: Callable[..., object]
    arguments: Callable[[ActionForm, match_panel.MatchPanel], dict]
    done: Words
    # Others hang on what it does: it can be asked beforehand what that would change.
    previews: bool = False


def _nothing(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    return {}


def _schedule(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    """Only what was sent and differs from what stands: a past time that nobody touched is no new time."""
    names = [
        name for name in ("scheduled_time", "stream_url", "station_id", "best_of") if name in request.form
    ]
    values = {name: form[name].data for name in names}
    shown = panel_forms.build("schedule", panel, "")
    if "scheduled_time" in values and form.scheduled_time.raw_data == [shown.scheduled_time._value()]:
        del values["scheduled_time"]
    return {"changes": {name: value for name, value in values.items() if value != getattr(panel.match, name)}}


def _lobby(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    """The keys that were sent; an empty one removes what stands, or else says nothing."""
    sent = {field.name: field.data for field in form if field.name in request.form}
    keys = [name for name in sent if name not in ("csrf_token", "version", "view")]
    present = panel.match.lobby
    return {"changes": {key: sent[key] or None for key in keys if sent[key] or key in present}}


def _coordinator(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    if not form.username.data:
        return {"coordinator_id": form.coordinator_id.data}
    user_id = match_panel.find_active_user_id(form.username.data)
    if user_id is None:
        raise InvalidInput.of("username", say("There is no active user of this name."))
    return {"coordinator_id": user_id}


def _result(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    claim = results.result_claim(
        form.participant1_score.data, form.participant2_score.data, form.games(), form.tiebreak()
    )
    return {"claim": claim, "notes": form.notes.data, "evidence_url": form.evidence_url.data}


def _ruling(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    decision = form.decision.data
    scores = form.scores() if decision == "correct" else None
    return {
        "decision": decision,
        "claim": results.result_claim(**scores) if scores else None,
        "participant_id": form.participant_id.data if decision == "forfeit" else None,
        "notes": form.notes.data,
    }


def _forfeit(form: ActionForm, panel: match_panel.MatchPanel) -> dict:
    both = form.participant_id.data == "both"
    return {
        "both": both,
        "participant_id": None if both else int(form.participant_id.data),
        "reason": form.reason.data,
    }


def _fields(*names: str) -> Callable[[ActionForm, match_panel.MatchPanel], dict]:
    return lambda form, panel: {name: form[name].data for name in names}


_P = Permission
VERBS = (
    Verb("schedule", _P.MATCH_SCHEDULE, scheduling.update_match, _schedule, say("Schedule saved.")),
    Verb("call", _P.MATCH_CALL, calls.call, _nothing, say("Match called.")),
    Verb("start", _P.MATCH_START, matches.start, _nothing, say("Match started.")),
    Verb(
        "undo-start",
        _P.MATCH_UNDO_START,
        matches.undo_start,
        _nothing,
        say("Start undone; the match is ready again."),
        previews=True,
    ),
    Verb("lobby", _P.MATCH_LOBBY_UPDATE, lobby.update_lobby, _lobby, say("Lobby saved.")),
    Verb(
        "rotate-code",
        _P.MATCH_LOBBY_UPDATE,
        lobby.rotate_code,
        _nothing,
        say("The old code is taken away. Nobody has seen a new one yet."),
    ),
    Verb(
        "assign-coordinator",
        _P.MATCH_COORDINATOR_ASSIGN,
        matches.assign_coordinator,
        _coordinator,
        say("Coordinator saved."),
    ),
    Verb(
        "accept",
        _P.MATCH_COORDINATOR_ANSWER,
        coordination.accept,
        _nothing,
        say("You coordinate this match."),
    ),
    Verb(
        "hand-over",
        _P.MATCH_COORDINATOR_ANSWER,
        coordination.hand_over,
        _fields("note"),
        say("The organizers are asked to find somebody else."),
    ),
    Verb("check-in", _P.MATCH_CHECK_IN, check_ins.check_in, _fields("participant_id"), say("Checked in.")),
    Verb("submit-result", _P.RESULT_SUBMIT, results.submit_result, _result, say("Result saved.")),
    Verb("confirm-result", _P.RESULT_CONFIRM, results.confirm_result, _nothing, say("Result confirmed.")),
    Verb(
        "report-dispute",
        _P.DISPUTE_CREATE,
        results.report_dispute,
        _fields("reason", "description", "evidence_url"),
        say("Dispute reported; an organizer will rule on it."),
    ),
    Verb(
        "resolve-dispute",
        _P.DISPUTE_RESOLVE,
        results.resolve_dispute,
        _ruling,
        say("Dispute resolved."),
        previews=True,
    ),
    Verb("forfeit", _P.MATCH_FORFEIT, outcomes.forfeit, _forfeit, say("Forfeit recorded."), previews=True),
    Verb(
        "cancel", _P.MATCH_CANCEL, matches.cancel, _fields("reason"), say("Match cancelled."), previews=True
    ),
    Verb(
        "reopen",
        _P.MATCH_REOPEN,
        outcomes.reopen,
        _fields("reason"),
        say("Match reopened; it is live again."),
        previews=True,
    ),
    Verb(
        "restore-result",
        _P.RESULT_SET,
        outcomes.restore_result,
        _fields("n"),
        say("This is the result again."),
        previews=True,
    ),
    Verb("restore", _P.MATCH_RESTORE, outcomes.restore, _nothing, say("Match restored."), previews=True),
    Verb("delete", _P.MATCH_DELETE, outcomes.delete_match, _nothing, say("Match deleted."), previews=True),
)
# Offered for a moment after "schedule", by the sentence that says that it is done.
UNDO_SCHEDULE = Verb(
    "undo-schedule",
    _P.MATCH_SCHEDULE,
    scheduling.undo_update,
    _nothing,
    say("The schedule is as it was before."),
)


def perform(verb: Verb, match_id: int) -> Response:
    """Do the verb to the match as the form asks, and show where that led."""
    actor = current_actor()
    panel = match_panel.get_panel(actor, match_id, now(), verb.permission)
    form = panel_forms.build(verb.name, panel, match_views.view_for(panel), sent=True)
    if verb.previews and request.args.get("preview") == "true":
        return _preview(verb, panel, form)
    if not form.validate():
        return match_views.show_again(panel, verb.name, form, status=400)
    before = take_back.stood(panel)
    try:
        result = verb.call(
            actor=actor,
            match_id=match_id,
            expected_version=form.version.data,
            now=now(),
            **verb.arguments(form, panel),
        )
    except (InvalidInput, Refused) as error:
        form.take(error)
        return match_views.show_again(_fresh(match_id), verb.name, form, status=400)
    except Conflict as race:
        panel = _fresh(match_id)
        panel_forms.renew(form, panel)
        return match_views.show_again(panel, verb.name, form, status=409, race=race)
    if verb.name == "delete":
        return match_views.show_deleted(panel.tournament, match_id, verb.done)
    warnings = result if isinstance(result, list) else []
    return match_views.show_done(match_id, verb.done, verb.name, warnings, before)


def _preview(verb: Verb, panel: match_panel.MatchPanel, form: ActionForm) -> Response:
    """What the verb would change, done as the form says; or why it can't be done like this."""
    match_id = panel.match.id
    if form.validate():
        seen = match_preview.see(verb.call, match_id, lambda: verb.arguments(form, panel))
    else:
        seen = {"refused": [reason for reasons in form.errors.values() for reason in reasons]}
    return match_views.show_preview(_fresh(match_id), verb.name, form, seen)


def _fresh(match_id: int) -> match_panel.MatchPanel:
    """The controls as they stand after a service has answered."""
    return match_panel.get_panel(current_actor(), match_id, now())


def _view_function(verb: Verb) -> Callable[[int], Response]:
    def view(match_id: int) -> Response:
        return perform(verb, match_id)

    return signed_in(view)


for _verb in (*VERBS, UNDO_SCHEDULE):
    blueprint.add_url_rule(
        f"/matches/<id:match_id>/{_verb.name}",
        endpoint=_verb.name.replace("-", "_"),
        view_func=_view_function(_verb),
        methods=["POST"],
    )


@blueprint.post("/matches/<id:match_id>/lobby-seen")
@signed_in
def mark_lobby_seen(match_id: int) -> Response:
    """The reader, who plays the match, was shown its codes: their page says so by itself."""
    lobby.mark_seen(
        actor=current_actor(), match_id=match_id, now=now(), updated_at=request.form.get("updated_at") or None
    )
    return Response(status=204) if is_htmx() else redirect(f"/matches/{match_id}/", code=303)


@blueprint.get("/matches/<id:match_id>/lobby-seen")
@signed_in
def lobby_views(match_id: int) -> Response:
    """Who has seen the codes, for a page of staff that shows it already."""
    found = match_panel.get_panel(current_actor(), match_id, now(), Permission.MATCH_LOBBY_UPDATE)
    if not is_htmx():
        return redirect(f"/matches/{match_id}/", code=303)
    return make_response(render_template("matches/panel/_seen.html", panel=found))


@blueprint.get("/matches/<id:match_id>/panel")
@signed_in
def panel(match_id: int) -> Response:
    """The controls of a match by themselves, for a page that shows them already."""
    found = _fresh(match_id)
    return match_views.show_controls(found) if is_htmx() else redirect(f"/matches/{match_id}/", code=303)
