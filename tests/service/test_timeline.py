"""Who trained what, and when: of runs that one worker had, and of one that another went on with."""

import sqlalchemy as sa

from tests.database.conftest import add
from tests.database.conftest import db as db
from tests.database.conftest import url as url
from tests.database.test_trials import fill
from tuner.database import budget, leases, runs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.tables import RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.service.timeline import timeline
from tuner.studies.status import study_status

__all__ = ["db", "url"]


def test_a_run_that_two_workers_had_is_told_in_parts(db: Database) -> None:
    add(db)
    first = budget.take(db, "s", "a")
    assert first is not None
    fill(db, first)
    runs.start(db, first, TrialFacts(), {})
    for epoch, at in ((1, 11.0), (2, 12.0)):
        runs.finish_epoch(db, first, EpochView(epoch, {"loss": 1.0}, 1.0, at), 1.0, 1)
    leases.hand_back(db, first.lease)
    again = budget.take(db, "s", "b")
    assert again is not None
    assert again.ordinal == first.ordinal
    runs.start(db, again, TrialFacts(), {})
    runs.finish_epoch(db, again, EpochView(3, {"loss": 1.0}, 2.0, 30.0), 1.0, 1)
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(started_at=10.0))
    told = timeline(study_status(db, "s", epochs=True), 5)
    assert told.number == 5
    assert [(each.worker, each.begin, each.end, each.epochs) for each in told.workers] == [
        ("a", (10.0,), (12.0,), (2,)),
        ("b", (28.0,), (None,), (1,)),
    ]
    runs.finish(db, again, "complete", "", 1.0, 1, TrialFacts())
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(finished_at=31.5))
    assert timeline(study_status(db, "s", epochs=True), 5).workers[1].end == (31.5,)
    # The next trial of a worker that has one already: before its first epoch, too.
    budget.take(db, "s", "a")
    a, b = timeline(study_status(db, "s", epochs=True), 5).workers
    assert (a.worker, len(a.begin), a.end[1], a.epochs, b.state) == ("a", 2, None, (2, 0), ("complete",))
