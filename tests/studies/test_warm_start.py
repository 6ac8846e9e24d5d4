"""The best of an old study, carried into a new space."""

from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from tuner.data.dataset import Dataset
from tuner.database import budget, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.trial_facts import TrialFacts
from tuner.errors import InputError
from tuner.runs.optuna_trial import asked_at_once
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.search.evidence import recorded
from tuner.search.history import History
from tuner.search.proposals import proposals
from tuner.search.suggest import distributions
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec
from tuner.studies.status import StudyStatus, study_status
from tuner.studies.warm_start import evidence_from, with_best_of

OLD = """
dataset: digits
parameters:
  hidden_layers: [2]
  units: {int: [16, 64], per: hidden_layer}
  optimizer: [momentum, adam]
  learning_rate: {float: [1e-3, 1e-1], log: true}
  dropout: {float: [0.1, 0.5]}
  epochs: 2
  normalization: minmax
search: {trials: 3, sampler: random, pruner: none, seed: 5, finalists: 0}
"""
NEW = """
dataset: digits
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 20], per: hidden_layer}
  optimizer: adam
  learning_rate: {float: [1e-3, 1e-1], log: true}
  epochs: [2, 5]
  normalization: minmax
  l2: [0.0, 1e-4]
search: {trials: 6}
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> StudyStatus:
    folder = tmp_path_factory.mktemp("old")
    db = open_database(f"sqlite:///{folder / 'tuner.db'}")
    spec = parse_spec(OLD, "old", folder, "old.yaml")
    view = create_study(
        db, spec, study_name="old-1", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    workers.enter(db, "w", "cpu")
    context = StudyContext(
        db, view, spec, digits, FolderStore(folder / "blobs"), TrialFacts(device="cpu", threads=0), lambda: False
    )
    while (job := budget.take(db, "old-1", "w")) is not None:
        run_trial(context, job)
    return study_status(db, "old-1", epochs=True)


def test_the_best_come_first_moved_into_the_new_space(old: StudyStatus) -> None:
    new = parse_spec(NEW, "new", Path(), "new.yaml")
    made, words = with_best_of(new, old, 2)
    assert [each.name for each in made.baselines] == [
        f"old-1-trial-{trial.trial_number}" for trial in sorted(old.trials, key=lambda t: -(t.value or 0))[:2]
    ]
    for each in made.baselines:
        assert each.params["optimizer"] == "adam"
        assert each.params["l2"] == 0.0  # the family's default, for the old study did not have it
        assert 8 <= int(each.params["units_1"]) <= 20
        assert each.params["hidden_layers"] == 2
    assert words.startswith("2 of the 2 best configurations of old-1 are tried first; moved into the space:")
    assert "left out, not searched here: dropout" in words
    assert "units" in words


def test_an_old_study_without_a_complete_trial_has_nothing_to_give(old: StudyStatus) -> None:
    with pytest.raises(InputError, match="no complete trial"):
        with_best_of(parse_spec(NEW, "new", Path(), "new.yaml"), replace(old, trials=()), 2)


def test_the_trials_of_an_old_study_are_kept_with_the_new_one_and_learned_from(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    spec = parse_spec(NEW, "new", tmp_path, "new.yaml")
    alone = NEW.replace("trials: 6", "trials: 6, sampler: {name: tpe, startup_defaults: false}")
    by_chance = parse_spec(alone, "new", tmp_path, "new.yaml")
    old = optuna.create_study(storage=db.storage, study_name="old", direction="maximize")
    space = distributions(spec.space)
    for number, params in enumerate(proposals(spec, 1, History(old.direction).at([]), range(12))):
        held = {name: space[name] for name in params}
        old.add_trial(optuna.trial.create_trial(value=number / 12, params=dict(params), distributions=held))
    kept, words = evidence_from(db.storage, "old", spec)
    assert "12 trials of old are learned from" in words
    study, without = (
        create_study(db, each, study_name=name, n_trials=None, timeout_s=None, seed=3, mlflow_uri="", evidence=evidence)
        for name, each, evidence in (("with", spec, kept), ("without", by_chance, None))
    )
    optuna.delete_study(study_name="old", storage=db.storage)
    places = [0, 1, 2, 3]
    asked = asked_at_once(db.storage, study, spec, places)
    drawn = asked_at_once(db.storage, without, by_chance, places)
    # By chance, as without defaults, and between those what the old study would try.
    assert [place for place in places if asked[place] == drawn[place]] == [0, 2]
    few = optuna.create_study(storage=db.storage, study_name="few", direction="maximize")
    assert recorded(few, spec.space) == []
    assert "teach nothing: fewer than 5" in evidence_from(db.storage, "few", spec)[1]
    one_by_one = parse_spec(NEW.replace("trials: 6", "trials: 6, sampler: random"), "new", tmp_path, "new.yaml")
    assert "of the samplers, tpe" in evidence_from(db.storage, "few", one_by_one)[1]
