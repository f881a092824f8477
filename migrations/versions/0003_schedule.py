"""the schedule: hours of stations, breaks, numbered versions, delays, calls, calendar feeds"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _text(name, length):
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


ADDED = {
    "stations": lambda: (_text("stream_url", 200), sa.Column("time_zone", sa.String(64))),
    "matches": lambda: (
        sa.Column("original_time", _TIME),
        sa.Column("called_at", _TIME),
        _text("coordinator_answer", 10),
        _text("coordinator_note", 200),
    ),
    "schedule_batches": lambda: (
        sa.Column("kind", sa.String(10), server_default="bulk", nullable=False),
        sa.Column("number", sa.Integer()),
    ),
    "schedule_batch_items": lambda: (sa.Column("new_station_id", sa.Integer()),),
}


def upgrade():
    for table, columns in ADDED.items():
        for column in columns():
            op.add_column(table, column)
    op.create_index(
        "uq_schedule_batches_number", "schedule_batches", ["tournament_id", "number"], unique=True
    )
    with op.batch_alter_table("schedule_batch_items") as table:
        table.alter_column("new_time", existing_type=_TIME, nullable=True)
    # The bulks of old are the first versions.
    op.execute(
        "UPDATE schedule_batches SET number = (SELECT count(*) FROM schedule_batches AS earlier "
        "WHERE earlier.tournament_id = schedule_batches.tournament_id AND earlier.id <= schedule_batches.id)"
    )
    op.create_table(
        "station_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_station_hours_ends_later")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"],
            name=op.f("fk_station_hours_station_id_stations"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_hours")),
    )  # fmt: skip
    op.create_index(op.f("ix_station_hours_station_id"), "station_hours", ["station_id"])
    op.create_table(
        "schedule_breaks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer()),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_schedule_breaks_name_not_empty")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_schedule_breaks_ends_later")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"],
            name=op.f("fk_schedule_breaks_station_id_stations"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"],
            name=op.f("fk_schedule_breaks_tournament_id_tournaments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_breaks")),
    )  # fmt: skip
    op.create_index(op.f("ix_schedule_breaks_tournament_id"), "schedule_breaks", ["tournament_id"])
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.CheckConstraint(
            "kind IN ('participant', 'coordinator', 'station', 'tournament')",
            name=op.f("ck_calendar_feeds_kind_known"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_feeds_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_index(
        "uq_calendar_feeds_live",
        "calendar_feeds",
        ["user_id", "kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "seen_matches",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("scheduled_time", _TIME),
        sa.Column("station_id", sa.Integer()),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seen_matches_user_id_users")),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_seen_matches_match_id_matches")),
        sa.PrimaryKeyConstraint("user_id", "match_id", name=op.f("pk_seen_matches")),
    )


def downgrade():
    for table in ("seen_matches", "calendar_feeds", "schedule_breaks", "station_hours"):
        op.drop_table(table)
    op.drop_index("uq_schedule_batches_number", table_name="schedule_batches")
    op.execute("DELETE FROM schedule_batch_items WHERE new_time IS NULL")
    with op.batch_alter_table("schedule_batch_items") as table:
        table.alter_column("new_time", existing_type=_TIME, nullable=False)
    for table, columns in ADDED.items():
        for column in reversed(columns()):
            op.drop_column(table, column.name)
