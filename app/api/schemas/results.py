"""Results of matches, and disputes about them."""

from marshmallow import Schema, fields, validate

from app.api.fields import Choice, Flag, HttpUrl, Id, Text, Whole
from app.domain.results import MAX_GAMES, MAX_SCORE
from app.models.match import DISPUTE_DECISIONS, DISPUTE_REASONS, RESULT_STATUSES

from .base import ApiSchema


class GameScoreSchema(ApiSchema):
    """The score of one game, or of a tie-break such as penalties."""

    participant1_score = Whole(maximum=MAX_SCORE, required=True)
    participant2_score = Whole(maximum=MAX_SCORE, required=True)


class ScoresSchema(ApiSchema):
    """How a match ended."""

    participant1_score = Whole(
        maximum=MAX_SCORE,
        required=True,
        metadata={"description": "With a best of 1 any whole number; otherwise games won."},
    )
    participant2_score = Whole(maximum=MAX_SCORE, required=True)
    game_scores = fields.List(
        fields.Nested(GameScoreSchema),
        load_default=list,
        validate=validate.Length(max=MAX_GAMES, error=f"At most {MAX_GAMES} games."),
    )
    tiebreak = fields.Nested(
        GameScoreSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "Decides a level score."},
    )
    notes = Text(maximum=1000, load_default="")


class ResultSubmissionSchema(ScoresSchema):
    """A result. From a participant it waits for the other side; from an organizer it is final."""

    evidence_url = HttpUrl(load_default="")


class DisputeReportSchema(ApiSchema):
    """Why a result is wrong."""

    reason = Choice(DISPUTE_REASONS, required=True)
    description = Text(maximum=2000, load_default="")
    evidence_url = HttpUrl(load_default="")


class DisputeResolutionSchema(ApiSchema):
    """An organizer's ruling: `participant_id` goes with `forfeit`, the scores with `correct`."""

    decision = Choice(DISPUTE_DECISIONS, required=True)
    participant_id = Id(load_default=None, allow_none=True)
    participant1_score = Whole(maximum=MAX_SCORE, load_default=None, allow_none=True)
    participant2_score = Whole(maximum=MAX_SCORE, load_default=None, allow_none=True)
    game_scores = fields.List(
        fields.Nested(GameScoreSchema),
        load_default=list,
        validate=validate.Length(max=MAX_GAMES, error=f"At most {MAX_GAMES} games."),
    )
    tiebreak = fields.Nested(GameScoreSchema, load_default=None, allow_none=True)
    notes = Text(maximum=2000, load_default="")


class ForfeitSchema(ApiSchema):
    """Who gives the match up: one side, or both."""

    participant_id = Id(load_default=None, allow_none=True)
    both = Flag(load_default=False)
    reason = Text(maximum=500, load_default="")


class ResultVersionSchema(Schema):
    """One version of a match's result."""

    n = fields.Integer(metadata={"description": "Counts from 1."})
    status = fields.String(metadata={"enum": list(RESULT_STATUSES)})
    participant1_score = fields.Integer()
    participant2_score = fields.Integer()
    game_scores = fields.List(fields.Nested(GameScoreSchema))
    tiebreak = fields.Nested(GameScoreSchema, allow_none=True)
    winner_id = fields.Integer(allow_none=True)
    submitted_by = fields.Integer(allow_none=True)
    submitted_at = fields.DateTime()
    confirmed_at = fields.DateTime(allow_none=True)
    notes = fields.String()
    evidence_url = fields.String()


class AffectedSchema(Schema):
    """A match that would change, and how."""

    match = fields.Integer()
    state = fields.String()
    change = fields.String()


class PreviewSchema(Schema):
    """What would be changed, and what stands against it."""

    affected = fields.List(fields.Nested(AffectedSchema))
    blocked_by = fields.List(fields.Raw())
