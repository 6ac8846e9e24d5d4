"""Schema 8: browsers that are signed in; how workers are shared out; configurations that are added to a study;
servers and where they are; who is told of what, and what is to be told."""

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
    op.add_column("tuner_studies", sa.Column("asked_at", sa.Double, nullable=False, server_default="0"))
    op.create_table(
        "tuner_servers",
        sa.Column("server_id", sa.String(16), primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("everywhere", sa.Boolean, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("pid_started_at", sa.Double, nullable=False),
        sa.Column("machine", sa.String(80), nullable=False),
        sa.Column("boot", sa.String(80), nullable=False),
        sa.Column("pid_space", sa.String(80), nullable=False),
    )
    op.create_table(
        "tuner_receivers",
        sa.Column("receiver_id", sa.String(16), primary_key=True),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("study_name", sa.Text),
        sa.Column("owner", sa.String(100)),
        sa.Column("events", sa.String(100), nullable=False),
        sa.Column("anywhere", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("held_until", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("tested_at", sa.Double, nullable=False),
    )
    op.create_table(
        "tuner_notices",
        sa.Column("receiver_id", sa.String(16), primary_key=True),
        sa.Column("event_id", sa.String(32), primary_key=True),
        sa.Column("study_name", sa.Text, nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("happened_at", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("delivered_at", sa.Double),
        sa.Column("given_up_at", sa.Double),
    )
    op.create_index("tuner_notices_study", "tuner_notices", ["study_name"])
    op.execute("INSERT INTO tuner_version (version) VALUES (8)")
