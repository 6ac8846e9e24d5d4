"""Databases that older versions left, as files of SQL beside this one, on SQLite and on PostgreSQL."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from optuna.storages import RDBStorage

HERE = Path(__file__).parent


def restore(version: int, url: str, folder: Path) -> None:
    """Make an empty database what a version left. folder: for a file on the way."""
    made = sa.make_url(url)
    file = Path(str(made.database)) if made.get_backend_name() == "sqlite" else folder / f"version_{version}.db"
    connection = sqlite3.connect(file)
    connection.executescript((HERE / f"version_{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    if made.get_backend_name() != "sqlite":
        _carry(file, made.set(drivername="postgresql+psycopg"))


def _carry(file: Path, url: sa.URL) -> None:
    """All rows of a SQLite file, to a server: Optuna's tables are made by Optuna, ours as they are in the file."""
    RDBStorage(url.render_as_string(hide_password=False)).engine.dispose()
    source, target = sa.create_engine(f"sqlite:///{file}"), sa.create_engine(url)
    there = sa.MetaData()
    there.reflect(source)
    ours = [table for table in there.sorted_tables if table.name.startswith("tuner_")]
    for table in ours:
        for column in table.columns:
            column.type = column.type.as_generic()
    with target.begin() as to, source.connect() as read:
        there.create_all(to, tables=ours)
        here = sa.MetaData()
        here.reflect(to)
        for table in there.sorted_tables:
            if table.name in ("alembic_version", "version_info"):
                continue
            rows = [dict(row) for row in read.execute(sa.select(table)).mappings()]
            if rows:
                to.execute(sa.insert(here.tables[table.name]), rows)
            for column in here.tables[table.name].primary_key if table not in ours else ():
                number = f"coalesce((SELECT max({column.name}) FROM {table.name}), 0) + 1"
                to.execute(
                    sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), {number}, false)")
                )
    source.dispose()
    target.dispose()
