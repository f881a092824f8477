"""The forms of a delay, and of what a proposal is asked for."""

from collections.abc import Iterable

from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.schedule.plan import Interval
from app.domain.schedule.ripple import MAX_DELAY_MINUTES
from app.domain.words import say
from app.services.schedule.auto import MAX_WINDOWS

from .base import RoomForm, known_id, optional_id, stripped
from .schedule import PlacementsField
from .stations import read_hours
from .times import WallTimeField

QUICK_MINUTES = (5, 10, 15, 30)
_WHOLE_DAY = say("The whole day")


class DelayForm(RoomForm):
    """What is late, and by how much; `change` are the moves that were looked at.

    `quick` is the button of so many minutes that was pressed; it goes before what stands in `minutes`.
    """

    scope = SelectField(say("What is late"))
    minutes = IntegerField(
        say("Minutes"),
        default=15,
        validators=[InputRequired(say("Enter how many minutes.")), NumberRange(1, MAX_DELAY_MINUTES)],
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_DELAY_MINUTES},
    )
    quick = IntegerField(validators=[Optional(), NumberRange(1, MAX_DELAY_MINUTES)])
    since = WallTimeField(say("From"), validators=[Optional()])
    change = PlacementsField(say("Changes"))

    def __init__(self, *args, stations: Iterable[dict], brackets: Iterable[dict], **kwargs):
        super().__init__(*args, **kwargs)
        self.scope.choices = {
            say("Day"): [("", _WHOLE_DAY)],
            say("Station"): [(f"station-{one['id']}", one["name"]) for one in stations],
            say("Bracket"): [(f"bracket-{one['id']}", one["name"]) for one in brackets],
        }
        if self.quick.data is not None and not self.quick.process_errors:
            self.minutes.data, self.minutes.raw_data = self.quick.data, [str(self.quick.data)]
            self.minutes.process_errors = []

    def scope_ids(self) -> dict[str, int]:
        """`station_id` or `bracket_id` of what is late, by its name; empty for the whole day."""
        kind, _, id_ = (self.scope.data or "").partition("-")
        return {f"{kind}_id": known_id(id_)} if id_ else {}


class WishForm(RoomForm):
    """What is to be placed, when and where; the times are read by the clock of the tournament's `zone`."""

    bracket_id = SelectField(say("What"), coerce=optional_id)
    windows = TextAreaField(
        say("Times of play"),
        filters=[stripped],
        validators=[InputRequired(say("Enter when matches may be played.")), Length(max=4000)],
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    station_ids = SelectMultipleField(
        say("Stations"), coerce=known_id, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    anew = RadioField(
        say("Matches that have a time"),
        choices=[("", say("Keep it")), ("1", say("Get another one"))],
        default="",
    )

    def __init__(self, *args, zone: str, stations: Iterable[dict], brackets: Iterable[dict], **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.intervals: list[Interval] = []
        self.bracket_id.choices = [("", say("All matches")), *((one["id"], one["name"]) for one in brackets)]
        self.station_ids.choices = [(one["id"], one["name"]) for one in stations]

    def validate_windows(self, field: TextAreaField) -> None:
        """Read the lines; what is wrong with one is told."""
        self.intervals = read_hours(field.data, self.zone)
        if len(self.intervals) > MAX_WINDOWS:
            raise ValidationError(say("Enter at most %(most)s lines.", most=MAX_WINDOWS))

    def validate_station_ids(self, field: SelectMultipleField) -> None:
        """Where there are stations, at least one must be left."""
        if field.choices and not field.data:
            raise ValidationError(say("Choose at least one station."))
