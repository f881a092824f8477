"""When matches are expected to begin, and how good such estimates were."""

from typing import Any

from marshmallow import Schema, fields


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


class EstimateSchema(Schema):
    """When a match is expected to begin: four times in five from `low` to `high`."""

    match = fields.Integer(**_described("Id of the match."))
    scheduled_time = fields.DateTime(allow_none=True, **_described("The plan, with all delays announced."))
    original_time = fields.DateTime(allow_none=True, **_described("Where a delay moved it: the first plan."))
    low = fields.DateTime()
    likely = fields.DateTime()
    high = fields.DateTime()


class AccuracySchema(Schema):
    """How far off estimates were half an hour before each of the latest starts. Absolute, in minutes."""

    count = fields.Integer(**_described("So many starts were judged, 60 at most."))
    median_minutes = fields.Float(allow_none=True, **_described("Null where nothing was judged."))
    mean_minutes = fields.Float(allow_none=True)
    plan_median_minutes = fields.Float(
        allow_none=True, **_described("Of the first plan for the same matches; null without one.")
    )
    plan_mean_minutes = fields.Float(allow_none=True)
    covered = fields.Float(
        allow_none=True, **_described("The share that began within the span, from 0 to 1.")
    )
