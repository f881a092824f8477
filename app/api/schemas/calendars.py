"""Calendar feeds."""

from marshmallow import Schema, fields

from app.api.fields import Choice, Id
from app.models.following import FEED_KINDS

from .base import ApiSchema


class CalendarFeedCreateSchema(ApiSchema):
    """Which matches a calendar is to show."""

    kind = Choice(FEED_KINDS, required=True)
    id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "The participant, station or tournament; left out for `coordinator`."},
    )


class CalendarFeedSchema(Schema):
    """A calendar feed. Its address is told when it is made, and not again."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(FEED_KINDS)})
    subject_id = fields.Integer(
        metadata={"description": "The participant, station or tournament; for `coordinator` you."}
    )
    title = fields.String(
        metadata={"description": "The calendar's name; empty where you may not see its matches any more."}
    )
    name = fields.String()
    tournament = fields.Integer(allow_none=True)
    tournament_name = fields.String()
    created_at = fields.DateTime()


class CalendarFeedCreatedSchema(CalendarFeedSchema):
    """A feed with its address."""

    url = fields.String(metadata={"description": "What the calendar program reads. A secret."})
