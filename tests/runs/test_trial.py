"""One trial, in this process: what is kept of it."""

from pathlib import Path

import pytest

from tuner.data.dataset import Dataset
from tuner.database import budget, runs, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.trial_facts import TrialFacts
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec
from tuner.studies import trial_files

SPACE = """
dataset: digits
parameters: {units: 16, optimizer: adam, learning_rate: {float: [1e-3, 1e-2]}, epochs: 2, normalization: minmax}
search: {trials: 1, seed: 1, finalists: 0, pruner: {name: threshold, lower: 2.0, warmup_epochs: WARMUP}}
"""


@pytest.mark.parametrize(("warmup", "state"), [(1, "pruned"), (2, "complete")])
def test_a_trial_that_has_reached_its_last_epoch_is_complete_and_keeps_its_pictures(
    tmp_path: Path, digits: Dataset, warmup: int, state: str
) -> None:
    """No accuracy is above 2, so the pruner ends every trial as soon as it is asked in earnest."""
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    spec = parse_spec(SPACE.replace("WARMUP", str(warmup)), "small", tmp_path, "small.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    workers.enter(db, "w", "cpu")
    context = StudyContext(db, view, spec, digits, FolderStore(tmp_path / "blobs"), TrialFacts(), lambda: False)
    job = budget.take(db, "s", "w")
    assert job is not None
    run_trial(context, job)
    trial = runs.view_trial(db, "s", 0)
    assert (trial.state, len(trial.epochs)) == (state, warmup)
    assert (trial_files.answers_of(context.store, trial) is not None) == (state == "complete")
