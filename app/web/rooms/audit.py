"""What was done in a tournament, newest first."""

from flask import Response, request
from werkzeug.exceptions import NotFound

from app.domain.permissions import Permission
from app.services.queries import audit_log
from app.services.queries.audit_names import names_of
from app.web.guards import current_actor, signed_in

from .audit_words import ACTIONS, sentence
from .blueprint import blueprint, open_room, show

PAGE_SIZE = 50
_MOST_DIGITS = 9


@blueprint.get("/audit/")
@signed_in
def audit(slug: str) -> Response:
    """The audit, narrowed down by action, person and match, in pages."""
    tournament = open_room(slug, Permission.AUDIT_VIEW)
    action = request.args.get("action", "")
    who = request.args.get("who", "").replace("\x00", "").strip()[:50]
    number = request.args.get("match", "").strip().lstrip("Mm")
    listing = audit_log.list_audit(
        current_actor(),
        tournament.id,
        action=action if action in ACTIONS else None,
        username=who or None,
        match_number=int(number) if _is_number(number) else None,
        newest_first=True,
    )
    total = listing.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = _page_number(pages)
    rows = listing.rows(offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    names = names_of(rows)
    for row in rows:
        row["sentence"] = sentence(row, names, tournament.time_zone)
        row["match"] = names.matches.get(row["match_id"])
    return show(
        "rooms/audit.html",
        tournament,
        "audit",
        rows=rows,
        shows_ip=bool(rows) and "ip" in rows[0],
        actions=ACTIONS,
        action=action,
        who=who,
        match=number,
        total=total,
        page=page,
        pages=pages,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _page_number(pages: int) -> int:
    text = request.args.get("page", "1")
    if not _is_number(text) or not 1 <= int(text) <= pages:
        raise NotFound
    return int(text)
