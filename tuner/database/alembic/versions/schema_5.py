"""Schema 5: what is written of a study is numbered, so that readers ask for what is new."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    # All that is there was written first: number 1.
    for table in ("tuner_studies", "tuner_runs", "tuner_epochs"):
        op.add_column(table, sa.Column("sequence", sa.BigInteger, nullable=False, server_default="1"))
    op.create_index("tuner_epochs_sequence", "tuner_epochs", ["study_name", "sequence"])
    op.create_table(
        "tuner_counters",
        sa.Column("study_name", sa.Text, sa.ForeignKey("tuner_studies.study_name"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO tuner_counters (study_name, number) SELECT study_name, 1 FROM tuner_studies")
    op.execute("INSERT INTO tuner_version (version) VALUES (5)")
