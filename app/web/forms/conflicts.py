"""The buttons of the conflict inbox."""

from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.domain.schedule.mends import MendKind
from app.domain.words import say

from .base import LARGEST_ID, RoomForm
from .schedule import PlacementsField

_ID = NumberRange(1, LARGEST_ID)


class MendForm(RoomForm):
    """What is done with a match: its new time or station stands in the `change`, as on the timetable."""

    kind = SelectField(say("What to do"), choices=list(MendKind), coerce=MendKind)
    change = PlacementsField(say("Match"), validators=[InputRequired(say("Name a match."))])


class AssignForm(RoomForm):
    """Who takes a match on."""

    match = IntegerField(say("Match"), validators=[InputRequired(say("Name a match.")), _ID])
    coordinator_id = IntegerField(
        say("Coordinator"), validators=[InputRequired(say("Name a coordinator.")), _ID]
    )
    version = IntegerField(say("Version"), validators=[Optional(), _ID])
