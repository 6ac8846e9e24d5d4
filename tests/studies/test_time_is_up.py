"""A study whose time is up ends also where a worker has died: what it left is ended by another, not waited for."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.studies.test_stopping_rules import made
from tuner.data.dataset import Dataset
from tuner.database import budget, leases, studies, workers
from tuner.database.connection import utc_now
from tuner.database.tables import StudyRow
from tuner.runs import closing
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.studies import limits
from tuner.studies.status import study_status


@pytest.mark.parametrize("epochs", [0, 2])
def test_what_a_dead_worker_left_is_ended_when_time_is_up(tmp_path: Path, digits: Dataset, epochs: int) -> None:
    context = made(tmp_path, digits)
    db = context.db
    whole = budget.take(db, "s", "w")
    assert whole is not None
    run_trial(context, whole)
    workers.enter(db, "dead", "cpu")
    left = budget.take(db, "s", "dead")
    assert left is not None
    if epochs:
        seen = iter([False] * (epochs - 1) + [True])
        context.hand_back = lambda: next(seen)
        run_trial(context, left)
        context.hand_back = lambda: False
    else:
        leases.release(db, "dead")
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(timeout_s=60.0, deadline_at=utc_now() - 1))
    assert not limits.is_over(db, context.spec, "s")

    job = budget.take(db, "s", "w", begun_only=True)
    assert job is not None
    run_trial(context, job)
    assert budget.take(db, "s", "w", begun_only=True) is None
    assert closing.close_if_over(db, context.spec, digits, context.store, "s", "w")
    status = study_status(db, "s", epochs=True)
    ended = status.trials[1]
    if epochs:
        assert (ended.state, ended.reason) == ("complete", "time was up at epoch 2 of 3")
        assert ended.value == max(epoch.metrics["val_accuracy"] for epoch in ended.epochs)
    else:
        assert ended.state == "given_up"
        assert ended.reason.startswith("its worker died, and time was up")
    assert len(ended.epochs) == epochs


def pass_time(context: StudyContext) -> None:
    """As if the study's time had been up for a while."""
    with context.db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(timeout_s=60.0, deadline_at=utc_now() - 30.0))


def late(context: StudyContext) -> bool:
    return limits.too_late(context.db, studies.view_study(context.db, "s"), context.spec)


def test_a_time_limit_runs_from_when_a_worker_is_ready(tmp_path: Path, digits: Dataset) -> None:
    context = made(tmp_path, digits)
    studies.reopen(context.db, "s", 30, timeout_s=1000.0)
    view = studies.view_study(context.db, "s")
    assert (view.deadline_at, view.left_s) == (None, 1000.0)
    studies.start_clock(context.db, "s")
    first = studies.view_study(context.db, "s")
    studies.start_clock(context.db, "s")  # the second worker is ready
    again = studies.view_study(context.db, "s")
    assert again.deadline_at == first.deadline_at == pytest.approx(context.db.now() + 1000.0, abs=60.0)
    assert first.left_s == pytest.approx(1000.0, abs=60.0)


@pytest.mark.parametrize("its_worker_died", [False, True])
def test_the_first_trial_is_trained_for_an_epoch_however_late_it_is(
    tmp_path: Path, digits: Dataset, its_worker_died: bool
) -> None:
    context = made(tmp_path, digits)
    if its_worker_died:
        workers.enter(context.db, "dead", "cpu")
        assert budget.take(context.db, "s", "dead") is not None
        workers.mark_dead(context.db, "dead")
    pass_time(context)
    assert not limits.is_over(context.db, context.spec, "s")
    job = budget.take(context.db, "s", "w", begun_only=late(context))
    assert job is not None
    run_trial(context, job)
    assert late(context)
    assert budget.take(context.db, "s", "w", begun_only=True) is None
    assert closing.close_if_over(context.db, context.spec, digits, context.store, "s", "w")
    status = study_status(context.db, "s", epochs=True)
    assert [(len(each.epochs), each.reason) for each in status.trials] == [(1, "time was up at epoch 1 of 3")]
    assert status.study.outcome.figures["test_accuracy"] > 0.0
