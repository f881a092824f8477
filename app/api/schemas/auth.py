"""Signing in and out."""

from marshmallow import Schema, fields

from app.api.fields import Secret

from .base import ApiSchema


class LoginSchema(ApiSchema):
    """Who signs in."""

    username = Secret(maximum=150, required=True)
    password = Secret(maximum=1024, required=True)


class RefreshSchema(ApiSchema):
    """A refresh token, which works once."""

    refresh = Secret(maximum=4096, required=True)


class TokenPairSchema(Schema):
    """A pair of tokens: `access` for 15 minutes, `refresh` for 7 days."""

    access = fields.String(metadata={"description": "Send it as `Authorization: Bearer ...`."})
    refresh = fields.String(metadata={"description": "Works once, for the next pair."})


class MeSchema(Schema):
    """Who you are."""

    id = fields.Integer()
    username = fields.String()
    is_admin = fields.Boolean()
