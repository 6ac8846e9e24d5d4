"""What Alembic runs, on the connection that it was given: within its transaction, and with a version table of ours.

Optuna's migrations are Alembic's, too, in the same database; its table is `alembic_version`.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="tuner_alembic_version")
context.run_migrations()
