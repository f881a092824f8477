"""JSON in and out: strict about what comes in, quick about what goes out."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from app.domain.errors import InvalidInput

MAX_DEPTH = 16
# What the database stores in its widest whole number.
MAX_INTEGER = 2**63 - 1


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response; the data consists of dicts, lists and primitives, times already as text."""
    response = Response(orjson.dumps(data), status=status, mimetype="application/json")
    response.headers.update(headers or {})
    return response


def created(document: Any, location: str) -> Response:
    """201 with the new thing, and where it is."""
    return json_response(document, 201, {"Location": location})


def no_content() -> Response:
    """204: done, and nothing to tell."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def load_json_body() -> Any:
    """The request's body as Python data; an empty body counts as an empty object.

    Raises 413 for a body that is too large, 415 for one that is not declared as JSON in UTF-8, and
    InvalidInput for one that is malformed, too deep, or holds what no field could take.
    """
    body = request.get_data(cache=True)
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(body) >= limit:
        # A body without a declared length is cut off at the limit, and Werkzeug does not say so.
        raise RequestEntityTooLarge
    if not body:
        return {}
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if not request.is_json or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"The body is not valid JSON: {error.msg}, line {error.lineno}.") from None
    reason = _refusal_of(data)
    if reason:
        raise InvalidInput(reason)
    return data


def _refusal_of(data: Any) -> str | None:
    """Why the data is refused whatever the fields are, or None. Walks without recursion."""
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                return "Text must not contain NUL characters."
        elif isinstance(value, int | float):
            if abs(value) > MAX_INTEGER:
                return "A number is too large."
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                return f"The body is nested deeper than {MAX_DEPTH} levels."
            inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            waiting.extend((item, depth + 1) for item in inner)
    return None
