"""The forms of a delay, and of what a proposal is asked for."""

import re
from collections.abc import Iterable

from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.schedule.plan import Interval
from app.domain.schedule.ripple import MAX_DELAY_MINUTES
from app.domain.words import say
from app.services.schedule.auto import MAX_MATCHES, MAX_WINDOWS

from .base import RoomForm, known_id, optional_id, stripped
from .schedule import PlacementsField
from .stations import read_hours
from .times import WallTimeField

QUICK_MINUTES = (5, 10, 15, 30)
_WHOLE_DAY = say("The whole day")
# One number, or from one to another.
_NUMBERS = re.compile(r"[Mm]?(\d{1,6})(?:[-–][Mm]?(\d{1,6}))?", re.ASCII)


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
    streamed = StringField(
        say("Matches to be streamed"),
        filters=[stripped],
        description=say(
            "Their numbers, such as 3, 7 or 12–15. They get a station with a stream, where one is left."
        ),
        validators=[Length(max=400)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
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
        self.streamed_numbers: set[int] = set()
        self.bracket_id.choices = [("", say("All matches")), *((one["id"], one["name"]) for one in brackets)]
        self.station_ids.choices = [(one["id"], one["name"]) for one in stations]
        if not any(one["stream_url"] for one in stations):
            del self.streamed

    def validate_windows(self, field: TextAreaField) -> None:
        """Read the lines; what is wrong with one is told."""
        self.intervals = read_hours(field.data, self.zone)
        if len(self.intervals) > MAX_WINDOWS:
            raise ValidationError(say("Enter at most %(most)s lines.", most=MAX_WINDOWS))

    def validate_streamed(self, field: StringField) -> None:
        """Read the numbers; which of them there are is for others to say."""
        self.streamed_numbers = read_numbers(field.data)

    def validate_station_ids(self, field: SelectMultipleField) -> None:
        """Where there are stations, at least one must be left."""
        if field.choices and not field.data:
            raise ValidationError(say("Choose at least one station."))


def read_numbers(text: str) -> set[int]:
    """The numbers of matches that a text names (`3, M7 12–15`); ValidationError for what names none."""
    numbers: set[int] = set()
    for part in re.sub(r"\s*[-–]\s*", "–", text).replace(",", " ").split():
        found = _NUMBERS.fullmatch(part)
        if found is None:
            raise ValidationError(say("“%(text)s” is no number of a match.", text=part[:60]))
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 <= last - first < MAX_MATCHES:
            raise ValidationError(say("“%(text)s” names no matches, or too many.", text=part[:60]))
        numbers.update(range(first, last + 1))
    return numbers
