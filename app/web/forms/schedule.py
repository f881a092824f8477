"""The form that carries what was moved on the timetable."""

from datetime import UTC, datetime

from wtforms import Field, HiddenField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from app.domain.words import say
from app.services.schedule.versions import MAX_CHANGES, Placement

from .base import RoomForm, known_id, optional_id

_CANNOT_BE_READ = say("This is no change of a schedule.")


class PlacementsField(Field):
    """Any number of `match,version,start,station`; start in UTC or empty for no time, station or empty."""

    widget = HiddenInput()

    def process_formdata(self, valuelist):
        """Read all of them; ValueError for what is none."""
        self.data = [read_placement(text) for text in valuelist[: MAX_CHANGES + 1]]


class ScheduleChangesForm(RoomForm):
    """Where matches were put, and the day that was looked at meanwhile."""

    change = PlacementsField(say("Changes"), validators=[InputRequired(say("Move at least one match."))])
    day = HiddenField(validators=[Length(max=12)])


def read_placement(text: str) -> Placement:
    """The placement that a field's text stands for; raises ValueError."""
    parts = text.split(",")
    if len(parts) != 4:
        raise ValueError(_CANNOT_BE_READ)
    match, version, start, station = parts
    try:
        moment = datetime.fromisoformat(start) if start else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError(_CANNOT_BE_READ)
        return Placement(
            known_id(match),
            moment.astimezone(UTC) if moment else None,
            optional_id(station),
            known_id(version) if version else None,
        )
    except (ValueError, OverflowError):
        raise ValueError(_CANNOT_BE_READ) from None


def placement_text(placement: Placement) -> str:
    """The placement as `read_placement` takes it."""
    start = placement.start.isoformat().replace("+00:00", "Z") if placement.start else ""
    return ",".join(
        (
            str(placement.match_id),
            str(placement.expected_version or ""),
            start,
            str(placement.station_id or ""),
        )
    )
