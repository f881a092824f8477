"""when lobbies are shown and who saw them, screens in the hall, rehearsals"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade():
    for column in (
        sa.Column("lobby_reveal", sa.String(16), server_default="at_once", nullable=False),
        sa.Column("lobby_reveal_minutes", sa.Integer(), server_default=sa.text("15"), nullable=False),
        sa.Column("announcement", sa.String(280), server_default="", nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("tournaments", column)
    op.create_table(
        "lobby_views",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_lobby_views_user_id_users")),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_lobby_views_match_id_matches")),
        sa.PrimaryKeyConstraint("user_id", "match_id", name=op.f("pk_lobby_views")),
    )
    op.create_table(
        "screens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), server_default="board", nullable=False),
        sa.Column("message", sa.String(280), server_default="", nullable=False),
        sa.Column("last_seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_screens_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screens")),
    )
    op.create_index("uq_screens_key", "screens", ["tournament_id", "key"], unique=True)


def downgrade():
    op.drop_table("screens")
    op.drop_table("lobby_views")
    for name in ("is_rehearsal", "announcement", "lobby_reveal_minutes", "lobby_reveal"):
        op.drop_column("tournaments", name)
