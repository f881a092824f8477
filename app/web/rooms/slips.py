"""Match slips to be printed: who plays whom, where and when, and room for scores and signatures."""

import re

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app.domain.permissions import Permission
from app.services.queries.slips import MOST_SLIPS, list_rounds, list_slips
from app.web.codes import check_in_address, qr_code
from app.web.forms.base import LARGEST_ID
from app.web.guards import signed_in

from .blueprint import blueprint, open_room, show

_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


@blueprint.get("/slips/")
@signed_in
def slips(slug: str) -> Response:
    """The slips of chosen matches (`?matches=1,2`), of a round (`?round=bracket.number`) or of the next."""
    tournament = open_room(slug, Permission.DESK_VIEW)
    match_ids = [_id(text) for text in _texts("matches")]
    wanted = request.args.get("round", "")
    bracket_round = None
    if wanted:
        bracket_id, _, number = wanted.partition(".")
        bracket_round = (_id(bracket_id), _id(number))
    rows = list_slips(tournament.id, match_ids=match_ids, bracket_round=bracket_round)
    return show(
        "rooms/slips.html",
        tournament,
        "desk",
        rows=rows,
        codes={row["id"]: qr_code(check_in_address(row["id"])) for row in rows},
        rounds=list_rounds(tournament.id),
        chosen=wanted,
        match_ids=match_ids,
        most=MOST_SLIPS,
    )


def _texts(name: str) -> list[str]:
    given = ",".join(request.args.getlist(name))
    return [text.strip() for text in given.split(",") if text.strip()][: MOST_SLIPS + 1]


def _id(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 0 < int(text) <= LARGEST_ID:
        raise BadRequest("matches: ids with commas between them; round: a bracket's id, a point, a number.")
    return int(text)
