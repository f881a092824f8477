"""The form that schedules many matches at once."""

from wtforms import BooleanField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.domain.words import say

from .base import RoomForm, known_id
from .times import WallTimeField

# A week: more between two matches is a mistyped number.
MAX_INTERVAL = 7 * 24 * 60


class BulkScheduleForm(RoomForm):
    """Which matches, when the first of them starts, and how many minutes lie between two of them."""

    match_ids = SelectMultipleField(
        say("Matches"),
        coerce=known_id,
        validate_choice=False,
        validators=[
            InputRequired(say("Select at least one match.")),
            Length(max=100, message=say("Select at most 100 matches.")),
        ],
    )
    scheduled_time = WallTimeField(
        say("Scheduled time"), validators=[InputRequired(say("Enter a date and a time."))]
    )
    interval_minutes = IntegerField(
        say("Minutes between"),
        default=0,
        validators=[
            Optional(),
            NumberRange(0, MAX_INTERVAL, message=say("From 0 to %(most)s minutes.", most=MAX_INTERVAL)),
        ],
        render_kw={"inputmode": "numeric", "min": 0, "max": MAX_INTERVAL},
    )
    # Sent by the button of that name: show what would change, and change nothing.
    preview = BooleanField()
