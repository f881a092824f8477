"""The forms of a match's controls: filled with what stands, or with what was sent."""

from collections.abc import Callable

from app.domain.lobby import KEY_LENGTHS
from app.domain.states import MatchState
from app.domain.words import Words, say
from app.services.queries.match_panel import MatchPanel

from .forms import matches as forms
from .forms.base import ActionForm

Builder = Callable[..., ActionForm]
# What became of a version of the result.
_STATUSES = {
    "pending": say("pending"),
    "final": say("final"),
    "counter": say("counter"),
    "superseded": say("superseded"),
    "withdrawn": say("withdrawn"),
}


def build(verb: str, panel: MatchPanel, view: str, *, sent: bool = False) -> ActionForm:
    """The verb's form: with the request's data where it was `sent`, else with the match as it stands."""
    # What was sent stands alone: a field that is missing in it must not be filled from the match.
    form = _BUILDERS[verb](panel, **({} if sent else {"formdata": None}))
    if not sent:
        form.process(formdata=None, data=_present(verb, panel))
        form.version.data = panel.match.version
        form.view.data = view
    form.name_ids(f"match-{panel.match.id}-{view}-{verb}")
    return form


def complete(form: ActionForm, verb: str, panel: MatchPanel) -> None:
    """Fill what was left out of a form with what stands, before it is shown again."""
    for name, value in _present(verb, panel).items():
        if name in form and not form[name].raw_data and not isinstance(value, list):
            form[name].data = value


def renew(form: ActionForm, panel: MatchPanel) -> None:
    """Let a form that lost a race be sent again: from now on it knows the present version."""
    form.version.data = panel.match.version
    form.version.raw_data = None


def _plain(kind: type[ActionForm]) -> Builder:
    return lambda panel, **common: kind(**common)


def _schedule(panel: MatchPanel, **common) -> ActionForm:
    form = forms.ScheduleForm(**common, meta={"time_zone": panel.tournament.time_zone})
    form.station_id.choices = [("", say("None")), *((station.id, station.name) for station in panel.stations)]
    return form


def _lobby(panel: MatchPanel, **common) -> ActionForm:
    return forms.lobby_form_class(panel.tournament.game, panel.match.lobby)(**common)


def _coordinator(panel: MatchPanel, **common) -> ActionForm:
    form = forms.CoordinatorForm(**common)
    form.coordinator_id.choices = [("", say("Nobody")), *panel.coordinators]
    return form


def _resolve(panel: MatchPanel, **common) -> ActionForm:
    form = forms.ResolveForm(**common)
    form.participant_id.choices = [("", say("Nobody")), *((side.id, side.name) for side in panel.sides)]
    return form


def _forfeit(panel: MatchPanel, **common) -> ActionForm:
    form = forms.ForfeitForm(**common)
    sides = [(str(side.id), side.name) for side in panel.sides if side.id is not None]
    form.participant_id.choices = [*sides, ("both", say("Both sides"))]
    return form


def _restore_result(panel: MatchPanel, **common) -> ActionForm:
    form = forms.RestoreResultForm(**common)
    form.n.choices = [(version["n"], _version(panel, version)) for version in reversed(panel.versions)]
    return form


def _version(panel: MatchPanel, version: dict) -> Words:
    side = panel.side_of(version["submitted_by"])
    shown = {
        "number": version["n"],
        "score": f"{version['participant1_score']}–{version['participant2_score']}",
        "status": _STATUSES[version["status"]],
    }
    if side is None:
        return say("%(number)s: %(score)s, from an organizer (%(status)s)", **shown)
    return say("%(number)s: %(score)s, from %(name)s (%(status)s)", name=side.name, **shown)


def _present(verb: str, panel: MatchPanel) -> dict:
    """What the verb's fields show at first: the match as it stands."""
    match = panel.match
    if verb == "schedule":
        return {
            "scheduled_time": match.scheduled_time,
            "stream_url": match.stream_url,
            "station_id": match.station_id,
            "best_of": match.best_of,
        }
    if verb == "lobby":
        return {key: match.lobby.get(key, "") for key in KEY_LENGTHS}
    if verb == "assign-coordinator":
        return {"coordinator_id": match.coordinator_id}
    if verb == "hand-over":
        return {"note": match.coordinator_note}
    if verb == "submit-result":
        return _claimed(panel)
    if verb == "resolve-dispute":
        return {
            "participant1_score": panel.sides[0].score,
            "participant2_score": panel.sides[1].score,
            "game_scores": _open_games(panel),
        }
    return {}


def _claimed(panel: MatchPanel) -> dict:
    """The result that waits, with an empty line for each game of a series that it does not tell."""
    games = _open_games(panel)
    claim = panel.pending if panel.facts.state == MatchState.PENDING_RESULT else None
    if claim is None:
        return {"game_scores": games}
    tiebreak = claim.tiebreak or {}
    return {
        "participant1_score": claim.participant1_score,
        "participant2_score": claim.participant2_score,
        "game_scores": [*claim.game_scores, *games[len(claim.game_scores) :]],
        "tiebreak1": tiebreak.get("participant1_score"),
        "tiebreak2": tiebreak.get("participant2_score"),
    }


def _open_games(panel: MatchPanel) -> list[dict]:
    """An empty line for each game of a series."""
    return [{}] * (panel.match.best_of if panel.match.best_of > 1 else 0)


_BUILDERS: dict[str, Builder] = {
    "schedule": _schedule,
    "undo-schedule": _plain(forms.UndoScheduleForm),
    "call": _plain(forms.CallForm),
    "start": _plain(forms.StartForm),
    "undo-start": _plain(forms.UndoStartForm),
    "lobby": _lobby,
    "rotate-code": _plain(forms.RotateCodeForm),
    "assign-coordinator": _coordinator,
    "accept": _plain(forms.AcceptForm),
    "hand-over": _plain(forms.HandOverForm),
    "check-in": _plain(forms.CheckInForm),
    "submit-result": _plain(forms.ResultForm),
    "confirm-result": _plain(forms.ConfirmResultForm),
    "report-dispute": _plain(forms.DisputeForm),
    "resolve-dispute": _resolve,
    "cancel": _plain(forms.CancelForm),
    "forfeit": _forfeit,
    "reopen": _plain(forms.ReopenForm),
    "restore-result": _restore_result,
    "restore": _plain(forms.RestoreForm),
    "delete": _plain(forms.DeleteForm),
}
