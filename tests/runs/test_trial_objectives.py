"""Whole trials in a real database: several objectives are measured and told, and time ends a trial before it is up."""

from pathlib import Path
from typing import NoReturn

import optuna
import pytest
import sqlalchemy as sa

from tuner.data.dataset import Dataset
from tuner.database import budget, runs
from tuner.database.blobs import blob_store
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import quickest_epoch
from tuner.database.tables import StudyRow
from tuner.database.trial_facts import TrialFacts
from tuner.database.workers import enter
from tuner.runs.closing import close_if_over
from tuner.runs.observers.front_pruning import FrontPruning
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.runs.watchdog import Watch
from tuner.service.creating import create_study
from tuner.spec.code import find_code
from tuner.spec.study_spec import parse_spec
from tuner.studies.code import code_for, code_options
from tuner.studies.pareto import front, values_of
from tuner.studies.status import study_status
from tuner.training.plan import EpochResult

SPACES = Path(__file__).parents[1] / "spaces"


def test_several_objectives_are_measured_told_and_summed_up(db: Database, digits: Dataset) -> None:
    text = """
dataset: digits
objectives: [val_accuracy, parameters, latency_ms, training_seconds, val_loss]
parameters:
  units: {int: [8, 64]}
  learning_rate: {float: [1e-3, 1e30], log: true}
  epochs: 2
baselines:
  small: {units: 8, learning_rate: 0.01, epochs: 2}
  large: {units: 64, learning_rate: 0.01, epochs: 2}
  hopeless: {units: 32, learning_rate: 1e30, epochs: 2}
search: {trials: 3, seed: 1}
"""
    spec = parse_spec(text, "mine", Path(), "mine.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    enter(db, "w", "cpu")
    store = blob_store(db, None)
    context = StudyContext(db, view, spec, digits, store, TrialFacts(), lambda: False)
    while (job := budget.take(db, "s", "w")) is not None:
        run_trial(context, job)
    assert close_if_over(db, spec, digits, store, "s", "w")

    status = study_status(db, "s", epochs=True)
    small, large, hopeless = status.trials
    assert (hopeless.state, hopeless.value) == ("diverged", None)
    for trial in (small, large):
        values = values_of(spec, trial)
        assert values is not None
        accuracy, parameters, latency_ms, seconds, loss = values
        assert parameters == 64 * trial.params["units"] + 11 * trial.params["units"] + 10
        assert 0 < latency_ms < 1000 * seconds
        assert loss == pytest.approx(trial.epochs[trial.best_epoch - 1].metrics["val_loss"])
        assert accuracy == trial.value
    theirs = optuna.load_study(study_name="s", storage=db.storage).trials
    assert tuple(theirs[0].values) == values_of(spec, small)
    # The diverged one is told the worst of each, so that nothing looks beaten by it.
    assert theirs[2].values[0] == 0.0
    assert (theirs[2].user_attrs["state"], theirs[2].user_attrs["reason"]) == ("diverged", hopeless.reason)
    assert theirs[2].values[1] == max(trial.values[1] for trial in theirs[:2])
    figures = dict(status.study.outcome.figures)
    assert figures["pareto_size"] == len(front(spec, status.trials)) == 2
    assert figures["best_parameters"] == theirs[0].values[1]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_time_ends_a_trial_before_an_epoch_that_would_be_late_and_its_best_counts(
    db: Database, digits: Dataset
) -> None:
    code = find_code(str(SPACES / "slow.py") + ":Slow")
    text = "dataset: digits\nmodel: {keras_tuner: 'slow.py:Slow'}\nparameters: {epochs: 30}"
    spec = parse_spec(text, "mine", SPACES, "mine.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=5, timeout_s=3600.0, seed=1, mlflow_uri="", options=code_options(code)
    )
    enter(db, "w", "cpu")

    class Timekeeper(Watch):
        """Once the second epoch has ended, time will be up in half of what it took."""

        epochs = 0

        def epoch(self, seconds: float) -> None:
            super().epoch(seconds)
            self.epochs += 1
            if self.epochs == 2:
                with db.session() as session, session.begin():
                    session.execute(sa.update(StudyRow).values(deadline_at=utc_now() + seconds / 2))

    context = StudyContext(
        db, view, spec, digits, blob_store(db, None), TrialFacts(), lambda: False, code=code_for(view, spec, [code]),
        watch=Timekeeper(),
    )  # fmt: skip
    job = budget.take(db, "s", "w")
    assert job is not None
    run_trial(context, job)
    (trial,) = runs.view_trials(db, "s", epochs=True)
    assert (trial.state, trial.reason) == ("complete", "time was up at epoch 2 of 30")
    assert len(trial.epochs) == 2
    assert trial.value == max(epoch.metrics["val_accuracy"] for epoch in trial.epochs)
    assert quickest_epoch(db, "s") == min(epoch.seconds for epoch in trial.epochs) >= 0.1


def test_a_trial_that_cannot_come_to_the_front_is_pruned(db: Database, digits: Dataset) -> None:
    text = """
dataset: digits
objectives: [val_accuracy, parameters]
parameters:
  units: [16, 64]
  learning_rate: [0.01, 0.02, 1.0e-7]
  normalization: standard
  epochs: 3
baselines:
  one: {units: 16, learning_rate: 0.01, normalization: standard, epochs: 3}
  two: {units: 16, learning_rate: 0.02, normalization: standard, epochs: 3}
search: {sampler: grid, seed: 1}
"""
    spec = parse_spec(text, "mine", Path(), "mine.yaml")
    view = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
    enter(db, "w", "cpu")
    context = StudyContext(db, view, spec, digits, blob_store(db, None), TrialFacts(), lambda: False)
    while (job := budget.take(db, "s", "w")) is not None:
        run_trial(context, job)

    status = study_status(db, "s", epochs=True)
    hopeless = [trial for trial in status.trials if trial.params["learning_rate"] == 1e-7]
    assert len(hopeless) == 2
    for trial in hopeless:
        assert (trial.state, trial.reason, len(trial.epochs)) == ("pruned", "pruned at epoch 1 of 3", 1)
    assert not {trial.ordinal for trial in front(spec, status.trials)} & {trial.ordinal for trial in hopeless}
    theirs = optuna.load_study(study_name="s", storage=db.storage)
    for trial in hopeless:
        told = theirs.trials[trial.trial_number or 0]
        assert tuple(told.values) == values_of(spec, trial)
        assert told.user_attrs["state"] == "pruned"
        assert told not in theirs.best_trials
    # Whoever adopts a trial decides by what is stored, and so the same.
    trial = hopeless[0]
    (row,) = trial.epochs
    adopted = FrontPruning(db, "s", spec)
    adopted.begins(Beginning(epoch=0, planned=3, look=lambda: view, rows=[row], attempt=2, parameters=5000))
    result = EpochResult(
        member=0, epoch=1, metrics=row.metrics, seconds=row.seconds, best_epoch=1, best=trial.value, ended=None,
        reason="", checkpoint=_no_checkpoint,
    )  # fmt: skip
    end = EpochEnd(epoch=1, planned=3, look=lambda: view, result=result)
    assert adopted.epoch_ended(end) == Decision("pruned", trial.reason)
    # No complete trial has as few parameters as this one: it may be the smallest of the front.
    adopted.begins(Beginning(epoch=0, planned=3, look=lambda: view, rows=[], attempt=2, parameters=600))
    assert adopted.epoch_ended(end) is None


def _no_checkpoint() -> NoReturn:
    raise AssertionError("it goes no further")
