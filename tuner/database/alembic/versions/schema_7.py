"""Schema 7: what is new of a study, and what is held in it, is found without reading all of its runs."""

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"


def upgrade() -> None:
    op.create_index("tuner_runs_sequence", "tuner_runs", ["study_name", "sequence"])
    finalized = sa.column("finalized", sa.Boolean)
    op.create_index(
        "tuner_runs_open", "tuner_runs", ["study_name"], postgresql_where=~finalized, sqlite_where=~finalized
    )
    op.execute("INSERT INTO tuner_version (version) VALUES (7)")
