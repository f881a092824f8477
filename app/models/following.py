"""What users follow: calendar feeds, what they last saw of their matches, and screens in the hall."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db

from .tournament import one_of
from .types import UtcDateTime, utc_now

FEED_KINDS = ("participant", "coordinator", "station", "tournament")
_NOT_REVOKED = text("revoked_at IS NULL")


class CalendarFeed(db.Model):
    """A secret address under which a user's calendar reads matches, with their right at the time of reading.

    `subject_id` is the participant, station or tournament, or, for `coordinator`, the user.
    """

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(one_of("kind", FEED_KINDS), name="kind_known"),
        Index(
            "uq_calendar_feeds_live",
            "user_id",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=_NOT_REVOKED,
            postgresql_where=_NOT_REVOKED,
        ),
    )


class SeenMatch(db.Model):
    """When and where a match was when the user last looked at their matches."""

    __tablename__ = "seen_matches"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True)
    scheduled_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    station_id: Mapped[int | None]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LobbyView(db.Model):
    """That a user saw the lobby of a match as its secrets now are, and when first."""

    __tablename__ = "lobby_views"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Screen(db.Model):
    """A display in the hall or an overlay that reports while it is open; organizers send it messages."""

    __tablename__ = "screens"

    id: Mapped[int] = mapped_column(primary_key=True)
    tournament_id: Mapped[int] = mapped_column(ForeignKey("tournaments.id"))
    # What the screen itself made up, so that it is the same one when it comes back.
    key: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    kind: Mapped[str] = mapped_column(String(20), default="board", server_default="board")
    message: Mapped[str] = mapped_column(String(280), default="", server_default="")
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_screens_key", "tournament_id", "key", unique=True),)
