"""tournaments know how many matches they have, and how often they were changed"""

import sqlalchemy as sa
from alembic import op

from app.models.match import POSTGRESQL_COUNTS_MATCHES, SQLITE_COUNTS_MATCHES

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    for name in ("revision", "match_count"):
        op.add_column(
            "tournaments", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
    op.execute(
        "UPDATE tournaments SET match_count = (SELECT count(*) FROM matches "
        "WHERE matches.tournament_id = tournaments.id AND NOT matches.is_deleted)"
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_COUNTS_MATCHES if on_sqlite else POSTGRESQL_COUNTS_MATCHES:
        op.execute(statement)


def downgrade():
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER matches_counted_{name}{' ON matches' if on_postgresql else ''}")
    if on_postgresql:
        op.execute("DROP FUNCTION matches_added, matches_recounted")
    for name in ("match_count", "revision"):
        op.drop_column("tournaments", name)
