"""What was done in a tournament, newest first, and all of it as a file that can be checked."""

from urllib.parse import urlencode

from flask import Response, request, stream_with_context
from werkzeug.exceptions import NotFound

from app.domain.permissions import Permission
from app.domain.words import say
from app.models import Tournament
from app.services.queries.audit_export import export_audit
from app.services.queries.audit_log import AuditPage, audit_page
from app.services.queries.audit_names import Names, names_of
from app.services.queries.tournaments import list_participants
from app.web.forms.audit import AuditFilterForm, audit_filter_form
from app.web.forms.base import known_id
from app.web.guards import current_actor, signed_in
from app.web.timeline import MATCHDESK, days_of

from .audit_actions import GROUPS, actions_named, actions_of
from .audit_diff import changes
from .audit_words import sentence
from .blueprint import blueprint, open_room, show

_PLACES = ("before", "after")
# How many of the matches of a bulk are named.
_MOST_MATCHES = 60


@blueprint.get("/audit/")
@signed_in
def audit(slug: str) -> Response:
    """The audit as a timeline, narrowed down, in pages that begin before or after an entry."""
    tournament = open_room(slug, Permission.AUDIT_VIEW)
    form = _form(tournament)
    page = AuditPage([], None, None) if form.errors else _page(tournament, form)
    names = names_of(page.rows)
    entries = [_entry(row, names, tournament.time_zone) for row in page.rows]
    query = {name: value for name, value in request.args.items() if value and name not in _PLACES}
    return show(
        "rooms/audit.html",
        tournament,
        "audit",
        form=form,
        days=days_of(entries, tournament.time_zone),
        shown=len(entries),
        is_latest=page.newer is None and not any(name in request.args for name in _PLACES),
        newer=page.newer and _address(query, after=page.newer),
        older=page.older and _address(query, before=page.older),
        status=400 if form.errors else 200,
    )


@blueprint.get("/audit/export.jsonl")
@signed_in
def export_audit_lines(slug: str) -> Response:
    """The whole audit, oldest first, as lines of JSON that are chained by their hashes."""
    tournament = open_room(slug, Permission.AUDIT_VIEW)
    name = f"{tournament.slug}-audit.jsonl"
    lines = export_audit(current_actor(), tournament.id)
    response = Response(stream_with_context(lines), content_type="application/jsonl")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(tournament: Tournament) -> AuditFilterForm:
    groups = {
        group.title: [(name, say("%(group)s: all", group=group.title)), *group.actions.items()]
        for name, group in GROUPS.items()
    }
    participants = sorted(
        ((row["id"], row["name"]) for row in list_participants(current_actor(), tournament.id).rows()),
        key=lambda choice: choice[1].lower(),
    )
    return audit_filter_form(request.args, tournament.time_zone, groups, participants)


def _page(tournament: Tournament, form: AuditFilterForm) -> AuditPage:
    words = (form.search.data or "").split()
    filters = form.filters(actions_of(form.action.data or ""), {word: actions_named(word) for word in words})
    places = {name: _id(name) for name in _PLACES if request.args.get(name)}
    return audit_page(current_actor(), tournament.id, filters, **places)


def _id(name: str) -> int:
    try:
        return known_id(request.args[name])
    except ValueError:
        raise NotFound from None


def _address(query: dict[str, str], **place: int) -> str:
    return f"{request.path}?{urlencode({**query, **place})}"


def _entry(row: dict, names: Names, zone: str) -> dict:
    id_, ids = row["match_id"], row["meta"].get("match_ids")
    several = [one for one in ids if one in names.matches] if isinstance(ids, list) else []
    return {
        "id": row["id"],
        "at": row["created_at"],
        "by": row["username"] or MATCHDESK,
        "text": sentence(row, names, zone),
        "match": id_ if id_ in names.matches else None,
        "label": names.matches.get(id_, ""),
        "sides": names.sides.get(id_, ""),
        "changes": changes(row["meta"], names, zone),
        "matches": [(one, names.matches[one], names.sides.get(one, "")) for one in several[:_MOST_MATCHES]],
        "ip": row.get("ip"),
    }
