"""Brackets with their tables, matches made by hand, disputes, and the audit."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.api.fields import Choice, Flag, Id, Instant, QueryId, QueryInstant, Text, Whole
from app.domain.brackets.double_elimination import GRAND_FINALS
from app.domain.brackets.options import FORMATS, MAX_POINTS, MAX_ROUNDS, SEEDINGS
from app.domain.brackets.single_elimination import MAX_ENTRANTS
from app.domain.brackets.standings import TIEBREAKS
from app.domain.tournament_settings import BEST_OF

from .base import ApiSchema, PageQuerySchema
from .matches import MatchListSchema


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


class PointValue(fields.Float):
    """A number of points, whole or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | float:
        if type(value) not in (int, float) or not 0 <= value <= MAX_POINTS:
            raise ValidationError(f"Must be a number from 0 to {MAX_POINTS}.")
        return value


class PointsSchema(ApiSchema):
    """The points of a match, for tables: 3, 1 and 0 where nothing is said."""

    win = PointValue()
    draw = PointValue()
    loss = PointValue()


class SlotSchema(ApiSchema):
    """A place of another bracket's tables: a rank in a group, or the best of all who have this rank."""

    rank = Whole(minimum=1, maximum=MAX_ENTRANTS, required=True)
    group = Text(maximum=40, **_described("The group's name; empty where there is only one table."))
    best = Whole(minimum=1, maximum=MAX_ENTRANTS, **_described("1 for the best of all who have this rank."))


class BestOfByRound(fields.Field):
    """1, 3, 5 or 7 for all rounds, or an object of such numbers by round."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        by_round = value if isinstance(value, dict) else {"1": value}
        rounds = all(key.isascii() and key.isdigit() and len(key) < 4 for key in by_round)
        if not rounds or not all(type(number) is int and number in BEST_OF for number in by_round.values()):
            raise ValidationError("Must be 1, 3, 5 or 7, or an object of these by round.")
        return value


class BracketOptionsSchema(ApiSchema):
    """How a bracket is made; which options count depends on its format."""

    grand_final = Choice(GRAND_FINALS)
    third_place = Flag()
    groups = Whole(minimum=1, maximum=256)
    legs = Whole(minimum=1, maximum=2)
    rounds = Whole(minimum=1, maximum=MAX_ROUNDS)
    draws = Flag(**_described("With true a match may end level."))
    points = fields.Nested(PointsSchema)
    tiebreaks = fields.List(Choice(TIEBREAKS))
    best_of = BestOfByRound()
    seeding = Choice(SEEDINGS)
    from_bracket = Id(
        data_key="from", attribute="from", **_described("Id of a bracket whose tables fill the `slots`.")
    )
    slots = fields.List(fields.Nested(SlotSchema), validate=validate.Length(min=2, max=MAX_ENTRANTS))


class BracketCreateSchema(ApiSchema):
    """A new bracket with all its matches."""

    name = Text(required=True, minimum=1, maximum=120)
    format = Choice(FORMATS, required=True)
    participants = fields.List(Id(), **_described("Ids in seed order; all where it is left out."))
    options = fields.Nested(BracketOptionsSchema, load_default=dict)


class BracketSchema(Schema):
    """A bracket as a row of a list."""

    id = fields.Integer()
    tournament = fields.Integer()
    name = fields.String()
    format = fields.String(metadata={"enum": list(FORMATS)})
    options = fields.Dict()
    status = fields.String()
    champion_id = fields.Integer(allow_none=True)
    created_at = fields.DateTime()


class FeedSchema(Schema):
    """Where a side of a match goes afterwards."""

    match = fields.Integer()
    slot = fields.Integer(metadata={"enum": [1, 2]})


class BracketMatchSchema(MatchListSchema):
    """A match with its place in the bracket."""

    section = fields.String(metadata={"enum": ["upper", "lower", "final", "third_place", "group", "swiss"]})
    group = fields.String(**_described("The group's name; empty outside of groups."))
    winner_to = fields.Nested(FeedSchema, allow_none=True)
    loser_to = fields.Nested(FeedSchema, allow_none=True)


class StandingSchema(Schema):
    """A row of a table. Rows that are level share a rank."""

    rank = fields.Integer()
    participant_id = fields.Integer()
    participant_name = fields.String()
    played = fields.Integer()
    won = fields.Integer()
    drawn = fields.Integer()
    lost = fields.Integer()
    score_for = fields.Integer()
    score_against = fields.Integer()
    points = fields.Float()
    tiebreaks = fields.Dict(keys=fields.String(), values=fields.Float())


class GroupSchema(Schema):
    """A group with its table."""

    name = fields.String()
    standings = fields.List(fields.Nested(StandingSchema))


class BracketDetailSchema(BracketSchema):
    """A bracket with its matches and tables."""

    matches = fields.List(fields.Nested(BracketMatchSchema))
    groups = fields.List(fields.Nested(GroupSchema), **_described("Empty for elimination."))


class MatchCreateSchema(ApiSchema):
    """A match made by hand."""

    round_number = Whole(minimum=1, load_default=1)
    match_number = Whole(minimum=1, **_described("The next free one where it is left out."))
    participant1_id = Id(allow_none=True)
    participant2_id = Id(allow_none=True)
    scheduled_time = Instant(allow_none=True)
    bracket = Id(allow_none=True, **_described("Id of a bracket of the same tournament."))


class DisputeRowSchema(Schema):
    """A dispute as a row of a list."""

    id = fields.Integer()
    tournament = fields.Integer()
    match = fields.Integer()
    match_number = fields.Integer()
    reason = fields.String()
    description = fields.String()
    evidence_url = fields.String()
    reported_by = fields.Integer(allow_none=True, **_described("The participant; null for an organizer."))
    reported_by_name = fields.String()
    created_at = fields.DateTime()
    decision = fields.String(allow_none=True, **_described("Null while it is open."))
    resolution_notes = fields.String()
    resolved_at = fields.DateTime(allow_none=True)


class AuditQuerySchema(PageQuerySchema):
    """Which audit rows are wanted."""

    action = Text(maximum=40, **_described("Such as MATCH_START, in either case."))
    match = QueryId(**_described("Id of a match."))
    participant = QueryId(**_described("Id of a participant: what was done to it and to its matches."))
    username = Text(maximum=50, load_default="", **_described("Who did it, in either case."))
    created_at__gte = QueryInstant(load_default=None, **_described("Not before this time."))
    created_at__lte = QueryInstant(load_default=None, **_described("Not after this time."))
    search = Text(
        maximum=100,
        load_default="",
        **_described("Each word must stand in the action, a name of who did it or of a side, or the meta."),
    )
    after = QueryId(**_described("Only what has a greater id."))


class AuditSchema(Schema):
    """A change: who did what, when."""

    id = fields.Integer()
    user = fields.Integer(allow_none=True, **_described("Id of the user; null for Matchdesk itself."))
    username = fields.String()
    action = fields.String()
    tournament_id = fields.Integer(allow_none=True)
    match_id = fields.Integer(allow_none=True)
    meta = fields.Dict()
    created_at = fields.DateTime()
    ip = fields.String(allow_none=True, **_described("For admins only."))
