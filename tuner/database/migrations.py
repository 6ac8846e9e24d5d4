"""Our tables are made, or brought from an older schema to the present one.

Owns: which schema a database has; that one process at a time changes it, in one transaction, and that a newer one, and
what is not ours, is left alone.
Leaves to others: the steps from one schema to the next (alembic), when a database is opened (connection).

Up to schema 3 the version was a row of `tuner_version`. Since then it is Alembic's, in a table of our own; a row of the
old one tells programs of that time that the database is not for them.
"""

from pathlib import Path

import sqlalchemy as sa

from tuner.database.schema import all_tables
from tuner.database.tables import SCHEMA_VERSION, VersionRow
from tuner.errors import InputError

_ALEMBIC = sa.table("tuner_alembic_version", sa.column("version_num", sa.String(32)))
_LOCK = 7_265_113_900_417_264_001
"""Of PostgreSQL: held by whoever makes or changes the tables, to the end of its transaction."""


def bring_up_to_date(engine: sa.Engine, shown: str) -> None:
    """Make the tables where there are none, or change those of an older schema. Raises InputError for a newer one.

    shown: the database, for messages.
    """
    with engine.connect() as connection:
        version = _version(connection)
    if version != SCHEMA_VERSION:
        with engine.begin() as connection:
            _lock(connection)
            # Asked again: another process may have been first.
            version = _version(connection)
            if version is None:
                all_tables().create_all(connection)
                connection.execute(sa.insert(VersionRow).values(version=SCHEMA_VERSION))
                _stamp(connection, SCHEMA_VERSION)
            elif version < SCHEMA_VERSION:
                _upgrade(connection, version)
    if version is not None and version > SCHEMA_VERSION:
        raise InputError(f"{shown} was made by a newer version of tuner (schema {version}). Upgrade tuner.")


def _version(connection: sa.Connection) -> int | None:
    """The schema of the tables; None where there are none."""
    there = sa.inspect(connection)
    if not there.has_table(VersionRow.__tablename__):
        return None
    if there.has_table(_ALEMBIC.name):
        return int(connection.scalars(sa.select(_ALEMBIC.c.version_num)).one())
    return int(connection.scalar(sa.select(sa.func.max(VersionRow.version))) or SCHEMA_VERSION)


def _lock(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none for a CREATE TABLE
    elif connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _upgrade(connection: sa.Connection, version: int) -> None:
    # Imported here: who opens a database of the present schema does without it.
    from alembic import command
    from alembic.config import Config

    if not sa.inspect(connection).has_table(_ALEMBIC.name):
        _stamp(connection, version)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, str(SCHEMA_VERSION))


def _stamp(connection: sa.Connection, version: int) -> None:
    made = sa.Table(_ALEMBIC.name, sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
    made.create(connection)
    connection.execute(sa.insert(made).values(version_num=str(version)))
