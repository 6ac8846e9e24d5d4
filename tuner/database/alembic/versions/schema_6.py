"""Schema 6: whose a study is, tokens of people, who changed what, and requests that were sent with a key."""

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"


def upgrade() -> None:
    op.add_column("tuner_studies", sa.Column("owner", sa.String(100), nullable=False, server_default=""))
    op.create_table(
        "tuner_tokens",
        sa.Column("token_id", sa.String(16), primary_key=True),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("revoked_at", sa.Double),
        sa.Column("used_at", sa.Double),
    )
    op.create_table(
        "tuner_audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("token_id", sa.String(16), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("study", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "tuner_request_keys",
        sa.Column("person", sa.String(100), primary_key=True),
        sa.Column("request_key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("study_name", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.Double, nullable=False),
    )
    op.create_index("tuner_audit_study", "tuner_audit", ["study"])
    op.execute("INSERT INTO tuner_version (version) VALUES (6)")
