"""A budget of epochs is exact, however many ask for its last ones."""

import time

import sqlalchemy as sa

from tests.database.conftest import add
from tests.processes import forking
from tuner.database import budget, rules, runs, workers
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView, epochs_stored
from tuner.database.facts import Limits
from tuner.database.tables import RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.search.optuna_study import trial_template


def spend(url: str, worker_id: str) -> None:
    """As a worker does, without the training."""
    db = open_database(url)
    workers.enter(db, worker_id, "cpu")
    while (job := budget.take(db, "s", worker_id)) is not None:
        budget.fill(db, job, trial_template(job.ordinal, None), "")
        for epoch in range(1, 4):
            runs.finish_epoch(db, job, EpochView(epoch, {}, 0.1, time.time()), 0.5, epoch)
            if epoch == 3 or not rules.grant(db, "s", job.ordinal, job.attempt, epoch + 1):
                break
        runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
        runs.finalize(db, job)


def test_workers_that_race_for_the_last_epochs_spend_not_one_too_many(db: Database, url: str) -> None:
    add(db, trials=30, limits=Limits(epochs=25))
    processes = [forking.Process(target=spend, args=(url, f"w{i}")) for i in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with db.session() as session:
        granted = session.scalar(sa.select(sa.func.sum(RunRow.epoch_limit)))
    assert epochs_stored(db, "s") == granted == 25
