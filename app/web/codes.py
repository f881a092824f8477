"""QR codes of a match's pages, and the address that the code of its check-in leads to."""

from functools import lru_cache
from io import BytesIO

import segno
from flask import Blueprint, Response, redirect, request

from app.services import access

from .guards import current_actor, signed_in

blueprint = Blueprint("codes", __name__, url_prefix="/matches/<id:match_id>")

# So much of a code may be covered by a coffee stain: 15 %, level M of ISO/IEC 18004.
_ERROR_CORRECTION = "m"
_QUIET_ZONE = 4  # modules, as the standard asks for


def match_address(match_id: int) -> str:
    """The address of the match's page, as it is reached from outside."""
    return f"{request.host_url}matches/{match_id}/"


def check_in_address(match_id: int) -> str:
    """The address that leads a side to its check-in."""
    return f"{match_address(match_id)}check-in"


@lru_cache(maxsize=1024)
def qr_code(address: str) -> str:
    """The code of an address as an SVG element, to be sized by a stylesheet."""
    code = segno.make_qr(address, error=_ERROR_CORRECTION)
    return code.svg_inline(omitsize=True, border=_QUIET_ZONE, dark="#000", light="#fff")


@blueprint.get("/qr.svg")
def qr(match_id: int) -> Response:
    """The code of the match's page, or of its check-in (`?of=check-in`), as a picture."""
    access.check_match(current_actor(), match_id)
    is_check_in = request.args.get("of") == "check-in"
    address = check_in_address(match_id) if is_check_in else match_address(match_id)
    picture = BytesIO()
    segno.make_qr(address, error=_ERROR_CORRECTION).save(
        picture, kind="svg", scale=8, border=_QUIET_ZONE, dark="#000", light="#fff"
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@blueprint.get("/check-in")
@signed_in
def check_in(match_id: int) -> Response:
    """On to where a side checks in; opening this changes nothing, so that a scanned code cannot."""
    access.check_match(current_actor(), match_id)
    return redirect(f"/matches/{match_id}/#match-{match_id}-side", code=303)
