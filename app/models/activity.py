"""What was done (audit), what is told to subscribers (events), and bulk changes that can be undone."""

from datetime import datetime

from sqlalchemy import DDL, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db

from .accounts import User
from .types import JsonDocument, UtcDateTime, utc_now


class AuditLog(db.Model):
    """One change: who, what, to which match, when. Append-only, in the database too."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    tournament_id: Mapped[int | None] = mapped_column(ForeignKey("tournaments.id"))
    match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id"))
    meta: Mapped[dict] = mapped_column(JsonDocument, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str | None] = mapped_column(String(45))

    user: Mapped[User | None] = relationship()

    __table_args__ = (
        Index("ix_audit_log_tournament", "tournament_id", "id"),
        Index("ix_audit_log_match", "match_id", "id"),
    )


class Event(db.Model):
    """An event of a tournament, to be sent to its subscribers in the order of `seq`."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id"))
    is_private: Mapped[bool] = mapped_column(default=False)
    payload: Mapped[dict] = mapped_column(JsonDocument)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)

    __table_args__ = (UniqueConstraint("tournament_id", "seq"),)


class ScheduleBatch(db.Model):
    """A version of a tournament's schedule: what changed together, and can be taken back as a whole.

    `number` counts a tournament's versions from 1. `kind` says what made it: `bulk`, `edit`, `delay`, `auto`.
    """

    __tablename__ = "schedule_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="bulk", server_default="bulk")
    number: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"))
    undo_audit_id: Mapped[int | None] = mapped_column(ForeignKey("audit_log.id"))

    items: Mapped[list["ScheduleBatchItem"]] = relationship(order_by="ScheduleBatchItem.id")

    __table_args__ = (Index("uq_schedule_batches_number", "tournament_id", "number", unique=True),)


class ScheduleBatchItem(db.Model):
    """What a version did to one match: an undo puts `before` back, if the match was not changed since."""

    __tablename__ = "schedule_batch_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("schedule_batches.id", ondelete="CASCADE"), index=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    version_after: Mapped[int]
    before: Mapped[dict] = mapped_column(JsonDocument)
    new_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_station_id: Mapped[int | None]

    __table_args__ = (Index("ix_schedule_batch_items_match", "match_id"),)


# Not even a forgotten line of ours, or a hand at the database's prompt, rewrites what was done.
SQLITE_APPEND_ONLY = tuple(
    f"CREATE TRIGGER audit_log_no_{name} BEFORE {when} "
    "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
    for name, when in (
        ("update", "UPDATE ON audit_log"),
        ("delete", "DELETE ON audit_log"),
        # A REPLACE fires neither of those, unless the connection asks for recursive triggers.
        ("replace", "INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)"),
    )
)
POSTGRESQL_APPEND_ONLY = (
    "CREATE OR REPLACE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$",
    "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log "
    "FOR EACH ROW EXECUTE FUNCTION audit_log_append_only()",
    "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()",
)
for _statement in SQLITE_APPEND_ONLY:
    event.listen(AuditLog.__table__, "after_create", DDL(_statement).execute_if(dialect="sqlite"))
for _statement in POSTGRESQL_APPEND_ONLY:
    event.listen(AuditLog.__table__, "after_create", DDL(_statement).execute_if(dialect="postgresql"))
