"""What every page needs of styles and scripts: a few files in one answer, joined when they are asked for."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import monotonic

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

from app.languages import ENGLISH, LANGUAGES, script_catalog

blueprint = Blueprint("bundles", __name__, url_prefix="/bundle")

# In the order in which they count.
BUNDLES = {
    "page.css": ("css/tokens.css", "css/base.css", "css/components.css", "css/match.css", "css/ticker.css"),
    "page.js": ("vendor/htmx-4.0.1.min.js", "js/words.js", "js/times.js", "js/page.js"),
    "live.js": (
        *("vendor/socket.io-4.8.4.min.js", "js/live-rows.js", "js/live-own.js", "js/announce.js"),
        *("js/live.js", "js/ticker.js", "js/follow.js"),
    ),
}
# Scripts of organizers' pages alone: what they say is not loaded by a hall of spectators.
_DESK_SCRIPTS = frozenset(
    ("desk.js", "desk-cells.js", "desk-keys.js", "jump.js", "keys.js", "presence.js", "timetable-plan.js")
)
# What the other scripts say, and what these do, in the languages that are not the one they are written in.
WORDS = {
    f"{whose}words-{language}.js": language
    for whose in ("", "desk-")
    for language in LANGUAGES
    if language != ENGLISH
}
# Of scripts, the lines that are nothing else.
_COMMENTS = {".js": re.compile(rb"^\s*//.*\n", re.MULTILINE), ".css": re.compile(rb"/\*.*?\*/\s*", re.DOTALL)}
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Bundle:
    """Files joined, as they are and compressed; the digest changes with their content."""

    body: bytes
    compressed: bytes
    digest: str


def register_bundles(app: Flask) -> None:
    """Give `bundle`, the address of one, to the application's templates."""
    root = Path(app.static_folder or "")
    app.jinja_env.globals["bundle"] = lambda name: _address(root, name, int(monotonic()))


@blueprint.get("/<name>")
def read(name: str) -> Response:
    """A bundle, compressed where the browser takes that: not every hall has a proxy that does it."""
    if name not in BUNDLES and name not in WORDS:
        raise NotFound
    found = get_bundle(Path(current_app.static_folder or ""), name)
    is_compressed = request.accept_encodings["gzip"] > 0
    response = Response(
        found.compressed if is_compressed else found.body, content_type=_TYPES[Path(name).suffix]
    )
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{found.digest}-{'gzip' if is_compressed else 'plain'}")
    return response.make_conditional(request)


def get_bundle(root: Path, name: str) -> Bundle:
    """The bundle as its files now stand in the folder; raises KeyError for a name that there is not."""
    if name in WORDS:
        of_desk = name.startswith("desk-")
        parts = [part for part in sorted(root.glob("js/*.js")) if (part.name in _DESK_SCRIPTS) == of_desk]
    else:
        parts = [root / part for part in BUNDLES[name]]
    return _join(name, tuple(parts), tuple(part.stat().st_mtime_ns for part in parts))


@lru_cache(maxsize=64)
def _join(name: str, parts: tuple[Path, ...], _changed_at: tuple[int, ...]) -> Bundle:
    if name in WORDS:
        sayings = json.dumps(script_catalog(WORDS[name], parts), ensure_ascii=False, separators=(",", ":"))
        body = f"window.sayings = Object.assign(window.sayings || {{}}, {sayings});\n".encode()
    else:
        body = b"\n".join(map(_without_comments, parts))
    return Bundle(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:10])


def _without_comments(part: Path) -> bytes:
    """The file without what only those who change it read; of vendored ones all, with their licences."""
    body = part.read_bytes()
    return body if part.parent.name == "vendor" else _COMMENTS[part.suffix].sub(b"", body)


@lru_cache(maxsize=64)
def _address(root: Path, name: str, _second: int) -> str:
    return f"/bundle/{name}?v={get_bundle(root, name).digest}"
