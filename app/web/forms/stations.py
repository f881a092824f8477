"""The forms of stations: where they are and when they can be used, breaks, and calling what is next."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.domain.links import URL_LENGTH
from app.domain.schedule.plan import Interval
from app.domain.tournament_settings import time_zones
from app.domain.words import say
from app.languages import said

from .base import RoomForm, optional_id, stripped
from .times import WallTimeError, WallTimeField, moment_of_wall_time

_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})?"
# Between the times stands a dash, or "to" in whichever language.
_LINE = re.compile(
    rf"(?P<day>\d{{4}}-\d{{2}}-\d{{2}})[T ]\s*(?P<start>\d{{1,2}}:\d{{2}}{_OFFSET})\s*[^\d\s+]+\s*"
    rf"(?:(?P<last>\d{{4}}-\d{{2}}-\d{{2}})[T ]\s*)?(?P<end>\d{{1,2}}:\d{{2}}{_OFFSET})",
    re.ASCII,
)


class StationForm(RoomForm):
    """Where matches are played; its `zone` is that of the tournament."""

    name = StringField(
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=80)]
    )
    stream_url = StringField(
        say("Stream URL"),
        filters=[stripped],
        description=say("Where it can be watched, unless a match has a stream of its own."),
        validators=[Length(max=URL_LENGTH)],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    time_zone = StringField(
        say("Time zone"),
        filters=[stripped],
        description=say("Only where it lies in another one than the tournament."),
        validators=[Length(max=64)],
        render_kw={"list": "zones", "autocapitalize": "none", "spellcheck": "false"},
    )
    hours = TextAreaField(
        say("Hours"),
        filters=[stripped],
        description=say(
            "One line each, by the station's clock: 2026-11-24 09:00 to 18:00. None: always open."
        ),
        validators=[Length(max=6000)],
        render_kw={"rows": 3, "spellcheck": "false"},
    )

    def __init__(self, *args, zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.intervals: list[Interval] = []

    def validate_time_zone(self, field: StringField) -> None:
        """Refuse what is no zone, before the hours are read by its clock."""
        if field.data and field.data not in time_zones():
            raise ValidationError(say("There is no time zone of this name; choose one of the list."))

    def validate_hours(self, field: TextAreaField) -> None:
        """Read the lines; what is wrong with one is told."""
        if not self.time_zone.errors:
            self.intervals = read_hours(field.data, self.time_zone.data or self.zone)

    def values(self) -> dict:
        """The values as the service takes them; the form has been validated."""
        return {
            "name": self.name.data,
            "stream_url": self.stream_url.data,
            "time_zone": self.time_zone.data or None,
            "hours": self.intervals,
        }


def read_hours(text: str, zone: str) -> list[Interval]:
    """The hours that the lines name, by the clock of the zone; ValidationError for a line that names none."""
    return [_hours_of(line.strip(), zone) for line in text.splitlines() if line.strip()]


def _hours_of(line: str, zone: str) -> Interval:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValidationError(say("“%(line)s” is not like 2026-11-24 09:00 to 18:00.", line=line[:60]))
    day, last = found["day"], found["last"] or found["day"]
    try:
        return Interval(
            moment_of_wall_time(f"{day} {found['start']:0>5}", zone),
            moment_of_wall_time(f"{last} {found['end']:0>5}", zone),
        )
    except WallTimeError as error:
        raise ValidationError(_what_is_wrong(line[:60], error)) from None


def _what_is_wrong(line: str, error: WallTimeError) -> str:
    if not error.offsets:
        return say("“%(line)s”: %(reason)s", line=line, reason=error.sentence)
    one, other = (f"{offset.value} ({offset.name})" for offset in error.offsets)
    return say(
        "“%(line)s”: %(reason)s Write it with one of these: %(one)s or %(other)s",
        line=line,
        reason=error.sentence,
        one=one,
        other=other,
    )


def hours_text(hours: Iterable[dict], zone: str) -> str:
    """The hours of a station's document as lines, by the clock of the zone."""
    return "\n".join(_line(entry, ZoneInfo(zone)) for entry in hours)


def hours_line(start: str, end: str) -> str:
    """A line as `read_hours` takes it, in the reader's language."""
    return said(say("%(start)s to %(end)s", start=start, end=end))


def _line(entry: dict, zone: ZoneInfo) -> str:
    start, end = (datetime.fromisoformat(entry[name]) for name in ("starts_at", "ends_at"))
    first, last = start.astimezone(zone), end.astimezone(zone)
    day = f"{last:%Y-%m-%d} " if first.date() != last.date() else ""
    return hours_line(_clock(first, zone, "%Y-%m-%d "), f"{day}{_clock(last, zone, '')}")


def _clock(moment: datetime, zone: ZoneInfo, date: str) -> str:
    """The time as it can be read again: with its offset where the clock shows it twice."""
    is_shown_twice = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    shown = moment.strftime(f"{date}%H:%M")
    return f"{shown}{moment.isoformat()[-6:]}" if is_shown_twice else shown


class BreakForm(RoomForm):
    """A pause; its times are read in the zone that the form is given as `meta`."""

    name = StringField(
        say("Name"), filters=[stripped], validators=[DataRequired(say("Give it a name.")), Length(max=80)]
    )
    station_id = SelectField(say("Where"), coerce=optional_id)
    starts_at = WallTimeField(say("From"), validators=[InputRequired(say("Enter when it begins."))])
    ends_at = WallTimeField(say("Until"), validators=[InputRequired(say("Enter when it ends."))])

    def __init__(self, *args, stations: Iterable[dict], **kwargs):
        super().__init__(*args, **kwargs)
        self.station_id.choices = [
            ("", say("Everywhere")),
            *((each["id"], _title(each)) for each in stations),
        ]

    def values(self) -> dict:
        """The values as the service takes them."""
        return {name: self[name].data for name in ("name", "station_id", "starts_at", "ends_at")}


def _title(station: dict) -> str:
    if zone := station["time_zone"]:
        return say("%(station)s (clock of %(zone)s)", station=station["name"], zone=zone.replace("_", " "))
    return station["name"]


class CallNextForm(RoomForm):
    """A press of the button of a station; `match_id` is the match that it named."""

    match_id = IntegerField(widget=HiddenInput(), validators=[Optional()])
