"""What every page needs of styles and scripts: a few files in one answer, joined when they are asked for."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import monotonic

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

blueprint = Blueprint("bundles", __name__, url_prefix="/bundle")

# In the order in which they count.
BUNDLES = {
    "page.css": ("css/tokens.css", "css/base.css", "css/components.css", "css/match.css"),
    "page.js": ("vendor/htmx-4.0.1.min.js", "js/times.js", "js/page.js"),
    "live.js": ("vendor/socket.io-4.8.4.min.js", "js/live.js"),
}
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
    if name not in BUNDLES:
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
    return _join(root, name, tuple((root / part).stat().st_mtime_ns for part in BUNDLES[name]))


@lru_cache(maxsize=64)
def _join(root: Path, name: str, _changed_at: tuple[int, ...]) -> Bundle:
    body = b"\n".join((root / part).read_bytes() for part in BUNDLES[name])
    return Bundle(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:10])


@lru_cache(maxsize=64)
def _address(root: Path, name: str, _second: int) -> str:
    return f"/bundle/{name}?v={get_bundle(root, name).digest}"
