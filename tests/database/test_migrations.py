"""A database made by an older version is opened, brought up to date, and worked on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.database.conftest import opening
from tests.database.old_databases import restore
from tuner.database import budget, finalists, runs, studies
from tuner.database.connection import open_database
from tuner.database.finalists import Planned
from tuner.database.schema import all_tables
from tuner.database.tables import SCHEMA_VERSION, VersionRow
from tuner.errors import InputError
from tuner.service.resuming import resume_study
from tuner.studies.status import study_status


@pytest.fixture
def old(empty_url: str, tmp_path: Path) -> str:
    """As version 1 left it: a study of three trials, two of them complete."""
    restore(1, empty_url, tmp_path)
    return empty_url


def test_a_database_of_version_1_goes_on(old: str) -> None:
    db = open_database(old)
    status = study_status(db, "old-1", epochs=True)
    assert [trial.value for trial in status.trials] == [0.81, 0.86]
    assert [len(trial.epochs) for trial in status.trials] == [2, 2]
    assert (status.study.round, status.study.ended) == (0, "")
    resume_study(db, "old-1", None, None)
    job = budget.take(db, "old-1", "w2")
    assert job is not None
    assert job.ordinal == 2
    assert finalists.plan(
        db, "old-1", studies.view_study(db, "old-1").round, "compare", [Planned("compare", 1, 1, 0, 7)]
    )
    with db.session() as session:
        assert session.scalar(sa.select(sa.func.max(VersionRow.version))) == SCHEMA_VERSION
    db.engine.dispose()
    again = open_database(old)
    assert len(runs.view_finalists(again, "old-1")) == 1
    again.engine.dispose()


def test_several_workers_may_open_an_old_database_at_once(old: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_database(old), range(4)))
    for db in opened:
        assert studies.view_study(db, "old-1").round == 0
        db.engine.dispose()


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, None])
def test_what_is_brought_up_to_date_is_what_is_made_anew(empty_url: str, tmp_path: Path, version: int | None) -> None:
    if version is not None:
        restore(version, empty_url, tmp_path)
    with opening(empty_url) as db:
        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": db.sqlite_file is None, "version_table": "tuner_alembic_version"}
            )
            there = compare_metadata(context, all_tables())
        assert [each for each in there if "tuner_" in repr(each)] == []


def test_a_database_of_a_newer_version_is_refused(old: str) -> None:
    db = open_database(old)
    with db.session() as session, session.begin():
        session.execute(sa.text(f"UPDATE tuner_alembic_version SET version_num = '{SCHEMA_VERSION + 1}'"))
    db.engine.dispose()
    with pytest.raises(InputError, match=rf"made by a newer version of tuner \(schema {SCHEMA_VERSION + 1}\)"):
        open_database(old)
