"""the whole life of a match"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "bracket_entrants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bracket_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.CheckConstraint("seed > 0", name=op.f("ck_bracket_entrants_seed_positive")),
        sa.ForeignKeyConstraint(
            ["bracket_id"],
            ["brackets.id"],
            name=op.f("fk_bracket_entrants_bracket_id_brackets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_bracket_entrants_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bracket_entrants")),
        sa.UniqueConstraint(
            "bracket_id", "participant_id", name=op.f("uq_bracket_entrants_bracket_id_participant_id")
        ),
        sa.UniqueConstraint("bracket_id", "seed", name=op.f("uq_bracket_entrants_bracket_id_seed")),
    )
    op.create_index(
        op.f("ix_bracket_entrants_participant_id"), "bracket_entrants", ["participant_id"], unique=False
    )
    op.add_column(
        "brackets", sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "matches", sa.Column("slot1_bye", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "matches", sa.Column("slot2_bye", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("matches", sa.Column("slot1_source", sa.JSON(), nullable=True))
    op.add_column("matches", sa.Column("slot2_source", sa.JSON(), nullable=True))
    op.add_column("matches", sa.Column("no_show_flagged_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("matches", "no_show_flagged_at")
    op.drop_column("matches", "slot2_source")
    op.drop_column("matches", "slot1_source")
    op.drop_column("matches", "slot2_bye")
    op.drop_column("matches", "slot1_bye")
    op.drop_column("brackets", "is_open")
    op.drop_index(op.f("ix_bracket_entrants_participant_id"), table_name="bracket_entrants")
    op.drop_table("bracket_entrants")
