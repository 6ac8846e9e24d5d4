"""A database made by an older version is opened, brought up to date, and worked on."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tuner.database import finalists, studies, trials
from tuner.database.connection import open_database
from tuner.database.finalists import Planned
from tuner.database.migrations import _COLUMNS, _TABLES
from tuner.database.tables import SCHEMA_VERSION, VersionRow
from tuner.errors import InputError
from tuner.service.resuming import resume_study
from tuner.studies.status import study_status

VERSION_1 = Path(__file__).with_name("version_1.sql").read_text()
"""As version 1 left it: a study of three trials, two of them complete."""


@pytest.fixture
def old(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript(VERSION_1)
    connection.close()
    return f"sqlite:///{tmp_path / 'old.db'}"


def test_a_database_of_version_1_goes_on(old: str) -> None:
    db = open_database(old)
    status = study_status(db, "old-1", epochs=True)
    assert [trial.value for trial in status.trials] == [0.81, 0.86]
    assert [len(trial.epochs) for trial in status.trials] == [2, 2]
    assert (status.study.round, status.study.ended) == (0, "")
    resume_study(db, "old-1", None, None)
    job = trials.take(db, "old-1", "w2")
    assert job is not None
    assert job.ordinal == 2
    assert finalists.plan(
        db, "old-1", studies.view_study(db, "old-1").round, "compare", [Planned("compare", 1, 1, 0, 7)]
    )
    with db.session() as session:
        assert session.scalar(sa.select(sa.func.max(VersionRow.version))) == SCHEMA_VERSION
    db.engine.dispose()
    again = open_database(old)
    assert len(finalists.view_finalists(again, "old-1")) == 1
    again.engine.dispose()


def test_several_workers_may_open_an_old_database_at_once(old: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_database(old), range(4)))
    for db in opened:
        assert studies.view_study(db, "old-1").round == 0
        db.engine.dispose()


def test_several_processes_may_open_a_database_of_version_2_at_once(url: str) -> None:
    db = open_database(url)
    with db.session() as session, session.begin():
        for table in _TABLES[3]:
            session.execute(sa.text(f"DROP TABLE {table.__tablename__}"))
        for name, column, _ in _COLUMNS[3]:
            session.execute(sa.text(f"ALTER TABLE {name} DROP COLUMN {column}"))
        session.execute(sa.update(VersionRow).values(version=2))
    db.engine.dispose()
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_database(url), range(4)))
    for each in opened:
        assert studies.view_studies(each) == []
        each.engine.dispose()


def test_a_database_of_a_newer_version_is_refused(old: str) -> None:
    db = open_database(old)
    with db.session() as session, session.begin():
        session.execute(sa.insert(VersionRow).values(version=SCHEMA_VERSION + 1))
    db.engine.dispose()
    with pytest.raises(InputError, match="made by a newer version"):
        open_database(old)
