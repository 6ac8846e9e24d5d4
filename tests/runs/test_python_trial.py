"""Trials of a network that code makes, in a real database: what it asks while it runs is in Optuna and in our rows."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from tuner.analysis import sentences
from tuner.data.dataset import Dataset
from tuner.database import budget, runs
from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.database.studies import view_study
from tuner.database.trial_facts import TrialFacts
from tuner.database.workers import enter
from tuner.errors import InputError, StudyConflict
from tuner.runs.closing import close_if_over
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.code import find_code, name_in
from tuner.spec.study_spec import parse_spec
from tuner.studies.code import code_for, code_options
from tuner.studies.export import export_trial
from tuner.studies.status import study_status

SPACES = Path(__file__).parents[1] / "spaces"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

Run = Callable[..., list[RunView]]


@pytest.fixture
def run(db: Database, digits: Dataset) -> Run:
    def of(where: str, more: str = "", n_trials: int = 2) -> list[RunView]:
        code = find_code(str(SPACES / where))
        name = name_in(code)
        text = f"dataset: digits\nmodel: {{{name.style}: '{where}'}}\nsearch: {{trials: {n_trials}, seed: 4}}\n{more}"
        spec = parse_spec(text, "mine", SPACES, "mine.yaml")
        view = create_study(
            db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="",
            options=code_options(code),
        )  # fmt: skip
        enter(db, "w", "cpu")
        store = blob_store(db, None)
        context = StudyContext(
            db, view, spec, digits, store, TrialFacts(), lambda: False, code=code_for(view, spec, [code])
        )
        while (job := budget.take(db, "s", "w")) is not None:
            run_trial(context, job)
        assert close_if_over(db, spec, digits, store, "s", "w", code=context.code)
        return runs.view_trials(db, "s", epochs=True)

    return of


def theirs(db: Database) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="s", storage=db.storage).trials


def test_a_keras_tuner_space_begins_with_its_defaults(db: Database, run: Run) -> None:
    ours = run("hypermodels.py:build_model", "parameters: {epochs: 1}\n")
    first = {"epochs": 1, "num_layers": 1, "units_0": 16, "activation": "relu", "dropout": False, "lr": 0.01}
    assert (ours[0].baseline, ours[0].params) == ("defaults", first)
    assert {each.state for each in ours} <= {"complete", "pruned"}
    for mine, trial in zip(ours, theirs(db), strict=True):
        assert {name: value for name, value in mine.params.items() if name != "epochs"} == trial.params
        assert trial.value == mine.value
    layers = [each.params["num_layers"] for each in ours]
    units = [sum(name.startswith("units_") for name in each.params) for each in ours]
    assert layers == units


def test_what_a_fit_of_its_own_asks_is_recorded_too(db: Database, run: Run) -> None:
    ours = run("hypermodels.py:TunedData", "parameters: {epochs: 1}\n")
    assert all({"scale", "batch_size"} <= set(each.params) for each in ours)
    assert all({"scale", "batch_size"} <= set(each.params) for each in theirs(db))


def test_a_loop_of_its_own_that_tells_the_objective_alone_is_a_trial(db: Database, run: Run) -> None:
    (ours,) = run("hypermodels.py:OwnLoop", "objective: {metric: my_metric, direction: minimize}\n", n_trials=1)
    assert ours.state == "complete", ours.reason
    assert ours.value == min(each.metrics["my_metric"] for each in ours.epochs)
    assert {"units", "batch_size", "lr"} <= set(ours.params)


def test_one_name_with_two_domains_keeps_both(db: Database, run: Run) -> None:
    ours = run("hypermodels.py:one_name_two_domains", "parameters: {epochs: 1}\n", n_trials=4)
    assert {each.state for each in ours} <= {"complete", "pruned"}
    kinds = {"small": (8, 16), "large": (32, 64)}
    assert {each.params["kind"] for each in ours} == set(kinds)
    assert all(each.params["units"] in kinds[str(each.params["kind"])] for each in ours)


def test_a_written_baseline_is_tried_as_written_with_defaults_for_the_rest(db: Database, run: Run) -> None:
    more = "parameters: {epochs: 1}\nbaselines: {mine: {num_layers: 2, units_1: 48, lr: 0.02}}\n"
    ours = run("hypermodels.py:build_model", more, n_trials=2)
    assert ours[1].baseline == "mine"
    written = {"num_layers": 2, "units_0": 16, "units_1": 48, "lr": 0.02}
    assert written.items() <= ours[1].params.items()
    assert written.items() <= theirs(db)[1].params.items()


def test_a_baseline_outside_the_space_fails_with_the_reason(db: Database, run: Run) -> None:
    ours = run("hypermodels.py:build_model", "baselines: {mine: {num_layers: 9}}\n", n_trials=2)
    assert ours[1].state == "failed"
    assert "the baseline has num_layers = 9; the code asks for 1 to 3" in ours[1].reason


def test_code_that_fails_ends_each_trial_with_its_reason_and_the_study_goes_on(db: Database, run: Run) -> None:
    ours = run("hypermodels.py:refuses")
    assert [(each.state, each.reason) for each in ours] == [("failed", "too large for this house")] * 2
    assert all(each.state.name == "COMPLETE" and each.value == 0 for each in theirs(db))


def predicts_alike(db: Database, folder: Path, digits: Dataset, accuracy: float, code: Path) -> None:
    """The exported script, in a process of its own, is as accurate on the test rows as the outcome says."""
    files = export_trial(db, blob_store(db, None), "s", None, folder / "out")
    np.save(folder / "rows.npy", digits.test.x)
    whole = any(each.name == "model.keras" for each in files)
    if whole:
        return
    command = [sys.executable, str(folder / "out" / "predict.py"), str(code), str(folder / "rows.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    chosen = [int(line.split("\t")[0]) for line in done.stdout.splitlines()]
    assert np.mean(np.array(chosen) == digits.test.y) == pytest.approx(accuracy, abs=1e-9)
    usage = subprocess.run(command[:2], capture_output=True, text=True, cwd=folder).stderr
    assert "predict.py CODE.py [ROWS.npy]" in usage


@pytest.mark.parametrize("name", ["subclassed_and_named", "subclassed"])
def test_a_winner_of_the_codes_own_class_is_scored_also_where_keras_cannot_make_it_again(
    db: Database, run: Run, name: str, digits: Dataset, tmp_path: Path
) -> None:
    run(f"spaces.py:{name}", "parameters: {epochs: 2, normalization: minmax}\n", n_trials=1)
    outcome: Any = view_study(db, "s").outcome
    assert outcome.test["accuracy"] > 0.3
    assert outcome.not_scored is None
    predicts_alike(db, tmp_path, digits, outcome.test["accuracy"], SPACES / "spaces.py")


@pytest.mark.parametrize(
    ("name", "goal", "words"),
    [
        ("Autoencoder", "val_loss", "the outputs are not scores of classes (of shape (8, 8, 1))"),
        ("Flat", "val_loss", "the outputs are not scores of classes (by their loss)"),
        ("Crops", "val_accuracy", "its fit gives it rows of shape (6, 6, 1), and those of digits have (8, 8, 1)"),
        ("Scales", "val_accuracy", "its fit changes rows or targets: val_accuracy is "),
        ("Two", "val_digit_accuracy", "the network has 2 outputs"),
    ],
)
def test_outputs_that_are_not_the_classes_of_the_rows_get_no_accuracy_on_test_rows(
    db: Database, run: Run, name: str, goal: str, words: str
) -> None:
    direction = "minimize" if "loss" in goal else "maximize"
    objective = f"objective: {{metric: {goal}, direction: {direction}}}\nparameters: {{epochs: 2}}\n"
    (ours,) = run(f"own_fits.py:{name}", objective, n_trials=1)
    assert ours.state == "complete", ours.reason
    outcome: Any = view_study(db, "s").outcome
    assert outcome.test is None
    assert outcome.not_scored.startswith(words)
    assert outcome.figures["not_scored"] == outcome.not_scored
    (told,) = [each for each in sentences.of_outcome(study_status(db, "s", epochs=True)) if "test rows" in each]
    assert told == f"It has no figures on the test rows, since {outcome.not_scored}."


def test_a_function_of_a_trial_may_prune_it_note_attributes_and_ask_its_number(db: Database, run: Run) -> None:
    ours = run("spaces.py:looks_at_the_trial", "parameters: {epochs: 1}\n", n_trials=6)
    many = [int(each.params["units"]) > 20 for each in ours]
    assert any(many)
    assert not all(many)
    for trial, mine, too_many in zip(theirs(db), ours, many, strict=True):
        assert trial.user_attrs["number"] == trial.number == mine.trial_number
        assert trial.user_attrs["products"] == 64 * int(mine.params["units"])
        assert mine.facts.as_tags()["user_attrs.products"] == str(trial.user_attrs["products"])
        assert trial.state.name == ("PRUNED" if too_many else "COMPLETE")
        assert (mine.state == "pruned" and "units are too many" in mine.reason) == too_many


def test_epochs_and_batch_size_may_be_searched(run: Run) -> None:
    ours = run("spaces.py:sequential", "parameters: {epochs: {int: [1, 3]}, batch_size: [64, 128]}\n", n_trials=3)
    assert all(each.params["batch_size"] in (64, 128) for each in ours)
    assert all(len(each.epochs) <= int(each.params["epochs"]) for each in ours)
    assert len({each.params["epochs"] for each in ours}) > 1


def test_only_code_that_was_named_and_has_not_changed_is_run(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("def build_model(hp): ...\n")
    code = find_code(str(file))
    spec = parse_spec(f"dataset: digits\nmodel: {{keras_tuner: '{file}:build_model'}}\n", "mine", tmp_path, "mine.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=1, timeout_s=None, seed=0, mlflow_uri="", options=code_options(code)
    )
    assert code_for(view, spec, [code]) == code
    with pytest.raises(InputError, match=r"was not given here. If you trust it, add --code .*net.py"):
        code_for(view, spec, [])
    with pytest.raises(InputError, match="was not given here"):
        code_for(view, spec, [find_code(f"{file}:other")])
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "net.py").write_text(file.read_text())
    assert code_for(view, spec, [find_code(str(other / "net.py"))]) is not None
    file.write_text("def build_model(hp): pass\n")
    with pytest.raises(StudyConflict, match="has changed since it began"):
        code_for(view, spec, [find_code(str(file))])
    with pytest.raises(StudyConflict, match="has changed since it began"):
        create_study(
            db, spec, study_name="s", n_trials=1, timeout_s=None, seed=0, mlflow_uri="",
            options=code_options(find_code(str(file))),
        )  # fmt: skip
