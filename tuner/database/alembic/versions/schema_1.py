"""Schema 1, as its programs made it: the first; nothing leads to it."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Databases begin with it, or with the present one."""
