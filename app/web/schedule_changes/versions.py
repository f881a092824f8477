"""The versions of a schedule: who changed what together, and the way back."""

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from app.domain.words import say
from app.services.queries import schedule_versions
from app.web.guards import current_actor, signed_in

from .blueprint import blueprint, open_ground

PAGE_SIZE = 50
_MOST_DIGITS = 9
KINDS = {
    "bulk": say("Scheduled together"),
    "edit": say("Moved on the timetable"),
    "delay": say("Delayed"),
    "auto": say("Proposal applied"),
}


@blueprint.get("/versions/")
@signed_in
def list_versions(slug: str) -> Response:
    """All versions, newest first, in pages."""
    tournament = open_ground(slug).tournament
    listing = schedule_versions.list_versions(current_actor(), tournament.id)
    total = listing.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = _page_number(pages)
    return make_response(
        render_template(
            "schedule/versions.html",
            tournament=tournament,
            can_manage=True,
            tab="schedule",
            versions=listing.rows(offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE),
            kinds=KINDS,
            total=total,
            page=page,
            pages=pages,
        )
    )


def _page_number(pages: int) -> int:
    text = request.args.get("page", "1")
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not is_number or not 1 <= int(text) <= pages:
        raise NotFound
    return int(text)
