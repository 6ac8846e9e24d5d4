"""Why workers do not work on a study is known as long as they live and the reason lasts."""

import sqlalchemy as sa

from tests.database.conftest import add
from tuner.database import skipped_studies, workers
from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S
from tuner.database.skipped_studies import PassedOver
from tuner.database.tables import PassedOverRow, WorkerRow
from tuner.errors import DataError, SpecError

MISSING = DataError("no folder /data/pictures")


def reasons(db: Database) -> list[PassedOver]:
    return skipped_studies.view_passed_over(db, "s")


def test_workers_that_say_the_same_are_counted(db: Database) -> None:
    add(db)
    for name in ("w1", "w2", "w3"):
        workers.enter(db, name, "cpu")
        skipped_studies.note(db, "s", name, MISSING if name != "w3" else SpecError("of a newer version"))
    skipped_studies.note(db, "s", "w1", MISSING)
    assert reasons(db) == [
        PassedOver(str(MISSING), "DataError", 2, False),
        PassedOver("of a newer version", "SpecError", 1, False),
    ]


def test_a_reason_ends_with_the_worker_or_when_it_works(db: Database) -> None:
    add(db)
    for name in ("dead", "silent", "works"):
        workers.enter(db, name, "cpu")
        skipped_studies.note(db, "s", name, MISSING)
    workers.mark_dead(db, "dead")
    with db.session() as session, session.begin():
        long_ago = utc_now() - 2 * LEASE_S
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == "silent").values(seen_at=long_ago))
    assert [each.workers for each in reasons(db)] == [1]
    skipped_studies.clear(db, "s", "works")
    assert reasons(db) == []


def test_what_a_worker_that_was_for_this_study_alone_said_stays_a_while(db: Database) -> None:
    add(db)
    workers.enter(db, "w1", "cpu")
    skipped_studies.note(db, "s", "w1", MISSING, left=True)
    workers.mark_dead(db, "w1")
    assert reasons(db) == [PassedOver(str(MISSING), "DataError", 1, True)]
    with db.session() as session, session.begin():
        session.execute(sa.update(PassedOverRow).values(passed_at=utc_now() - 90_000.0))
    assert reasons(db) == []
    skipped_studies.note(db, "s", "w1", MISSING, left=True)
    skipped_studies.clear(db, "s", "w2")
    assert reasons(db) == []
