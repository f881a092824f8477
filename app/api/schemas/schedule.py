"""The schedule of a tournament: its versions, changes, delays and proposals."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from app.api.fields import Choice, Flag, Id, Instant, Whole
from app.domain.schedule.ripple import MAX_DELAY_MINUTES
from app.services.schedule.auto import MAX_MATCHES, MAX_WINDOWS
from app.services.schedule.solver import SECONDS
from app.services.schedule.versions import MAX_CHANGES

from .base import ApiSchema
from .stations import HoursSchema

MAX_SECONDS = 20
MAX_STATIONS = 1000


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


def _several(inner: fields.Field, least: int, most: int, words: str = "", **options: Any) -> fields.List:
    error = f"Give {least} to {most} of them." if least else f"Give at most {most} of them."
    return fields.List(
        inner, validate=validate.Length(min=least, max=most, error=error), **_described(words), **options
    )


class PlacedMatchSchema(ApiSchema):
    """When and where a match is to be played. What is left out stays as it is."""

    match = Id(required=True, **_described("Id of the match."))
    scheduled_time = Instant(allow_none=True, **_described("In the future; null takes the time away."))
    station_id = Id(allow_none=True, **_described("Null takes it off its station."))
    version = Id(**_described("The match's version that you saw; 409 where it was changed since."))


class ScheduleChangesSchema(ApiSchema):
    """Changes that are made together."""

    changes = _several(fields.Nested(PlacedMatchSchema), 1, MAX_CHANGES, required=True)
    kind = Choice(
        ("edit", "auto"), load_default="edit", **_described("`auto` for a proposal that is made true.")
    )


class DelaySchema(ApiSchema):
    """What is late, and by how much. Without a station or a bracket, all of the day."""

    minutes = Whole(required=True, minimum=1, maximum=MAX_DELAY_MINUTES)
    since = Instant(
        load_default=None,
        allow_none=True,
        **_described("What starts from then on, until that day of the tournament ends; null: from now."),
    )
    station_id = Id(load_default=None, allow_none=True)
    bracket_id = Id(load_default=None, allow_none=True)


class WishSchema(ApiSchema):
    """What is to be placed, when and where."""

    windows = _several(
        fields.Nested(HoursSchema), 1, MAX_WINDOWS, "When matches may be played, such as each day's hours.",
        required=True,
    )  # fmt: skip
    bracket_id = Id(load_default=None, allow_none=True, **_described("Null: all brackets."))
    station_ids = _several(Id(), 1, MAX_STATIONS, "Null: all stations.", load_default=None, allow_none=True)
    streamed = _several(
        Id(), 0, MAX_MATCHES, "Matches that would like a station with a stream.", load_default=list
    )
    anew = Flag(load_default=False, **_described("Whether matches that have a time get another one."))
    seconds = Whole(
        load_default=int(SECONDS), minimum=1, maximum=MAX_SECONDS, **_described("How long to look.")
    )


class VersionSchema(Schema):
    """A version of the schedule: what was changed together."""

    number = fields.Integer(**_described("Counts a tournament's versions from 1."))
    batch_id = fields.Integer(**_described("By this it is undone."))
    kind = fields.String(metadata={"enum": ["bulk", "edit", "delay", "auto"]})
    created_at = fields.DateTime()
    user = fields.Integer(allow_none=True, **_described("Id of who made it."))
    username = fields.String()
    match_count = fields.Integer()
    undone_at = fields.DateTime(allow_none=True)
    can_undo = fields.Boolean(**_described("Whether none of its matches was changed since."))


class MovedMatchSchema(Schema):
    """How a match moves."""

    match = fields.Integer(**_described("Id of the match."))
    old = fields.DateTime(allow_none=True, **_described("Its time before."))
    new = fields.DateTime(allow_none=True)
    old_station = fields.Integer(allow_none=True)
    new_station = fields.Integer(allow_none=True)


class VersionDetailSchema(VersionSchema):
    """A version of the schedule, with what it changed."""

    changes = fields.List(fields.Nested(MovedMatchSchema))


class VersionMadeSchema(Schema):
    """The version that was made."""

    number = fields.Integer(allow_none=True, **_described("Null where all stood there already."))
    batch_id = fields.Integer(allow_none=True)
    match_ids = fields.List(fields.Integer())
    warnings = fields.List(fields.String(), **_described("A sentence for each conflict that this made."))


class VersionUndoneSchema(Schema):
    """The version that was taken back."""

    batch_id = fields.Integer()
    match_ids = fields.List(fields.Integer())


class UnplacedSchema(Schema):
    """A match that finds no place."""

    match = fields.Integer(**_described("Id of the match."))
    why = fields.String()


class ProposedMatchSchema(MovedMatchSchema):
    """Where a match would stand."""

    version = fields.Integer(**_described("Send it along when you make the proposal true."))


class ProposalSchema(Schema):
    """Times and stations that were found. Nothing is changed."""

    changes = fields.List(fields.Nested(ProposedMatchSchema))
    unplaced = fields.List(fields.Nested(UnplacedSchema))
    by = fields.String(metadata={"enum": ["solver", "list"]})
    ends_at = fields.DateTime(allow_none=True, **_described("When the last of them is over."))
    bound = fields.DateTime(allow_none=True, **_described("Proven: nobody is done before that."))
    gap = fields.Float(
        allow_none=True,
        **_described("How much of the time could be saved at most, from 0 to 1; null: nothing is proven."),
    )


def start_and_place(change: dict[str, Any]) -> dict[str, datetime | int | None]:
    """What the change says of time and station, by the names of a placement."""
    names = {"scheduled_time": "start", "station_id": "station_id", "version": "expected_version"}
    return {names[name]: value for name, value in change.items() if name in names}
