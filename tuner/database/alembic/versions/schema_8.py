"""Schema 8: browsers that are signed in; how workers are shared out; configurations that are added to a study."""

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
    op.add_column("tuner_studies", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tuner_studies", sa.Column("most_workers", sa.Integer))
    op.add_column("tuner_studies", sa.Column("admitted_at", sa.Double))
    # Nobody had to wait for a place until now.
    op.execute("UPDATE tuner_studies SET admitted_at = created_at")
    op.create_table(
        "tuner_owners",
        sa.Column("person", sa.String(100), primary_key=True),
        sa.Column("most_studies", sa.Integer),
    )
    op.create_table(
        "tuner_configurations",
        sa.Column("study_name", sa.Text, sa.ForeignKey("tuner_studies.study_name"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.Column("ordinal", sa.Integer),
    )
    op.execute("INSERT INTO tuner_version (version) VALUES (8)")
