"""ETags, and writes that only go on from the version that the client has seen.

An ETag is a hash of the document as it was sent, together with its reader: it covers the version, the
audience and every name shown, and says nothing else. All of it is optional for the client.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Response, request

from .identity import current_actor

# No row ever has this version: a write that expects it meets StaleVersion, after 404 and 403 had their say.
NO_VERSION = 0


def etag_of(body: bytes) -> str:
    """The quoted ETag of a document as the present caller was sent it."""
    reader = str(current_actor().user_id).encode()
    return f'"{hashlib.sha256(reader + b":" + body).hexdigest()[:32]}"'


def conditional_response(document: Mapping[str, Any], **beside: Any) -> Response:
    """The document with its ETag, or 304 without it where the client has it already.

    `beside` are members that are sent along, and are no part of what the ETag stands for.
    """
    body = orjson.dumps(document)
    etag = etag_of(body)
    if request.method in ("GET", "HEAD") and _matches_any(request.headers.get("If-None-Match"), etag):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        body = orjson.dumps({**document, **beside}) if beside else body
        response = Response(body, mimetype="application/json")
    response.headers["ETag"] = etag
    return response


def expected_version(load: Callable[[], Mapping[str, Any]]) -> int | None:
    """The version that If-Match asks for; None where it is not sent, or is `*`.

    `load` gives the present document as the caller sees it (with its `version`), and is called only when
    the header is there. A header that does not fit it yields NO_VERSION, with which the service answers
    StaleVersion at its own time.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    document = load()
    version = document["version"]
    fits = _matches_any(header, etag_of(orjson.dumps(document)), weakly=False)
    return version if fits or _matches_any(header, f'"{version}"', weakly=False) else NO_VERSION


def _matches_any(header: str | None, etag: str, weakly: bool = True) -> bool:
    if header is None:
        return False
    if header.strip() == "*":
        return True
    weak, quoted = ("(?:W/)?", r'"[^"]*"') if weakly else ("", r'W/"[^"]*"|"[^"]*"')
    return etag in re.findall(f"{weak}({quoted})", header)
