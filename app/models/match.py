"""Matches, the versions of their results, and the disputes about them."""

from datetime import datetime

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    case,
    event,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.states import MatchState
from app.extensions import db

from .accounts import User
from .tournament import Bracket, Participant, Station, Tournament, one_of
from .types import JsonDocument, UtcDateTime, utc_now

SECTIONS = ("upper", "lower", "final", "third_place", "group", "swiss")
RESULT_STATUSES = ("pending", "final", "counter", "superseded", "withdrawn")
DISPUTE_REASONS = ("score_dispute", "wrong_winner", "cheating", "no_show", "technical", "other")
DISPUTE_DECISIONS = ("uphold", "correct", "replay", "void", "forfeit")
# SQLite takes a partial index only for a condition in the very words in which queries bring it.
NOT_DELETED = {"sqlite_where": text("is_deleted = 0"), "postgresql_where": text("NOT is_deleted")}


class Match(db.Model):
    """A match of two sides, each known or still open.

    `winner_to` and `loser_to` name the match and the slot (1 or 2) that this match feeds.
    `slot1_label` and `slot2_label` say what an open side waits for, where no feeder tells it.
    """

    __tablename__ = "matches"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    bracket_id: Mapped[int | None] = mapped_column(ForeignKey("brackets.id"))
    section: Mapped[str] = mapped_column(String(12), default="upper")
    group_name: Mapped[str] = mapped_column(String(40), default="")
    round_number: Mapped[int] = mapped_column(default=1)
    match_number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(14), default=MatchState.SCHEDULED)

    participant1_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    participant2_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    slot1_label: Mapped[str] = mapped_column(String(80), default="")
    slot2_label: Mapped[str] = mapped_column(String(80), default="")
    # True where nobody will come: a bye. The other side, once known, walks over.
    slot1_bye: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    slot2_bye: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Which place of another bracket's table fills the slot: `{"bracket", "group", "rank", "best"}`.
    slot1_source: Mapped[dict | None] = mapped_column(JsonDocument)
    slot2_source: Mapped[dict | None] = mapped_column(JsonDocument)
    participant1_checked_in: Mapped[bool] = mapped_column(default=False)
    participant2_checked_in: Mapped[bool] = mapped_column(default=False)

    best_of: Mapped[int] = mapped_column(default=1)
    participant1_score: Mapped[int | None]
    participant2_score: Mapped[int | None]
    game_scores: Mapped[list] = mapped_column(JsonDocument, default=list)
    tiebreak: Mapped[dict | None] = mapped_column(JsonDocument)
    winner_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    loser_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))

    winner_to_match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id", ondelete="SET NULL"))
    winner_to_slot: Mapped[int | None]
    loser_to_match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id", ondelete="SET NULL"))
    loser_to_slot: Mapped[int | None]

    scheduled_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Where a delay moved it: the time that was planned. A plain rescheduling is a new plan.
    original_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    check_in_deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its sides were asked to come to the station.
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    no_show_flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id", ondelete="SET NULL"))
    stream_url: Mapped[str] = mapped_column(String(200), default="")
    lobby: Mapped[dict] = mapped_column(JsonDocument, default=dict)
    lobby_updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    coordinator_assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    coordinator_assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # What the coordinator said to it: empty, `accepted`, or `hand_over`, with a note to the organizers.
    coordinator_answer: Mapped[str] = mapped_column(String(10), default="", server_default="")
    coordinator_note: Mapped[str] = mapped_column(String(200), default="", server_default="")

    # Where an importer found it, so that the same file read again finds the same match.
    source_key: Mapped[str | None] = mapped_column(String(80))
    # What that file last said of it: a value that differs from this was changed by hand since.
    source_values: Mapped[dict | None] = mapped_column(JsonDocument)
    version: Mapped[int] = mapped_column(default=1)
    is_deleted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    tournament: Mapped[Tournament] = relationship()
    bracket: Mapped[Bracket | None] = relationship()
    participant1: Mapped[Participant | None] = relationship(foreign_keys=[participant1_id])
    participant2: Mapped[Participant | None] = relationship(foreign_keys=[participant2_id])
    station: Mapped[Station | None] = relationship()
    coordinator: Mapped[User | None] = relationship(foreign_keys=[coordinator_id])

    __table_args__ = (
        CheckConstraint(one_of("state", tuple(MatchState)), name="state_known"),
        CheckConstraint(one_of("section", SECTIONS), name="section_known"),
        CheckConstraint("round_number > 0 AND match_number > 0", name="numbers_positive"),
        CheckConstraint("best_of IN (1, 3, 5, 7)", name="best_of_known"),
        CheckConstraint(
            "(participant1_score IS NULL OR participant1_score >= 0)"
            " AND (participant2_score IS NULL OR participant2_score >= 0)",
            name="scores_not_negative",
        ),
        CheckConstraint(
            "state <> 'COMPLETED' OR winner_id IS NOT NULL OR participant1_score = participant2_score"
            " OR participant1_id IS NULL OR participant2_id IS NULL",
            name="completed_is_decided",
        ),
        CheckConstraint(
            "winner_id IS NULL OR winner_id = participant1_id OR winner_id = participant2_id",
            name="winner_is_a_side",
        ),
        CheckConstraint(
            "loser_id IS NULL OR ((loser_id = participant1_id OR loser_id = participant2_id)"
            " AND (winner_id IS NULL OR loser_id <> winner_id))",
            name="loser_is_the_other_side",
        ),
        CheckConstraint(
            "participant1_id IS NULL OR participant2_id IS NULL OR participant1_id <> participant2_id",
            name="sides_differ",
        ),
        CheckConstraint(
            "(participant1_id IS NOT NULL AND participant2_id IS NOT NULL)"
            " OR state NOT IN ('READY', 'LIVE', 'PENDING_RESULT', 'DISPUTED')",
            name="open_side_never_ready",
        ),
        CheckConstraint(
            "(participant1_id IS NULL OR NOT slot1_bye) AND (participant2_id IS NULL OR NOT slot2_bye)",
            name="bye_is_nobody",
        ),
        CheckConstraint(
            "(winner_to_slot IS NULL OR winner_to_slot IN (1, 2))"
            " AND (loser_to_slot IS NULL OR loser_to_slot IN (1, 2))",
            name="slots_known",
        ),
        Index(
            "uq_matches_bracket_number",
            "bracket_id",
            "match_number",
            unique=True,
            **NOT_DELETED,
        ),
        *(
            Index(f"ix_matches_{name}", *columns, **NOT_DELETED)
            for name, columns in {
                "created": ("created_at", "id"),
                "scheduled": ("scheduled_time", "id"),
                "tournament_created": ("tournament_id", "created_at", "id"),
                "tournament_scheduled": ("tournament_id", "scheduled_time", "id"),
                "tournament_state": ("tournament_id", "state", "scheduled_time", "id"),
                "state_scheduled": ("state", "scheduled_time", "id"),
                "state_created": ("state", "created_at", "id"),
                "round": ("round_number", "id"),
                "participant1": ("participant1_id",),
                "participant2": ("participant2_id",),
                "station": ("station_id",),
                "winner_to": ("winner_to_match_id",),
                "loser_to": ("loser_to_match_id",),
            }.items()
        ),
    )


# The place of a state in a match's life, for sorting by it in the database.
STATE_ORDER = case({str(state): place for place, state in enumerate(MatchState)}, value=Match.state, else_=99)


# Where a match can be watched: by its own stream, or else by that of its station, which must be joined.
SHOWN_STREAM = func.coalesce(func.nullif(Match.stream_url, ""), Station.stream_url, "").label("stream_url")


class MatchResult(db.Model):
    """One version of a match's result: who said what, and when. `n` counts from 1 in a match.

    A submitted one is `pending` until it is `final`, replaced (`superseded`) or taken back (`withdrawn`);
    a `counter` is what the opponent said instead, and led to a dispute.
    """

    __tablename__ = "match_results"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    n: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    participant1_score: Mapped[int]
    participant2_score: Mapped[int]
    game_scores: Mapped[list] = mapped_column(JsonDocument, default=list)
    tiebreak: Mapped[dict | None] = mapped_column(JsonDocument)
    winner_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    notes: Mapped[str] = mapped_column(String(1000), default="")
    evidence_url: Mapped[str] = mapped_column(String(200), default="")
    # The side that submitted it; null for an organizer.
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    submitted_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("match_id", "n"),
        CheckConstraint(one_of("status", RESULT_STATUSES), name="status_known"),
        CheckConstraint("participant1_score >= 0 AND participant2_score >= 0", name="scores_not_negative"),
    )


class Dispute(db.Model):
    """A side's objection to a result; a match has at most one that is open."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    # The side that objects; null for an organizer.
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    reported_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(String(2000), default="")
    evidence_url: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(10))
    resolution_notes: Mapped[str] = mapped_column(String(2000), default="")
    resolved_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(one_of("reason", DISPUTE_REASONS), name="reason_known"),
        CheckConstraint(
            f"decision IS NULL OR {one_of('decision', DISPUTE_DECISIONS)}", name="decision_known"
        ),
        CheckConstraint("(decision IS NULL) = (resolved_at IS NULL)", name="resolved_has_decision"),
        Index(
            "uq_disputes_open",
            "match_id",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_disputes_tournament", "tournament_id", "resolved_at", "id"),
        Index("ix_disputes_match", "match_id"),
    )


_COUNT = "UPDATE tournaments SET match_count = match_count"
SQLITE_COUNTS_MATCHES = tuple(
    f"CREATE TRIGGER matches_counted_{name} AFTER {when} BEGIN {_COUNT} {change}; END"
    for name, when, change in (
        ("insert", "INSERT ON matches WHEN NOT NEW.is_deleted", "+ 1 WHERE id = NEW.tournament_id"),
        ("delete", "DELETE ON matches WHEN NOT OLD.is_deleted", "- 1 WHERE id = OLD.tournament_id"),
        (
            "update",
            "UPDATE OF is_deleted ON matches WHEN OLD.is_deleted <> NEW.is_deleted",
            "+ OLD.is_deleted - NEW.is_deleted WHERE id = NEW.tournament_id",
        ),
    )
)
# PostgreSQL writes a new version of a row for each change to it: a thousand new matches count as one.
POSTGRESQL_COUNTS_MATCHES = (
    "CREATE OR REPLACE FUNCTION matches_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE tournaments SET match_count = match_count + added.n "
    "FROM (SELECT tournament_id, count(*) AS n FROM new_matches "
    "WHERE NOT is_deleted GROUP BY tournament_id) AS added WHERE id = added.tournament_id; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER matches_counted_insert AFTER INSERT ON matches "
    "REFERENCING NEW TABLE AS new_matches FOR EACH STATEMENT EXECUTE FUNCTION matches_added()",
    "CREATE OR REPLACE FUNCTION matches_recounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"{_COUNT} + CASE WHEN TG_OP = 'UPDATE' AND OLD.is_deleted THEN 1 ELSE -1 END "
    "WHERE id = OLD.tournament_id; RETURN NULL; END $$",
    "CREATE TRIGGER matches_counted_update AFTER UPDATE OF is_deleted ON matches FOR EACH ROW "
    "WHEN (OLD.is_deleted <> NEW.is_deleted) EXECUTE FUNCTION matches_recounted()",
    "CREATE TRIGGER matches_counted_delete AFTER DELETE ON matches FOR EACH ROW "
    "WHEN (NOT OLD.is_deleted) EXECUTE FUNCTION matches_recounted()",
)
for _statement in SQLITE_COUNTS_MATCHES:
    event.listen(Match.__table__, "after_create", DDL(_statement).execute_if(dialect="sqlite"))
for _statement in POSTGRESQL_COUNTS_MATCHES:
    event.listen(Match.__table__, "after_create", DDL(_statement).execute_if(dialect="postgresql"))
