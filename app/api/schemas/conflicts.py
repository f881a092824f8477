"""What clashes in the schedules of one's tournaments, and what mends it."""

from typing import Any

from marshmallow import Schema, fields

from app.api.fields import Choice, Id, Instant
from app.domain.schedule.conflicts import ConflictKind
from app.domain.schedule.mends import MendKind

from .base import ApiSchema

_KINDS = [str(kind) for kind in ConflictKind]
_MENDS = [str(kind) for kind in MendKind]


def _described(words: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"description": words, **more}}


class MendSchema(Schema):
    """What ends a conflict and makes no other: send its fields to `mend/` to do it."""

    kind = fields.String(metadata={"enum": _MENDS})
    match = fields.Integer(**_described("The match that is changed."))
    match_number = fields.Integer()
    version = fields.Integer(**_described("The version of the match that this was found for."))
    start = fields.DateTime(allow_none=True, **_described("The new time of a `move`; null otherwise."))
    station_id = fields.Integer(
        allow_none=True, **_described("The new station of a change of `station`; null otherwise.")
    )
    station = fields.String(**_described("Its name; empty otherwise."))


class ConflictSchema(Schema):
    """Something that cannot be played as it is planned."""

    tournament = fields.Integer()
    tournament_name = fields.String()
    kind = fields.String(metadata={"enum": _KINDS})
    rest = fields.Boolean(**_described("Only the rest between the two is too short."))
    matches = fields.List(
        fields.Integer(),
        **_described("The one or two matches, as far as you may see them; the earlier first."),
    )
    subject = fields.String(
        **_described("Who or what is wanted twice, or the break; empty for a stream and for the order.")
    )
    detail = fields.String(**_described("All of it in one sentence."))
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    mends = fields.List(fields.Nested(MendSchema), **_described("At most three, best first."))


class MendBodySchema(ApiSchema):
    """Which mend is made."""

    kind = Choice(_MENDS, required=True)
    match = Id(required=True)
    start = Instant(load_default=None, allow_none=True, **_described("For a `move`; in the future."))
    station_id = Id(load_default=None, allow_none=True, **_described("For a change of `station`."))
    version = Id(
        load_default=None,
        allow_none=True,
        **_described("The version of the match that you decided on; 409 where it was changed since."),
    )


class MendedSchema(Schema):
    """What was done."""

    match = fields.Integer()
    batch_id = fields.Integer(
        allow_none=True,
        **_described(
            "The version of the schedule that this made, which can be undone; null where it made none."
        ),
    )
    warnings = fields.List(
        fields.String(), **_described("A sentence for each new conflict; left out where there is none.")
    )
