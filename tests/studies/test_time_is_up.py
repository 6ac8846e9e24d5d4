"""A study whose time is up ends also where a worker has died: what it left is ended by another, not waited for."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.studies.test_stopping_rules import made
from tuner.data.dataset import Dataset
from tuner.database import leases, trials, workers
from tuner.database.connection import utc_now
from tuner.database.tables import StudyRow
from tuner.studies import closing
from tuner.studies.service import study_status
from tuner.studies.trial import run_trial


@pytest.mark.parametrize("epochs", [0, 2])
def test_what_a_dead_worker_left_is_ended_when_time_is_up(tmp_path: Path, digits: Dataset, epochs: int) -> None:
    bench = made(tmp_path, digits)
    db = bench.db
    whole = trials.take(db, "s", "w")
    assert whole is not None
    run_trial(bench, whole)
    workers.enter(db, "dead", "cpu")
    left = trials.take(db, "s", "dead")
    assert left is not None
    if epochs:
        seen = iter([False] * (epochs - 1) + [True])
        bench.hand_back = lambda: next(seen)
        run_trial(bench, left)
        bench.hand_back = lambda: False
    else:
        leases.release(db, "dead")
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(timeout_s=60.0, deadline_at=utc_now() - 1))
    assert not closing.is_over(db, bench.spec, "s")

    job = trials.take(db, "s", "w", begun_only=True)
    assert job is not None
    run_trial(bench, job)
    assert trials.take(db, "s", "w", begun_only=True) is None
    assert closing.close_if_over(db, bench.spec, digits, bench.store, "s", "w")
    status = study_status(db, "s", epochs=True)
    ended = status.trials[1]
    if epochs:
        assert (ended.state, ended.reason) == ("complete", "time was up at epoch 2 of 3")
        assert ended.value == max(epoch.metrics["val_accuracy"] for epoch in ended.epochs)
    else:
        assert ended.state == "given_up"
        assert ended.reason.startswith("its worker died, and time was up")
    assert len(ended.epochs) == epochs
