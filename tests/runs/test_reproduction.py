"""A trial that is trained again, through the lifecycle of all trainings, and stored nowhere."""

from dataclasses import replace

import pytest

from tuner.data.dataset import Dataset
from tuner.database import budget, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound, TrialFailed
from tuner.runs.reproduction import reproduce
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec
from tuner.studies.status import StudyStatus, study_status

SPACE = """
dataset: digits
parameters:
  hidden_layers: [2]
  units: {int: [16, 64], per: hidden_layer}
  optimizer: [momentum, adam]
  learning_rate: {float: [1e-3, 1e-1], log: true}
  dropout: {float: [0.1, 0.5]}
  epochs: 2
  normalization: minmax
search: {trials: 2, sampler: random, pruner: none, seed: 5, finalists: 0}
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> StudyContext:
    folder = tmp_path_factory.mktemp("old")
    db = open_database(f"sqlite:///{folder / 'tuner.db'}")
    spec = parse_spec(SPACE, "old", folder, "old.yaml")
    view = create_study(
        db, spec, study_name="old-1", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    workers.enter(db, "w", "cpu")
    context = StudyContext(
        db, view, spec, digits, FolderStore(folder / "blobs"), TrialFacts(device="cpu", threads=0), lambda: False
    )
    while (job := budget.take(db, "old-1", "w")) is not None:
        run_trial(context, job)
    return context


@pytest.fixture
def status(context: StudyContext) -> StudyStatus:
    return study_status(context.db, "old-1", epochs=True)


def test_a_trial_trained_again_comes_out_the_same_to_the_digit(context: StudyContext, status: StudyStatus) -> None:
    made = reproduce(context, status, status.trials[1])
    assert made.exact
    assert made.reproduced
    assert made.differences == ()
    # It is no trial: the study has as many as it had, as they were.
    assert study_status(context.db, "old-1", epochs=True).trials == status.trials


def test_another_seed_is_not_the_same_and_other_versions_leave_room_for_noise(
    context: StudyContext, status: StudyStatus
) -> None:
    trial = status.trials[1]
    other = replace(trial, facts=trial.facts.with_more(TrialFacts(seed=1)))
    made = reproduce(context, status, other)
    assert not made.exact
    assert not made.reproduced
    assert "came out differently" in made.words
    there = replace(context, facts=context.facts.with_more(TrialFacts(versions={"keras": "4.0"})))
    elsewhere = reproduce(there, status, other)
    assert elsewhere.differences == ("version_keras not noted -> 4.0",)
    assert elsewhere.reproduced == (abs(elsewhere.again - elsewhere.value) <= elsewhere.allowed)


def test_a_trial_without_an_epoch_and_one_that_fails_now_are_told_apart(
    context: StudyContext, status: StudyStatus
) -> None:
    with pytest.raises(NotFound, match="finished no epoch"):
        reproduce(context, status, replace(status.trials[0], epochs=()))
    objective = context.spec.objective.model_copy(update={"metric": "val_no"})
    unmeasured = replace(context, spec=replace(context.spec, objective=objective))
    with pytest.raises(TrialFailed, match="does not measure 'val_no'"):
        reproduce(unmeasured, status, status.trials[0])
