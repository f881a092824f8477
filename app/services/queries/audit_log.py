"""What was done in a tournament, for those who run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.permissions import Actor, Permission
from app.extensions import db
from app.models import AuditLog, Match, Participant, User
from app.services import access
from app.services.audit import AuditAction
from app.services.match_changes import iso

from .json_values import has_text, lists
from .listing import Listing

MOST_WORDS = 6


@dataclass(frozen=True)
class AuditFilters:
    """Which rows are wanted; all that are given must hold, and without any, all rows are.

    `since` and `until` are aware, and both belong to it. `participant_id` finds what was done to the
    participant and to its matches. Each word of `text` must stand in the action, in the name of the user or
    of a side of the match, or in a text of the meta; `named_actions` are further actions by word, for who
    calls them by other words.
    """

    actions: frozenset[str] | None = None
    username: str | None = None
    match_id: int | None = None
    match_number: int | None = None
    participant_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    named_actions: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True)
class AuditPage:
    """Rows, newest first; `older` and `newer` are the ids to ask for the next ones with, None for no more."""

    rows: list[dict]
    older: int | None
    newer: int | None


def list_audit(
    actor: Actor, tournament_id: int, filters: AuditFilters, *, after: int | None = None
) -> Listing:
    """The audit rows of the tournament by id, those above `after`; addresses are shown to admins only.

    Raises NotFound or NotAllowed.
    """
    found = access.get_tournament(actor, tournament_id, Permission.AUDIT_VIEW)
    shows_ip = found.may(Permission.AUDIT_IP_VIEW)
    statement = _wanted(tournament_id, filters).order_by(AuditLog.id)
    if after is not None:
        statement = statement.where(AuditLog.id > after)
    return Listing(statement, lambda rows: [_document(row, shows_ip) for row in rows])


def audit_page(
    actor: Actor,
    tournament_id: int,
    filters: AuditFilters,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> AuditPage:
    """The newest rows, or the next ones below the id `before` or above the id `after`.

    However many there are, no more of them are read than are looked through. Raises NotFound or NotAllowed.
    """
    found = access.get_tournament(actor, tournament_id, Permission.AUDIT_VIEW)
    statement = _wanted(tournament_id, filters)
    if after is not None:
        statement = statement.where(AuditLog.id > after).order_by(AuditLog.id)
    elif before is not None:
        statement = statement.where(AuditLog.id < before).order_by(AuditLog.id.desc())
    else:
        statement = statement.order_by(AuditLog.id.desc())
    shows_ip = found.may(Permission.AUDIT_IP_VIEW)
    read = db.session.execute(statement.limit(limit + 1)).mappings().all()
    rows, has_more = [_document(row, shows_ip) for row in read[:limit]], len(read) > limit
    if after is not None:
        rows.reverse()
    if not rows:
        return AuditPage([], None, None)
    has_older = has_more or after is not None
    has_newer = has_more if after is not None else before is not None
    return AuditPage(rows, rows[-1]["id"] if has_older else None, rows[0]["id"] if has_newer else None)


def rows_select() -> Select:
    """The columns of an audit row with the name of its user, without conditions."""
    return select(
        AuditLog.id,
        AuditLog.user_id.label("user"),
        User.username,
        AuditLog.action,
        AuditLog.tournament_id,
        AuditLog.match_id,
        AuditLog.meta,
        AuditLog.created_at,
        AuditLog.ip,
    ).outerjoin(User, User.id == AuditLog.user_id)


def _wanted(tournament_id: int, filters: AuditFilters) -> Select:
    conditions = [AuditLog.tournament_id == tournament_id]
    if filters.actions is not None:
        conditions.append(AuditLog.action.in_(sorted(filters.actions)))
    if filters.match_id is not None:
        conditions.append(AuditLog.match_id == filters.match_id)
    if filters.match_number is not None:
        numbered = select(Match.id).where(
            Match.tournament_id == tournament_id, Match.match_number == filters.match_number
        )
        conditions.append(AuditLog.match_id.in_(numbered))
    if filters.username is not None:
        conditions.append(func.lower(User.username) == filters.username.lower())
    if filters.participant_id is not None:
        conditions.append(_concerns(tournament_id, filters.participant_id))
    if filters.since is not None:
        conditions.append(AuditLog.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(AuditLog.created_at <= filters.until)
    for word in filters.text.split()[:MOST_WORDS]:
        named = (filters.named_actions or {}).get(word, frozenset())
        conditions.append(_has_word(tournament_id, word, named))
    return rows_select().where(*conditions)


def _concerns(tournament_id: int, participant_id: int) -> ColumnElement[bool]:
    played = select(Match.id).where(
        Match.tournament_id == tournament_id,
        or_(Match.participant1_id == participant_id, Match.participant2_id == participant_id),
    )
    entered = (AuditLog.action == AuditAction.PARTICIPANT_CREATE) & lists(
        AuditLog.meta, "participant_ids", participant_id
    )
    is_about = AuditLog.meta["participant_id"].as_integer() == participant_id
    return or_(AuditLog.match_id.in_(played), is_about, entered)


def _has_word(tournament_id: int, word: str, named: frozenset[str]) -> ColumnElement[bool]:
    named_sides = select(_Side.id).where(
        _Side.tournament_id == tournament_id, _Side.name.icontains(word, autoescape=True)
    )
    played = select(Match.id).where(
        Match.tournament_id == tournament_id,
        or_(Match.participant1_id.in_(named_sides), Match.participant2_id.in_(named_sides)),
    )
    return or_(
        AuditLog.action.icontains(word, autoescape=True),
        AuditLog.action.in_(sorted(named)),
        User.username.icontains(word, autoescape=True),
        AuditLog.match_id.in_(played),
        has_text(AuditLog.meta, word),
    )


_Side = aliased(Participant)


def _document(row: Mapping, shows_ip: bool) -> dict:
    document = {**row, "created_at": iso(row["created_at"]), "username": row["username"] or ""}
    if not shows_ip:
        del document["ip"]
    return document
