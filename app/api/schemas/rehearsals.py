"""Rehearsals of a tournament."""

from marshmallow import Schema, fields

from app.api.fields import Flag, Whole
from app.domain.rehearsal import SEEDS, SPEEDS

from .base import ApiSchema

_SPEED = {"metadata": {"description": "How many minutes of the tournament pass in one."}}


class RehearsalCreateSchema(ApiSchema):
    """What a new rehearsal is asked for."""

    speed = Whole(minimum=SPEEDS[0], maximum=SPEEDS[1], load_default=SPEEDS[1], **_SPEED)
    seed = Whole(
        minimum=SEEDS[0],
        maximum=SEEDS[1],
        load_default=1,
        metadata={"description": "The same makes the same results, no-shows and disputes."},
    )


class PaceSchema(ApiSchema):
    """How a rehearsal goes on; what is left out stays."""

    speed = Whole(minimum=SPEEDS[0], maximum=SPEEDS[1], **_SPEED)
    is_playing = Flag()


class RehearsalSchema(Schema):
    """A rehearsal, and how it goes."""

    id = fields.Integer()
    name = fields.String()
    slug = fields.String()
    seed = fields.Integer()
    speed = fields.Integer()
    is_playing = fields.Boolean()
