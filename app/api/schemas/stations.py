"""Stations with their hours, breaks, and what is played next at a station."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.api.fields import HttpUrl, Id, Instant, Text
from app.domain.schedule.hours import MAX_HOURS
from app.domain.schedule.plan import Interval
from app.services.schedule.breaks import BREAK_NAME_LENGTH
from app.services.tournaments.stations import STATION_NAME_LENGTH

from .base import ApiSchema
from .matches import MatchListSchema


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


class HoursSchema(ApiSchema):
    """From when until when a station can be used."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True, **_described("After the beginning."))

    @post_load
    def _as_interval(self, data: dict[str, Any], **_: object) -> Interval:
        return Interval(data["starts_at"], data["ends_at"])


class StationUpdateSchema(ApiSchema):
    """Changes to a station."""

    name = Text(minimum=1, maximum=STATION_NAME_LENGTH)
    stream_url = HttpUrl(
        **_described("Where what is played here can be watched; empty for none. A match may have its own.")
    )
    time_zone = Text(
        minimum=1,
        maximum=64,
        allow_none=True,
        **_described("Where the station lies in another time zone than its tournament; null where not."),
    )
    hours = fields.List(
        fields.Nested(HoursSchema),
        validate=validate.Length(max=MAX_HOURS, error=f"Give at most {MAX_HOURS} of them."),
        **_described("When it can be used: the whole list, without overlaps; empty for always."),
    )


class StationCreateSchema(StationUpdateSchema):
    """A place where matches are played."""

    name = Text(required=True, minimum=1, maximum=STATION_NAME_LENGTH)


class StationSchema(Schema):
    """A place where matches are played: a court, a server, a stage."""

    id = fields.Integer()
    tournament = fields.Integer()
    name = fields.String(**_described("Unique in its tournament."))
    stream_url = fields.String(**_described("Empty where there is none."))
    time_zone = fields.String(allow_none=True, **_described("Null: the tournament's."))
    hours = fields.List(fields.Nested(HoursSchema), **_described("In order; empty: it can always be used."))
    created_at = fields.DateTime()


class BreakUpdateSchema(ApiSchema):
    """Changes to a break."""

    name = Text(minimum=1, maximum=BREAK_NAME_LENGTH)
    starts_at = Instant()
    ends_at = Instant(**_described("After the beginning, by at most seven days."))
    station_id = Id(allow_none=True, **_described("Null: at every station."))


class BreakCreateSchema(BreakUpdateSchema):
    """A pause in which nothing is played: lunch, a ceremony."""

    name = Text(required=True, minimum=1, maximum=BREAK_NAME_LENGTH)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True, **_described("After the beginning, by at most seven days."))
    station_id = Id(load_default=None, allow_none=True, **_described("Null: at every station."))


class BreakSchema(Schema):
    """A pause in which nothing is played: lunch, a ceremony."""

    id = fields.Integer()
    tournament = fields.Integer()
    name = fields.String()
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    station_id = fields.Integer(allow_none=True, **_described("Null: at every station."))
    created_at = fields.DateTime()


class QueuedMatchSchema(MatchListSchema):
    """A match in the queue of a station."""

    station_id = fields.Integer(allow_none=True)
    called_at = fields.DateTime(allow_none=True)


class ClosureSchema(Schema):
    """Why nothing is played at a station now."""

    until = fields.DateTime(allow_none=True, **_described("Null where it does not open again."))
    break_name = fields.String(**_described("Empty where the station is closed."))


class StationQueueSchema(Schema):
    """What happens at a station: now, and next."""

    station = fields.Integer(**_described("Id of the station."))
    station_name = fields.String()
    is_free = fields.Boolean(**_described("Nothing is on, and nobody is called."))
    closed = fields.Nested(ClosureSchema, allow_none=True)
    now = fields.List(fields.Nested(QueuedMatchSchema), **_described("LIVE, or awaiting a result."))
    called = fields.List(fields.Nested(QueuedMatchSchema))
    next = fields.List(
        fields.Nested(QueuedMatchSchema), **_described("The first of those planned here, by time.")
    )
    next_count = fields.Integer(**_described("How many are planned here."))
    suggested = fields.Nested(
        QueuedMatchSchema,
        allow_none=True,
        **_described("Where the station is free: what could be played here now."),
    )
    to_call = fields.Integer(allow_none=True, **_described("The match that call-next calls; null: none."))


class CallSchema(ApiSchema):
    """Where the sides of a match are called to."""

    station_id = Id(
        load_default=None, allow_none=True, **_described("Places the match there; null: where it is placed.")
    )


class CallNextSchema(ApiSchema):
    """What is called."""

    match_id = Id(
        load_default=None,
        allow_none=True,
        **_described("The match that you take for the next one; 409 where another one is."),
    )
