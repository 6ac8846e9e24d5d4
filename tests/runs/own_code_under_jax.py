"""Studies of a person's own code whose networks train together. Run with KERAS_BACKEND=jax, by training/cohort's tests.

The worker's loop is `Worker`'s: as many places as there is room for, and an epoch of each in turn.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.training.cohort.conftest import few, whole_precision  # noqa: F401  (fixtures)
from tuner.data.dataset import Dataset
from tuner.database import budget, runs, workers
from tuner.database.blobs import blob_store
from tuner.database.connection import Database, open_database
from tuner.database.runs import RunView
from tuner.database.trial_facts import TrialFacts
from tuner.errors import TrialFailed
from tuner.runs.companies import Held, founded_on_jax
from tuner.runs.study_context import StudyContext
from tuner.runs.together import Together
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.code import find_code
from tuner.spec.study_spec import parse_spec
from tuner.studies.code import code_for, code_options
from tuner.training.cohort.port import Cohort

CODE = """
import keras


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


def build(hp):
    own = [Doubled()] if hp.Boolean("doubled", default=False) else []
    model = keras.Sequential([
        keras.Input((8, 8, 1)), keras.layers.Flatten(), *own,
        keras.layers.Dense(hp.Choice("units", [8]), activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    rate = hp.Float("rate", 1e-3, 1e-1, sampling="log")
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
SPACE = """
dataset: digits
model: {keras_tuner: 'own.py:build'}
parameters: {epochs: 3, batch_size: 100, normalization: minmax}
search: {trials: 6, seed: 3, sampler: random, pruner: none}
"""
Opened = Callable[[str], StudyContext]


@pytest.fixture
def opened(tmp_path: Path, few: Dataset) -> Iterator[Opened]:  # noqa: F811
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    (tmp_path / "own.py").write_text(CODE)
    code = find_code(str(tmp_path / "own.py") + ":build")
    open_now: list[Database] = []

    def make(name: str) -> StudyContext:
        db = open_database(f"sqlite:///{tmp_path / name}.db")
        open_now.append(db)
        spec = parse_spec(SPACE, "small", tmp_path, "small.yaml")
        view = create_study(
            db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="",
            options=code_options(code),
        )  # fmt: skip
        workers.enter(db, "w", "cpu")
        store = blob_store(db, None)
        known = code_for(view, spec, [code])
        return StudyContext(db, view, spec, few, store, TrialFacts(), lambda: False, code=known)

    yield make
    for each in open_now:
        each.engine.dispose()


def search(context: StudyContext, at_once: Together, turns: int = 99) -> list[int]:
    """How many there were in each turn."""
    sizes = []
    while len(sizes) < turns:
        for _ in range(2):
            held = [each.ordinal for each in at_once.jobs]
            at_once.add(budget.take_many(context.db, "s", "w", at_once.free, held))
        if not len(at_once) and budget.take_untold(context.db, "s", "w") is None:
            return sizes
        sizes.append(len(at_once))
        at_once.turn()
    return sizes


def tight(key: Any, held: Held, slots: int, looks: bool) -> Cohort:
    """On a device that has memory for two."""
    if slots > 2:
        raise TrialFailed(f"out of memory with {slots} networks", state="out_of_memory")
    return founded_on_jax(key, held, slots, looks)


def trials(context: StudyContext) -> list[RunView]:
    return runs.view_trials(context.db, "s", epochs=True)


@pytest.mark.usefixtures("whole_precision")
def test_networks_of_a_persons_code_come_to_the_same_together_also_when_they_are_handed_back(opened: Opened) -> None:
    alone, company = opened("alone"), opened("company")
    while (job := budget.take(alone.db, "s", "w")) is not None:
        run_trial(alone, job)
    at_once = Together(company, 4)
    sizes = search(company, at_once, turns=2)
    at_once.hand_back("handed back")
    # Where the memory does not suffice for all, fewer are trained at once, and none fails of it.
    sizes += search(company, Together(company, 4, tight))
    assert max(sizes) > 1
    assert max(sizes[-2:]) <= 2
    expected, found = trials(alone), trials(company)
    assert [each.ordinal for each in found] == list(range(6))
    assert [(each.params, each.state) for each in found] == [(each.params, each.state) for each in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert [each.epoch for each in ours.epochs] == [1, 2, 3]
        assert ours.repeated == 0
        # A layer of one's own is known to nobody.
        assert ours.facts.path == ("compiled" if ours.params["doubled"] else "cohort")
        assert theirs.facts.path == "compiled"
        assert ours.value == pytest.approx(theirs.value, abs=2 / 150)
        for mine, its in zip(ours.epochs, theirs.epochs, strict=True):
            assert mine.metrics["loss"] == pytest.approx(its.metrics["loss"], rel=1e-3)
    assert {each.params["doubled"] for each in found} == {True, False}
    in_optuna = optuna.load_study(study_name="s", storage=company.db.storage).trials
    assert [each.value for each in in_optuna] == [each.value for each in found]
