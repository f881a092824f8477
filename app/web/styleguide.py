"""The design language, shown in its own macros and classes. Never where real people depend on the pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Blueprint, current_app, render_template
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange

from app.domain.states import MatchState

from . import colours
from .forms.times import WallTimeField

blueprint = Blueprint("styleguide", __name__)

ICONS = ("monitor", "sun", "moon", "contrast", "check", "languages")
_ZONE = "Europe/Berlin"
_AT = datetime(2027, 7, 1, 16, 30, tzinfo=UTC)
_SCORED = (MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.DISPUTED, MatchState.COMPLETED)


class SampleForm(FlaskForm):
    """One field of each kind."""

    class Meta:
        csrf = False
        time_zone = _ZONE

    name = StringField("Name", description="As it is called out in the hall.")
    room_code = StringField("Room code", [Length(max=4)])
    score = IntegerField("Score", [NumberRange(min=0, max=99)])
    region = SelectField("Region", choices=[("EU", "EU"), ("NA", "NA")])
    scheduled_time = WallTimeField("Scheduled time")
    notes = TextAreaField("Notes")
    is_public = BooleanField("Public", description="Everybody sees it, signed in or not.")


@blueprint.get("/styleguide/")
def page():
    """All parts of the design language on one page."""
    themes = colours.read_themes(Path(current_app.static_folder or "") / "css" / "tokens.css")
    refused = SampleForm(data={"name": "Aurora", "room_code": "ALPHA-2026", "score": 120, "region": "EU"})
    refused.validate()
    return render_template(
        "styleguide/styleguide.html",
        themes={name: (found, colours.list_ratios(found)) for name, found in themes.items()},
        grounds=colours.GROUNDS,
        icons=ICONS,
        states=list(MatchState),
        rows=[_row(state, place) for place, state in enumerate(MatchState, 1)],
        form=SampleForm(formdata=None, prefix="plain-"),
        refused=refused,
    )


def _row(state: MatchState, place: int) -> dict:
    """The public row of a match in this state, as the lists show it."""
    row = {
        "id": place,
        "state": state.value,
        "state_display": state.label,
        "tournament_name": "Summer Cup",
        "tournament_slug": "summer-cup",
        "time_zone": _ZONE,
        "bracket_name": "Playoffs",
        "group_name": "",
        "round_number": 2,
        "match_number": place,
        "participant1_id": 1,
        "participant1_name": "Aurora",
        "participant2_id": 2,
        "participant2_name": "Team with a name that is as long as names in the hall really are",
        "scheduled_time": _AT + timedelta(minutes=20 * place),
        "station_name": f"Station {place}",
    }
    if state in _SCORED:
        row |= {"participant1_score": 2, "participant2_score": 1}
    if state in (MatchState.COMPLETED, MatchState.FORFEIT):
        row |= {"winner_id": 1, "completed_at": _AT}
    if state is MatchState.LIVE:
        row["stream_url"] = "https://stream.example/main"
    if state is MatchState.READY:
        row["called_at"] = _AT
    return row
