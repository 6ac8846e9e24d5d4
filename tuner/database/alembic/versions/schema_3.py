"""Schema 3: specifications stored resolved, what MLflow refuses, where workers run, and who has which GPU."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    op.add_column("tuner_studies", sa.Column("resolved", sa.JSON))
    op.add_column("tuner_studies", sa.Column("closing_attempt", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tuner_studies", sa.Column("recorder", sa.Text))
    op.add_column("tuner_studies", sa.Column("recording_until", sa.Double, nullable=False, server_default="0"))
    op.add_column("tuner_trials", sa.Column("test", sa.JSON))
    for name in ("machine", "boot", "pid_space"):
        op.add_column("tuner_workers", sa.Column(name, sa.String(80), nullable=False, server_default=""))
    for table in ("tuner_studies", "tuner_trials", "tuner_finalists"):
        op.add_column(table, sa.Column("refused", sa.Integer, nullable=False, server_default="0"))
        op.add_column(table, sa.Column("refusal", sa.String(1000), nullable=False, server_default=""))
    op.create_table(
        "tuner_gpu_claims",
        sa.Column("gpu", sa.String(80), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("worker_id", sa.Text, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
    )
    op.create_table(
        "tuner_passed_over",
        sa.Column("study_name", sa.Text, sa.ForeignKey("tuner_studies.study_name"), primary_key=True),
        sa.Column("worker_id", sa.String(250), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("passed_at", sa.Double, nullable=False),
        sa.Column("left", sa.Boolean, nullable=False),
    )
