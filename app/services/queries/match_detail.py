"""One match in full, as one actor may see it; what happened to it; the versions of its result."""

from datetime import datetime

from sqlalchemy import and_, bindparam, select

from app.domain.lobby import SCHEMAS, public_part
from app.domain.permissions import Actor, Permission
from app.extensions import db
from app.models import AuditLog, Dispute, Match, MatchResult, ScheduleBatch, ScheduleBatchItem, User
from app.services import access
from app.services.access import MatchAccess
from app.services.audit import AuditAction
from app.services.match_changes import iso

from .match_list import row_document, row_select

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


# The public row, and last the two columns of the result that now stands or waits.
_ROW_AND_RESULT = (
    row_select(MatchResult.submitted_by_id, MatchResult.submitted_at)
    .outerjoin(
        MatchResult, and_(MatchResult.match_id == Match.id, MatchResult.status.in_(["pending", "final"]))
    )
    .where(Match.id == bindparam("match_id"))
    .order_by(MatchResult.n.desc())
    .limit(1)
)


def match_document(actor: Actor, match_id: int, *, deleted: bool = False) -> dict:
    """The full match as the actor may see it; raises NotFound."""
    return document_of(access.get_match(actor, match_id, deleted=deleted))


def document_of(found: MatchAccess) -> dict:
    """The full match as the owner of this access may see it."""
    match, tournament = found.match, found.tournament
    row = dict(db.session.execute(_ROW_AND_RESULT, {"match_id": match.id}).mappings().one())
    submitted_by, submitted_at = row.pop("submitted_by_id"), row.pop("submitted_at")
    sees_lobby = found.may(Permission.MATCH_LOBBY_VIEW)
    document = row_document(row) | {
        "tournament_slug": tournament.slug,
        "loser_id": match.loser_id,
        "check_in_deadline": iso(match.check_in_deadline),
        "participant1_checked_in": match.participant1_checked_in,
        "participant2_checked_in": match.participant2_checked_in,
        "lobby_info": full_lobby(match) if sees_lobby else public_part(match.lobby),
        "stream_url": match.stream_url,
        "coordinator_id": match.coordinator_id,
        "station_id": match.station_id,
        "best_of": match.best_of,
        "game_scores": match.game_scores,
        "tiebreak": match.tiebreak,
        "created_at": iso(match.created_at),
        "updated_at": iso(match.updated_at),
        "version": match.version,
        "result": submitted_at and {"submitted_by": submitted_by, "submitted_at": iso(submitted_at)},
        "dispute": _dispute(match) if found.may(Permission.DISPUTE_VIEW) else None,
    }
    if sees_lobby:
        document["lobby_missing"] = list(SCHEMAS[tournament.game].missing(match.lobby))
    return document


def full_lobby(match: Match) -> dict:
    """The lobby with its secrets, and what Matchdesk keeps beside it."""
    lobby = dict(match.lobby)
    if match.coordinator_id is not None:
        lobby["coordinator_id"] = match.coordinator_id
        lobby["coordinator_assigned_at"] = iso(match.coordinator_assigned_at)
        lobby["coordinator_assigned_by"] = match.coordinator_assigned_by_id
    if match.lobby_updated_at is not None:
        lobby["updated_at"] = iso(match.lobby_updated_at)
    return lobby


def _dispute(match: Match) -> dict | None:
    dispute = find_open_dispute(match.id)
    if dispute is None:
        return None
    return {
        "id": dispute.id,
        "reason": dispute.reason,
        "description": dispute.description,
        "reported_by": dispute.reported_by_id,
        "evidence_url": dispute.evidence_url,
        "created_at": iso(dispute.created_at),
    }


def find_open_dispute(match_id: int) -> Dispute | None:
    """The match's dispute that nobody has ruled on yet."""
    return db.session.scalar(
        select(Dispute).where(Dispute.match_id == match_id, Dispute.resolved_at.is_(None))
    )


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
