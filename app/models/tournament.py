"""Tournaments, who runs them, who enters them, and the brackets in which the entrants meet."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.lobby import GAMES
from app.extensions import db

from .accounts import User
from .types import JsonDocument, UtcDateTime, utc_now

TOURNAMENT_STATUSES = ("draft", "upcoming", "live", "completed", "cancelled")
NO_SHOW_POLICIES = ("flag", "forfeit")
CONFLICT_POLICIES = ("warn", "refuse")
BRACKET_FORMATS = ("single_elimination", "double_elimination", "round_robin", "swiss")
BRACKET_STATUSES = ("ready", "live", "completed")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a CHECK that the column has one of the values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Tournament(db.Model):
    """A tournament with its settings. `event_seq` counts its events, without gaps.

    `revision` counts the commits that changed anything in it, told or not. `match_count` is how many matches
    it has that are not deleted, kept by the database itself: lists would have to count them all.
    """

    __tablename__ = "tournaments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    game: Mapped[str] = mapped_column(String(20), default="generic")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_public: Mapped[bool] = mapped_column(default=True)
    enable_check_in: Mapped[bool] = mapped_column(default=True)
    check_in_window_minutes: Mapped[int] = mapped_column(default=30)
    no_show_policy: Mapped[str] = mapped_column(String(10), default="flag")
    conflict_policy: Mapped[str] = mapped_column(String(10), default="warn")
    match_minutes: Mapped[int] = mapped_column(default=60)
    rest_minutes: Mapped[int] = mapped_column(default=0)
    best_of: Mapped[int] = mapped_column(default=1)
    coordinators_run_matches: Mapped[bool] = mapped_column(default=False)
    require_lobby: Mapped[bool] = mapped_column(default=False)
    dispute_window_minutes: Mapped[int] = mapped_column(default=0)
    auto_confirm_minutes: Mapped[int | None]
    # From when on the sides of a match see its lobby.
    lobby_reveal: Mapped[str] = mapped_column(String(16), default="at_once", server_default="at_once")
    lobby_reveal_minutes: Mapped[int] = mapped_column(default=15, server_default=text("15"))
    # What the big screens say, beside the matches.
    announcement: Mapped[str] = mapped_column(String(280), default="", server_default="")
    # A copy to train with: its people see it, nobody else ever does.
    is_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    status: Mapped[str] = mapped_column(String(10), default="upcoming")
    organizer_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    board_key_hash: Mapped[str | None] = mapped_column(String(64))
    # Where an importer found it, so that the same file read again finds the same tournament.
    source_key: Mapped[str | None] = mapped_column(String(200), index=True)
    event_seq: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    match_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    version: Mapped[int] = mapped_column(default=1)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    organizer: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint(one_of("game", GAMES), name="game_known"),
        CheckConstraint(one_of("status", TOURNAMENT_STATUSES), name="status_known"),
        CheckConstraint(one_of("no_show_policy", NO_SHOW_POLICIES), name="no_show_policy_known"),
        CheckConstraint(one_of("conflict_policy", CONFLICT_POLICIES), name="conflict_policy_known"),
        CheckConstraint("best_of IN (1, 3, 5, 7)", name="best_of_known"),
        CheckConstraint(
            "check_in_window_minutes >= 0 AND match_minutes > 0 AND rest_minutes >= 0 "
            "AND dispute_window_minutes >= 0 AND (auto_confirm_minutes IS NULL OR auto_confirm_minutes > 0)",
            name="minutes_sensible",
        ),
    )


class TournamentStaff(db.Model):
    """A user who helps to run a tournament, beside the one who created it."""

    __tablename__ = "tournament_staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="organizer")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    user: Mapped[User] = relationship()

    __table_args__ = (
        UniqueConstraint("tournament_id", "user_id"),
        CheckConstraint("role = 'organizer'", name="role_known"),
    )


class Participant(db.Model):
    """An entrant: a team or a single player, with the users who are its members."""

    __tablename__ = "participants"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    name: Mapped[str] = mapped_column(String(100))
    seed: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    members: Mapped[list["ParticipantMember"]] = relationship(
        order_by="ParticipantMember.id", back_populates="participant"
    )

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("seed IS NULL OR seed > 0", name="seed_positive"),
        Index("uq_participants_tournament_name", "tournament_id", func.lower(name), unique=True),
        Index("ix_participants_tournament_seed", "tournament_id", "seed", "id"),
    )


class ParticipantMember(db.Model):
    """A user who plays for a participant."""

    __tablename__ = "participant_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)

    participant: Mapped[Participant] = relationship(back_populates="members")
    user: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("participant_id", "user_id"),)


class ParticipantInvite(db.Model):
    """A revocable link by which a signed-in user becomes a member of a participant."""

    __tablename__ = "participant_invites"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    participant: Mapped[Participant] = relationship()


class Station(db.Model):
    """Where a match is played: a court, a server, a stage.

    `stream_url` is where everything that is played here can be watched. `time_zone` is set where the station
    lies in another zone than its tournament.
    """

    __tablename__ = "stations"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    name: Mapped[str] = mapped_column(String(80))
    stream_url: Mapped[str] = mapped_column(String(200), default="", server_default="")
    time_zone: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    hours: Mapped[list["StationHours"]] = relationship(
        order_by="StationHours.starts_at", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        Index("uq_stations_tournament_name", "tournament_id", func.lower(name), unique=True),
    )


class StationHours(db.Model):
    """From when to when a station can be used. One without any can be used always."""

    __tablename__ = "station_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_later"),)


class ScheduleBreak(db.Model):
    """A pause of the tournament, or of one station: lunch, a ceremony."""

    __tablename__ = "schedule_breaks"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("ends_at > starts_at", name="ends_later"),
    )


class Bracket(db.Model):
    """A stage of a tournament, whatever its format; `options` as the contract names them."""

    __tablename__ = "brackets"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    format: Mapped[str] = mapped_column(String(20))
    options: Mapped[dict] = mapped_column(JsonDocument, default=dict)
    status: Mapped[str] = mapped_column(String(10), default="ready")
    champion_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"))
    # Whoever joins the tournament later plays the later rounds too (of Swiss).
    is_open: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_deleted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint(one_of("format", BRACKET_FORMATS), name="format_known"),
        CheckConstraint(one_of("status", BRACKET_STATUSES), name="status_known"),
    )


class BracketEntrant(db.Model):
    """A participant of a bracket with its seed there, and its group where there are groups."""

    __tablename__ = "bracket_entrants"

    id: Mapped[int] = mapped_column(primary_key=True)
    bracket_id: Mapped[int] = mapped_column(ForeignKey("brackets.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    seed: Mapped[int]
    group_name: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        UniqueConstraint("bracket_id", "participant_id"),
        UniqueConstraint("bracket_id", "seed"),
        CheckConstraint("seed > 0", name="seed_positive"),
    )
