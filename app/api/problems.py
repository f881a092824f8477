"""Problem documents (RFC 9457): the one shape in which the API tells that something went wrong."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response

PROBLEM_TYPE = "application/problem+json"


def problem_response(
    status: int,
    detail: str,
    errors: Mapping[str, Sequence[str]] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """A response with the problem document for `status`.

    `detail` is one sentence, `errors` maps a field to the reasons why it is refused, and `members` are
    extension members of the document, such as the list of `changes` that a lost race brings along.
    """
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or {},
        **members,
    }
    response = Response(orjson.dumps(document), status=status, mimetype=PROBLEM_TYPE)
    response.headers.update(headers or {})
    return response
