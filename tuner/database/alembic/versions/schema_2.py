"""Schema 2: the best configurations are trained again; rules end a search before its trials are up."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    op.add_column("tuner_studies", sa.Column("round", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tuner_studies", sa.Column("ended", sa.String(32), nullable=False, server_default=""))
    op.add_column("tuner_trials", sa.Column("granted", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "tuner_finalists",
        sa.Column("study_name", sa.Text, sa.ForeignKey("tuner_studies.study_name"), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("trial_ordinal", "trial_number", "seed_number")),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("epochs", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON),
        sa.Column("value", sa.Double),
        sa.Column("best_epoch", sa.Integer, nullable=False),
        sa.Column("test", sa.JSON),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("worker_id", sa.Text),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("mlflow_run_id", sa.Text),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("recorded", sa.Integer, nullable=False),
        sa.Column("recorder", sa.Text),
        sa.Column("recording_until", sa.Double, nullable=False),
    )
    op.create_table(
        "tuner_finalist_epochs",
        sa.Column("study_name", sa.Text, primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("measured_at", sa.Double, nullable=False),
        sa.Column("worker_id", sa.Text, nullable=False),
    )
