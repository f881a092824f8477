"""Who has seen a lobby."""

from typing import Any

from marshmallow import Schema, fields

from app.api.fields import Text

from .base import ApiSchema


def _described(words: str) -> dict[str, Any]:
    return {"metadata": {"description": words}}


class LobbySeenSchema(ApiSchema):
    """Which lobby was seen."""

    updated_at = Text(
        maximum=40, **_described("The `updated_at` in it: one that was changed since was not seen.")
    )


class LobbyNewsSchema(Schema):
    """What became of it."""

    is_news = fields.Boolean(**_described("False where it was known already, or is another one by now."))


class LobbyViewSchema(Schema):
    """Somebody who plays the match, and since when they have seen the lobby as it is."""

    participant_id = fields.Integer()
    user_id = fields.Integer()
    username = fields.String()
    seen_at = fields.DateTime(
        allow_none=True, **_described("Null: not yet. A change of its secrets begins anew.")
    )
