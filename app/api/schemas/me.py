"""One's own matches, and those that one coordinates."""

from marshmallow import Schema, fields

from .matches import MatchListSchema


class _PlacedMatchSchema(MatchListSchema):
    """A row of the list of matches, with its place."""

    station_id = fields.Integer(allow_none=True)
    station_name = fields.String(metadata={"description": "Empty where it has no station."})
    station_time_zone = fields.String(
        allow_none=True,
        metadata={"description": "Set where the station lies in another zone than its tournament."},
    )


class ChangeSchema(Schema):
    """What is otherwise than when you last looked."""

    what = fields.String(metadata={"enum": ["new", "moved", "station", "cancelled"]})
    old = fields.String(
        allow_none=True, metadata={"description": "A time in UTC, or the name of a station; null for none."}
    )
    new = fields.String(allow_none=True)


class OwnMatchSchema(_PlacedMatchSchema):
    """A match that you play."""

    changed = fields.List(fields.Nested(ChangeSchema))


class SeenSchema(Schema):
    """Of how many matches you have now seen time and place."""

    seen = fields.Integer()


class CoordinatedMatchSchema(_PlacedMatchSchema):
    """A match that you coordinate."""

    coordinator_answer = fields.String(metadata={"enum": ["", "accepted", "hand_over"]})
    coordinator_note = fields.String()
    minutes = fields.Integer(metadata={"description": "Its planned length."})
    clashes = fields.List(
        fields.Integer(), metadata={"description": "Your matches that are planned at the same time."}
    )
