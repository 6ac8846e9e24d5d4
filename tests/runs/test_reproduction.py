"""A trial that is trained again, through the lifecycle of all trainings: a row of its own, and no trial."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tuner.data.dataset import Dataset
from tuner.database import budget, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.reproductions import view_reproductions
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
    assert made.not_stored == ""
    # It is no trial: the study has as many as it had, as they were.
    assert study_status(context.db, "old-1", epochs=True).trials == status.trials


def test_what_came_of_it_is_stored(context: StudyContext, status: StudyStatus) -> None:
    trial = status.trials[0]
    made = reproduce(context, status, trial)
    row = view_reproductions(context.db, "old-1", epochs=True)[-1]
    assert (row.trial_ordinal, row.state, row.value, row.best_epoch) == (0, "complete", trial.value, trial.best_epoch)
    assert (row.reason, row.facts.came_out, row.facts.device, row.seed) == (
        made.words,
        "the same",
        "cpu",
        trial.facts.seed,
    )
    assert [each.metrics["val_accuracy"] for each in row.epochs] == [
        each.metrics["val_accuracy"] for each in trial.epochs
    ]
    assert row.finished_at is not None
    assert study_status(context.db, "old-1").reproductions[-1].reason == made.words


def test_where_nothing_can_be_written_it_is_trained_all_the_same_and_says_so(
    context: StudyContext, status: StudyStatus
) -> None:
    rows = len(view_reproductions(context.db, "old-1"))
    read_only = open_database(context.db.url)
    sa.event.listen(read_only.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=1"))
    read_only.engine.dispose()
    made = reproduce(replace(context, db=read_only), status, status.trials[1])
    read_only.engine.dispose()
    assert made.exact
    assert made.not_stored.startswith("the database can only be read")
    assert len(view_reproductions(context.db, "old-1")) == rows


def test_one_that_is_interrupted_says_so_in_its_row(context: StudyContext, status: StudyStatus) -> None:
    def interrupt(_: object, __: object, statement: str, *___: object) -> None:
        if "INTO tuner_epochs" in statement:
            raise KeyboardInterrupt

    sa.event.listen(context.db.engine, "before_cursor_execute", interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            reproduce(context, status, status.trials[1])
    finally:
        sa.event.remove(context.db.engine, "before_cursor_execute", interrupt)
    row = view_reproductions(context.db, "old-1")[-1]
    assert (row.state, row.reason, row.finalized) == ("cancelled", "interrupted", True)


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
    row = view_reproductions(context.db, "old-1")[-1]
    assert (row.state, row.facts.came_out) == ("failed", "")
    assert "does not measure 'val_no'" in row.reason
