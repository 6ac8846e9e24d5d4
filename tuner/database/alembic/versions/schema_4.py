"""Schema 4: trials and finalists are runs, in one table, and so are their epochs; columns have plainer names."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"

_SAME = (
    "study_name, ordinal, trial_number, state, reason, tags, value, best_epoch, test, started_at, finished_at, "
    "worker_id, lease_until, attempt, strikes, checkpoint, mlflow_run_id, changes, recorded, refused, refusal, "
    "recorder, recording_until"
)
_OF_EPOCH = "study_name, ordinal, epoch, metrics, seconds, measured_at, worker_id"


def upgrade() -> None:
    op.alter_column("tuner_studies", "wish", new_column_name="desired_state")
    if op.get_context().dialect.name != "sqlite":  # whose integers are all as long
        op.alter_column("tuner_studies", "seed", type_=sa.BigInteger)
    _make_runs()
    op.execute(
        f"INSERT INTO tuner_runs ({_SAME}, role, round, trial_ordinal, baseline, seed_number, seed, planned_epochs, "
        "epoch_limit, dropped, params, finalized, repeated) "
        f"SELECT {_SAME}, 'search', 0, ordinal, baseline, 0, 0, 0, granted, '', params, settled, repeated "
        "FROM tuner_trials"
    )
    op.execute(
        f"INSERT INTO tuner_runs ({_SAME}, role, round, trial_ordinal, baseline, seed_number, seed, planned_epochs, "
        "epoch_limit, dropped, params, finalized, repeated) "
        f"SELECT {_SAME}, kind, round, trial_ordinal, '', seed_number, seed, epochs, 0, dropped, NULL, settled, 0 "
        "FROM tuner_finalists"
    )
    op.rename_table("tuner_epochs", "tuner_epochs_3")
    _make_epochs()
    op.execute(
        f"INSERT INTO tuner_epochs ({_OF_EPOCH}, role, round) SELECT {_OF_EPOCH}, 'search', 0 FROM tuner_epochs_3"
    )
    of_finalist = ", ".join(f"e.{name}" for name in _OF_EPOCH.split(", "))
    op.execute(
        f"INSERT INTO tuner_epochs ({_OF_EPOCH}, role, round) SELECT {of_finalist}, f.kind, f.round "
        "FROM tuner_finalist_epochs e JOIN tuner_finalists f "
        "ON f.study_name = e.study_name AND f.round = e.round AND f.ordinal = e.ordinal"
    )
    for table in ("tuner_epochs_3", "tuner_finalist_epochs", "tuner_finalists", "tuner_trials"):
        op.drop_table(table)
    # Programs of schema 3 and before ask this table, and refuse the database.
    op.execute("INSERT INTO tuner_version (version) VALUES (4)")


def _make_runs() -> None:
    op.create_table(
        "tuner_runs",
        sa.Column("study_name", sa.Text, sa.ForeignKey("tuner_studies.study_name"), primary_key=True),
        sa.Column("role", sa.String(16), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("trial_ordinal", sa.Integer, nullable=False),
        sa.Column("trial_number", sa.Integer),
        sa.Column("baseline", sa.Text, nullable=False),
        sa.Column("seed_number", sa.Integer),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("planned_epochs", sa.Integer, nullable=False),
        sa.Column("epoch_limit", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("params", sa.JSON),
        sa.Column("tags", sa.JSON),
        sa.Column("value", sa.Double),
        sa.Column("best_epoch", sa.Integer, nullable=False),
        sa.Column("test", sa.JSON),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.Column("finalized", sa.Boolean, nullable=False),
        sa.Column("worker_id", sa.Text),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("repeated", sa.Integer, nullable=False),
        sa.Column("mlflow_run_id", sa.Text),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("recorded", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("refusal", sa.String(1000), nullable=False),
        sa.Column("recorder", sa.Text),
        sa.Column("recording_until", sa.Double, nullable=False),
        sa.UniqueConstraint(
            "study_name", "role", "round", "trial_number", "seed_number", name="tuner_runs_configuration"
        ),
    )
    op.create_index("tuner_runs_worker", "tuner_runs", ["worker_id"])


def _make_epochs() -> None:
    op.create_table(
        "tuner_epochs",
        sa.Column("study_name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("round", "ordinal", "epoch")),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("measured_at", sa.Double, nullable=False),
        sa.Column("worker_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("study_name", "role", "round", "ordinal", "epoch", name="tuner_epochs_key"),
    )
