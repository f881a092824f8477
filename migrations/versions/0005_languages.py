"""in which language pages speak to a user"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("users", sa.Column("language", sa.String(5), server_default="", nullable=False))


def downgrade():
    op.drop_column("users", "language")
