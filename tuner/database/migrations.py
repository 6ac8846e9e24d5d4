"""From an older version of our tables to the present one.

Owns: the steps, each of which only adds: a column with a value for the rows that are there, or a table.
Leaves to others: the tables as they are now (tables), when a database is opened (connection).
"""

import sqlalchemy as sa

from tuner.database.tables import (
    SCHEMA_VERSION,
    Base,
    FinalistEpochRow,
    FinalistRow,
    GpuClaimRow,
    PassedOverRow,
    VersionRow,
)

_RECORDED = ("tuner_studies", "tuner_trials", "tuner_finalists")

_COLUMNS: dict[int, tuple[tuple[str, str, str], ...]] = {
    2: (
        ("tuner_studies", "round", "INTEGER NOT NULL DEFAULT 0"),
        ("tuner_studies", "ended", "VARCHAR(32) NOT NULL DEFAULT ''"),
        ("tuner_trials", "granted", "INTEGER NOT NULL DEFAULT 0"),
    ),
    3: (
        ("tuner_studies", "resolved", "JSON"),
        ("tuner_studies", "closing_attempt", "INTEGER NOT NULL DEFAULT 0"),
        ("tuner_trials", "test", "JSON"),
        ("tuner_workers", "machine", "VARCHAR(80) NOT NULL DEFAULT ''"),
        ("tuner_workers", "boot", "VARCHAR(80) NOT NULL DEFAULT ''"),
        ("tuner_workers", "pid_space", "VARCHAR(80) NOT NULL DEFAULT ''"),
        ("tuner_studies", "recorder", "TEXT"),
        ("tuner_studies", "recording_until", "FLOAT NOT NULL DEFAULT 0"),
        *((table, "refused", "INTEGER NOT NULL DEFAULT 0") for table in _RECORDED),
        *((table, "refusal", "VARCHAR(1000) NOT NULL DEFAULT ''") for table in _RECORDED),
    ),
}
"""Of each version: table, column, and its type in SQL that every database here reads."""

_TABLES = {
    2: (FinalistRow, FinalistEpochRow),
    3: (GpuClaimRow, PassedOverRow),
}


def migrate(connection: sa.Connection, version: int) -> None:
    """Bring the tables of a version to the present one. Within a transaction: all of it, or nothing."""
    for each in range(version + 1, SCHEMA_VERSION + 1):
        there = sa.inspect(connection)
        for table, column, kind in _COLUMNS.get(each, ()):
            if all(known["name"] != column for known in there.get_columns(table)):
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        for row in _TABLES.get(each, ()):
            Base.metadata.tables[row.__tablename__].create(connection, checkfirst=True)
        connection.execute(sa.insert(VersionRow).values(version=each))
