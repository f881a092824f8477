"""One match in full, as one actor may see it; what happened to it; the versions of its result."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Integer, and_, bindparam, or_, select

from app.domain.lobby import SCHEMAS, sees_secrets
from app.domain.permissions import Actor, Permission, may
from app.domain.words import say
from app.extensions import db
from app.models import (
    AuditLog,
    Dispute,
    Match,
    MatchResult,
    ScheduleBatch,
    ScheduleBatchItem,
    Station,
    Tournament,
    User,
)
from app.services import access
from app.services.audit import AuditAction
from app.services.match_changes import iso
from app.services.prepared import Prepared

from .lobbies import LOBBY_COLUMNS, REVEAL_COLUMNS, lobby_of
from .match_list import row_select, with_state_display

# What an audit row's meta may tell to those who may see the match, but not all of its history.
_PLACED = (
    "kind",
    "old_scheduled_time",
    "new_scheduled_time",
    "old_station_name",
    "new_station_name",
)
_PUBLIC_META = {
    "SCHEDULE_CHANGE": _PLACED,
    "SCHEDULE_UNDO": _PLACED,
    "MATCH_BULK_SCHEDULE": ("old_scheduled_time", "new_scheduled_time"),
    "MATCH_BULK_UNDO": ("old_scheduled_time", "new_scheduled_time"),
    "MATCH_CREATE": ("scheduled_time",),
    "MATCH_SCHEDULE": ("old_scheduled_time", "new_scheduled_time"),
    "MATCH_CHECK_IN": ("participant_id",),
    "MATCH_CALL": ("station_name",),
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
# What the coordinator said to it, for whoever may see the match's whole history.
_ANSWER = ("coordinator_answer", "coordinator_note")
# The public row; the rest of the match; the result that now stands or waits; what the roles depend on.
_DOCUMENT = Prepared(
    row_select(
        Tournament.slug.label("tournament_slug"),
        Match.loser_id,
        Match.original_time,
        Match.check_in_deadline,
        Match.called_at,
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
        *(getattr(Match, name) for name in (*_ANSWER, *LOBBY_COLUMNS)),
        Tournament.game,
        *(getattr(Tournament, name) for name in REVEAL_COLUMNS),
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


def match_document(actor: Actor, match_id: int, now: datetime, *, deleted: bool = False) -> dict:
    """The full match as the actor may see it now; raises NotFound."""
    row = _DOCUMENT.first({"match_id": match_id, "user_id": actor.user_id})
    roles = access.check_subject(actor, row, Permission.MATCH_VIEW, deleted=deleted)
    lobby = lobby_of(row, now)
    own = row.pop("lobby")
    for name in (*LOBBY_COLUMNS, *REVEAL_COLUMNS):
        row.pop(name, None)
    answer = {name: row.pop(name) for name in _ANSWER}
    game, (submitted_by, submitted_at) = row.pop("game"), (row.pop(name) for name in _RESULT)
    document = with_state_display(row)
    sees_lobby = sees_secrets(roles, lobby.reveal)
    document["lobby_info"] = lobby.whole if sees_lobby else lobby.public
    document["result"] = submitted_at and {"submitted_by": submitted_by, "submitted_at": submitted_at}
    sees_dispute = may(roles, Permission.DISPUTE_VIEW)
    document["dispute"] = _OPEN_DISPUTE.first({"match_id": match_id}) if sees_dispute else None
    if sees_lobby:
        document["lobby_missing"] = list(SCHEMAS[game].missing(own))
    elif may(roles, Permission.MATCH_LOBBY_VIEW):
        document["lobby_reveal"] = {"reason": lobby.reveal.reason, "at": iso(lobby.reveal.at)}
    if may(roles, Permission.MATCH_HISTORY_VIEW):
        document |= answer
    return document


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
    if not may(access.check_match(actor, match_id), Permission.MATCH_HISTORY_VIEW):
        return list_public_history(match_id)
    return _entries(match_id)


def list_public_history(match_id: int) -> list[dict]:
    """The part that everyone may see who may see the match, which is not asked here."""
    return [_public_entry(entry) for entry in _entries(match_id) if entry["action"] in _PUBLIC_META]


def _entries(match_id: int) -> list[dict]:
    entries = [*_HISTORY.documents({"match_id": match_id}), *_from_batches(match_id)]
    for entry in entries:
        entry["username"] = entry["username"] or ""
    return sorted(entries, key=lambda entry: entry["id"])


def _public_entry(entry: dict) -> dict:
    meta, keys = entry["meta"], _PUBLIC_META[entry["action"]]
    return entry | {"user": None, "username": "", "meta": {key: meta[key] for key in keys if key in meta}}


_ENTRY = (
    AuditLog.id,
    AuditLog.action,
    AuditLog.created_at,
    AuditLog.user_id.label("user"),
    User.username,
)
_HISTORY = Prepared(
    select(*_ENTRY, AuditLog.meta)
    .outerjoin(User, User.id == AuditLog.user_id)
    .where(AuditLog.match_id == bindparam("match_id", type_=Integer))
    .order_by(AuditLog.id)
)
_BATCHES = Prepared(
    select(
        *_ENTRY,
        ScheduleBatch.kind,
        ScheduleBatchItem.before,
        ScheduleBatchItem.new_time,
        ScheduleBatchItem.new_station_id,
    )
    .select_from(ScheduleBatchItem)
    .join(ScheduleBatch, ScheduleBatch.id == ScheduleBatchItem.batch_id)
    .join(AuditLog, or_(AuditLog.id == ScheduleBatch.audit_id, AuditLog.id == ScheduleBatch.undo_audit_id))
    .outerjoin(User, User.id == AuditLog.user_id)
    .where(ScheduleBatchItem.match_id == bindparam("match_id", type_=Integer))
)
_UNDOES = (AuditAction.MATCH_BULK_UNDO, AuditAction.SCHEDULE_UNDO)


def _from_batches(match_id: int) -> list[dict]:
    """The match's part of the versions that moved it: each is one audit row, and names no single match."""
    entries = _BATCHES.documents({"match_id": match_id})
    ids = {id_ for one in entries for id_ in (one["before"].get("station_id"), one["new_station_id"])} - {
        None
    }
    names: dict[int, str] = {}
    if ids:
        rows = db.session.execute(select(Station.id, Station.name).where(Station.id.in_(ids)))
        names = dict(rows.tuples().all())
    for entry in entries:
        entry["meta"] = _part_of_version(entry, names)
    return entries


def _part_of_version(entry: dict, names: Mapping[int, str]) -> dict:
    """What the version did to the match, out of the entry: its times, and its stations where they differ."""
    kind, before, new_station = entry.pop("kind"), entry.pop("before"), entry.pop("new_station_id")
    old = before["scheduled_time"]
    times = [iso(datetime.fromisoformat(old)) if old else None, entry.pop("new_time")]
    # The first versions knew of times only.
    stations = [before.get("station_id", new_station), new_station]
    if entry["action"] in _UNDOES:
        times.reverse()
        stations.reverse()
    meta = {"old_scheduled_time": times[0], "new_scheduled_time": times[1]}
    if stations[0] != stations[1]:
        told = ["" if id_ is None else names.get(id_, say("a station of before")) for id_ in stations]
        meta |= {"old_station_name": told[0], "new_station_name": told[1]}
    return meta if kind == "bulk" else {"kind": kind, **meta}
