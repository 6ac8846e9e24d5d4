"""Why workers do not work on a study is known as long as they live and the reason lasts."""

import sqlalchemy as sa

from tests.database.conftest import add
from tuner.database import passed_over, workers
from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S
from tuner.database.passed_over import PassedOver
from tuner.database.tables import PassedOverRow, WorkerRow
from tuner.errors import DataError, SpecError

MISSING = DataError("no folder /data/pictures")


def reasons(db: Database) -> list[PassedOver]:
    return passed_over.view_passed_over(db, "s")


def test_workers_that_say_the_same_are_counted(db: Database) -> None:
    add(db)
    for name in ("w1", "w2", "w3"):
        workers.enter(db, name, "cpu")
        passed_over.note(db, "s", name, MISSING if name != "w3" else SpecError("of a newer version"))
    passed_over.note(db, "s", "w1", MISSING)
    assert reasons(db) == [
        PassedOver(str(MISSING), "DataError", 2, False),
        PassedOver("of a newer version", "SpecError", 1, False),
    ]


def test_a_reason_ends_with_the_worker_or_when_it_works(db: Database) -> None:
    add(db)
    for name in ("dead", "silent", "works"):
        workers.enter(db, name, "cpu")
        passed_over.note(db, "s", name, MISSING)
    workers.bury(db, "dead")
    with db.session() as session, session.begin():
        long_ago = utc_now() - 2 * LEASE_S
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == "silent").values(seen_at=long_ago))
    assert [each.workers for each in reasons(db)] == [1]
    passed_over.clear(db, "s", "works")
    assert reasons(db) == []


def test_what_a_worker_that_was_for_this_study_alone_said_stays_a_while(db: Database) -> None:
    add(db)
    workers.enter(db, "w1", "cpu")
    passed_over.note(db, "s", "w1", MISSING, left=True)
    workers.bury(db, "w1")
    assert reasons(db) == [PassedOver(str(MISSING), "DataError", 1, True)]
    with db.session() as session, session.begin():
        session.execute(sa.update(PassedOverRow).values(passed_at=utc_now() - 3600.0))
    assert reasons(db) == []
    passed_over.note(db, "s", "w1", MISSING, left=True)
    passed_over.clear(db, "s", "w2")
    assert reasons(db) == []
