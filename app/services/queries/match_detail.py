"""One match in full, as one actor may see it; what happened to it; the versions of its result."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select

from app.domain.errors import NotFound
from app.domain.lobby import SCHEMAS, public_part
from app.domain.permissions import Actor, Permission, may
from app.extensions import db
from app.models import (
    AuditLog,
    Dispute,
    Match,
    MatchResult,
    ScheduleBatch,
    ScheduleBatchItem,
    Tournament,
    User,
)
from app.services import access
from app.services.audit import AuditAction
from app.services.match_changes import iso
from app.services.prepared import Prepared

from .match_list import row_select, with_state_display

# What an audit row's meta may tell to those who may see the match, but not all of its history.
_PUBLIC_META = {
    "MATCH_CREATE": ("scheduled_time",),
    "MATCH_SCHEDULE": ("old_scheduled_time", "new_scheduled_time"),
    "MATCH_CHECK_IN": ("participant_id",),
    "MATCH_START": (),
    "MATCH_UNDO_START": (),
    "MATCH_CANCEL": (),
    "MATCH_FORFEIT": ("participant_id",),
    "MATCH_REOPEN": (),
    "MATCH_RESTORE": (),
    "RESULT_RESTORE": (),
    "RESULT_SUBMIT": ("participant1_score", "participant2_score", "submitted_by", "final"),
    "RESULT_CONFIRM": ("participant1_score", "participant2_score", "submitted_by", "final"),
    "DISPUTE_CREATE": (),
    "DISPUTE_RESOLVE": ("decision",),
}


_RESULT = ("result_submitted_by", "result_submitted_at")
# What a lobby is told with, beside its own keys, and the lobby.
LOBBY_COLUMNS = ("coordinator_assigned_at", "coordinator_assigned_by_id", "lobby_updated_at", "lobby")
# The public row; the rest of the match; the result that now stands or waits; what the roles depend on.
_DOCUMENT = Prepared(
    row_select(
        Tournament.slug.label("tournament_slug"),
        Match.loser_id,
        Match.check_in_deadline,
        Match.participant1_checked_in,
        Match.participant2_checked_in,
        Match.stream_url,
        Match.coordinator_id,
        Match.station_id,
        Match.best_of,
        Match.game_scores,
        Match.tiebreak,
        Match.created_at,
        Match.updated_at,
        Match.version,
        *(getattr(Match, name) for name in LOBBY_COLUMNS),
        Tournament.game,
        MatchResult.submitted_by_id.label(_RESULT[0]),
        MatchResult.submitted_at.label(_RESULT[1]),
        *access.SUBJECT,
    )
    .outerjoin(
        MatchResult,
        and_(
            MatchResult.match_id == Match.id,
            or_(MatchResult.status == "pending", MatchResult.status == "final"),
        ),
    )
    .where(Match.id == bindparam("match_id"))
    .order_by(MatchResult.n.desc())
    .limit(1)
)
_OPEN_DISPUTE = Prepared(
    select(
        Dispute.id,
        Dispute.reason,
        Dispute.description,
        Dispute.reported_by_id.label("reported_by"),
        Dispute.evidence_url,
        Dispute.created_at,
    ).where(Dispute.match_id == bindparam("match_id"), Dispute.resolved_at.is_(None))
)


def match_document(actor: Actor, match_id: int, *, deleted: bool = False) -> dict:
    """The full match as the actor may see it; raises NotFound."""
    row = _DOCUMENT.first({"match_id": match_id, "user_id": actor.user_id})
    if row is None:
        raise NotFound
    subject = {
        name.removeprefix(access.SUBJECT_PREFIX): row.pop(name)
        for name in list(row)
        if name.startswith(access.SUBJECT_PREFIX)
    }
    roles = access.check_subject(actor, subject, Permission.MATCH_VIEW, deleted=deleted)
    beside = {name: row.pop(name) for name in LOBBY_COLUMNS}
    game, (submitted_by, submitted_at) = row.pop("game"), (row.pop(name) for name in _RESULT)
    document = with_state_display(row)
    sees_lobby = may(roles, Permission.MATCH_LOBBY_VIEW)
    lobby = beside["lobby"]
    document["lobby_info"] = full_lobby({**document, **beside}) if sees_lobby else public_part(lobby)
    document["result"] = submitted_at and {"submitted_by": submitted_by, "submitted_at": submitted_at}
    sees_dispute = may(roles, Permission.DISPUTE_VIEW)
    document["dispute"] = _OPEN_DISPUTE.first({"match_id": match_id}) if sees_dispute else None
    if sees_lobby:
        document["lobby_missing"] = list(SCHEMAS[game].missing(lobby))
    return document


def full_lobby(row: Mapping) -> dict:
    """The lobby with its secrets, and what Matchdesk keeps beside it.

    The row has these columns of the match (times as text): LOBBY_COLUMNS, `coordinator_id`.
    """
    lobby = dict(row["lobby"])
    if row["coordinator_id"] is not None:
        lobby["coordinator_id"] = row["coordinator_id"]
        lobby["coordinator_assigned_at"] = row["coordinator_assigned_at"]
        lobby["coordinator_assigned_by"] = row["coordinator_assigned_by_id"]
    if row["lobby_updated_at"] is not None:
        lobby["updated_at"] = row["lobby_updated_at"]
    return lobby


def list_results(actor: Actor, match_id: int) -> list[dict]:
    """All versions of the match's result, oldest first; notes and evidence for those who may see them."""
    found = access.get_match(actor, match_id, Permission.RESULT_VIEW)
    rows = db.session.scalars(
        select(MatchResult).where(MatchResult.match_id == found.match.id).order_by(MatchResult.n)
    )
    return [
        {
            "n": row.n,
            "status": row.status,
            "participant1_score": row.participant1_score,
            "participant2_score": row.participant2_score,
            "game_scores": row.game_scores,
            "tiebreak": row.tiebreak,
            "winner_id": row.winner_id,
            "submitted_by": row.submitted_by_id,
            "submitted_at": iso(row.submitted_at),
            "confirmed_at": iso(row.confirmed_at),
            "notes": row.notes,
            "evidence_url": row.evidence_url,
        }
        for row in rows
    ]


def list_history(actor: Actor, match_id: int) -> list[dict]:
    """What happened to the match, oldest first: all of it for its staff, the public part for others."""
    found = access.get_match(actor, match_id)
    sees_all = found.may(Permission.MATCH_HISTORY_VIEW)
    statement = (
        select(
            AuditLog.id, AuditLog.action, AuditLog.created_at, AuditLog.meta, User.username, AuditLog.user_id
        )
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(AuditLog.match_id == match_id)
        .order_by(AuditLog.id)
    )
    if not sees_all:
        statement = statement.where(AuditLog.action.in_(sorted(_PUBLIC_META)))
    entries = [
        {
            "id": row.id,
            "action": row.action,
            "created_at": iso(row.created_at),
            "user": row.user_id if sees_all else None,
            "username": (row.username or "") if sees_all else "",
            "meta": row.meta if sees_all else _only(row.meta, _PUBLIC_META[row.action]),
        }
        for row in db.session.execute(statement)
    ]
    return sorted([*entries, *_from_batches(match_id, sees_all)], key=lambda entry: entry["id"])


def _only(meta: dict, keys: tuple[str, ...]) -> dict:
    return {key: meta[key] for key in keys if key in meta}


def _from_batches(match_id: int, sees_all: bool) -> list[dict]:
    """The match's part of the bulks that moved it: a bulk is one audit row, and names no single match."""
    rows = db.session.execute(
        select(AuditLog.id, AuditLog.action, AuditLog.created_at, AuditLog.user_id, User.username)
        .add_columns(ScheduleBatchItem.before, ScheduleBatchItem.new_time)
        .select_from(ScheduleBatchItem)
        .join(ScheduleBatch, ScheduleBatch.id == ScheduleBatchItem.batch_id)
        .join(AuditLog, AuditLog.id.in_([ScheduleBatch.audit_id, ScheduleBatch.undo_audit_id]))
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(ScheduleBatchItem.match_id == match_id)
    )
    entries = []
    for row in rows:
        old = datetime.fromisoformat(row.before["scheduled_time"]) if row.before["scheduled_time"] else None
        times = [iso(old), iso(row.new_time)]
        if row.action == AuditAction.MATCH_BULK_UNDO:
            times.reverse()
        entries.append(
            {
                "id": row.id,
                "action": row.action,
                "created_at": iso(row.created_at),
                "user": row.user_id if sees_all else None,
                "username": (row.username or "") if sees_all else "",
                "meta": {"old_scheduled_time": times[0], "new_scheduled_time": times[1]},
            }
        )
    return entries
