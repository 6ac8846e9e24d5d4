"""Rules that end a search: exact under several workers, with the reason said; what they leave undone is not lost."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuner.data.dataset import Dataset
from tuner.database import budget, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.epochs import epochs_stored
from tuner.database.facts import Limits, StudyOptions
from tuner.database.trial_facts import TrialFacts
from tuner.errors import InputError, StudyConflict
from tuner.runs import closing
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.service.resuming import resume_study
from tuner.spec.study_spec import parse_spec
from tuner.studies.status import study_status
from tuner.studies.stopping_rules import noise, on_plateau

SPACE = """
dataset: digits
parameters: {units: [16, 32], optimizer: adam, learning_rate: {float: [1e-3, 1e-2]}, epochs: 3, normalization: minmax}
search: {trials: 30, pruner: none, seed: 1, finalists: 0}
"""


def made(tmp_path: Path, digits: Dataset, **limits: Any) -> StudyContext:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    spec = parse_spec(SPACE, "small", tmp_path, "small.yaml")
    options = StudyOptions(limits=Limits.model_validate(limits))
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="", options=options
    )  # fmt: skip
    workers.enter(db, "w", "cpu")
    return StudyContext(db, view, spec, digits, FolderStore(tmp_path / "blobs"), TrialFacts(), lambda: False)


def search(context: StudyContext) -> None:
    while (job := budget.take(context.db, "s", "w")) is not None:
        run_trial(context, job)


def test_an_epoch_budget_is_spent_to_the_epoch(tmp_path: Path, digits: Dataset) -> None:
    context = made(tmp_path, digits, epochs=7)
    search(context)
    status = study_status(context.db, "s", epochs=True)
    assert [len(trial.epochs) for trial in status.trials] == [3, 3, 1]
    assert status.trials[2].reason == "the budget of epochs is spent, at epoch 1 of 3"
    assert closing.close_if_over(context.db, context.spec, digits, context.store, "s", "w")
    status = study_status(context.db, "s")
    assert (status.counts["not_run"], status.counts.get("waiting", 0)) == (27, 0)
    assert status.study.outcome is not None
    assert status.study.outcome.figures["ended_by"] == "the budget of 7 epochs is spent"
    with pytest.raises(StudyConflict, match="give another --epoch-budget"):
        resume_study(context.db, "s", None, None)
    assert resume_study(context.db, "s", None, None, Limits(epochs=9)).ended == ""
    search(context)
    assert epochs_stored(context.db, "s") == 9


def test_a_target_that_is_reached_ends_the_search(tmp_path: Path, digits: Dataset) -> None:
    context = made(tmp_path, digits, target=0.3)
    search(context)
    status = study_status(context.db, "s", epochs=True)
    assert len(status.trials) < 30
    assert status.best is not None
    assert (status.best.value or 0.0) >= 0.3
    assert status.best.reason.startswith("the target is reached")
    assert status.why_ended == "the target val_accuracy 0.3 is reached"


def trial(ordinal: int, values: list[float]) -> Any:
    epochs = [SimpleNamespace(metrics={"val_accuracy": value}) for value in values]
    return SimpleNamespace(
        ordinal=ordinal, finalized=True, state="complete", value=max(values), finished_at=float(ordinal), epochs=epochs
    )


def test_a_plateau_is_no_improvement_above_the_noise(tmp_path: Path) -> None:
    spec = parse_spec(SPACE, "small", tmp_path, "small.yaml")
    shaky = [trial(i, [0.5, 0.7, 0.80, 0.82, 0.80, 0.82]) for i in range(3)]
    assert noise(shaky, spec) == pytest.approx(0.02 / 2**0.5)
    assert on_plateau([*shaky, trial(3, [0.825])], spec, 1)  # better, but within the noise
    assert not on_plateau([*shaky, trial(3, [0.86])], spec, 1)
    assert on_plateau([*shaky, trial(3, [0.86]), trial(4, [0.80])], spec, 1)
    assert not on_plateau([*shaky, trial(3, [0.86]), trial(4, [0.80])], spec, 2)
    assert not on_plateau(shaky[:1], spec, 1)


def test_limits_that_cannot_be_are_refused(tmp_path: Path, digits: Dataset) -> None:
    with pytest.raises(InputError, match="--plateau 0"):
        made(tmp_path, digits, plateau=0)
