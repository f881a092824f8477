"""What all schemas share."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields

from app.api.fields import QueryFlag, QueryWhole


class ApiSchema(Schema):
    """A JSON body. A field that it does not know is refused, with its name."""

    class Meta:
        unknown = RAISE
        ordered = True

    error_messages = {"unknown": "There is no such field.", "type": "Must be a JSON object."}


class QuerySchema(Schema):
    """A query string. Parameters that it does not know are ignored."""

    class Meta:
        unknown = EXCLUDE


class EmptySchema(ApiSchema):
    """No fields: the address says it all."""


class PageQuerySchema(QuerySchema):
    """Which page of a list."""

    page = QueryWhole(minimum=1, clamp=True, load_default=1, metadata={"description": "Counts from 1."})
    page_size = QueryWhole(
        minimum=1,
        maximum=100,
        clamp=True,
        load_default=20,
        metadata={"description": "Rows per page; more than 100 is taken as 100."},
    )


class PreviewQuerySchema(QuerySchema):
    """Whether to do it, or only to tell what would be done."""

    preview = QueryFlag(
        load_default=False,
        metadata={"description": "With true nothing is changed; the answer lists what would be."},
    )


PREVIEW_QUERY = PreviewQuerySchema()


class ProblemSchema(Schema):
    """An error (RFC 9457)."""

    type = fields.String(metadata={"example": "about:blank"})
    title = fields.String(metadata={"example": "Bad Request"})
    status = fields.Integer(metadata={"example": 400})
    detail = fields.String(metadata={"description": "One sentence that a person can act on."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "For each refused field the reasons why."},
    )


def page_schema(row: type[Schema]) -> type[Schema]:
    """The schema of one page of a list of `row`; for the description only."""
    members: dict[str, Any] = {
        "count": fields.Integer(metadata={"description": "Rows on all pages together."}),
        "next": fields.String(allow_none=True, metadata={"description": "Address of the next page."}),
        "previous": fields.String(allow_none=True, metadata={"description": "Address of the page before."}),
        "results": fields.List(fields.Nested(row)),
    }
    return type(row.__name__.removesuffix("Schema") + "PageSchema", (Schema,), members)
