"""Schema 8: browsers that are signed in."""

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    op.create_table(
        "tuner_sessions",
        sa.Column("session_id", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("token_id", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.execute("INSERT INTO tuner_version (version) VALUES (8)")
