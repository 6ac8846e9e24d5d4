"""A study whose workers train many networks at once, with Keras on JAX: the same exactness, and few programs."""

import importlib.util

import optuna
import psutil
import pytest

from tests.end_to_end.conftest import Desk
from tuner.database.connection import open_database
from tuner.database.epochs import epochs_stored
from tuner.studies.status import study_status

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra `jax`)"),
]

SPACE = """
dataset: digits
parameters:
  hidden_layers: {int: [1, 2]}
  units: {int: [8, 24]}
  learning_rate: {float: [1e-3, 1e-1], log: true}
  optimizer: [momentum, adam]
  activation: [relu, tanh]
  dropout: {float: [0.0, 0.4]}
  batch_size: 16
  epochs: EPOCHS
  normalization: minmax
search: {trials: 16, sampler: tpe, pruner: none, seed: 11, finalists: {configurations: 2, seeds: 1}}
"""


@pytest.mark.chaos
def test_a_cohort_that_is_killed_loses_no_trial_and_all_of_it_has_few_programs(desk: Desk) -> None:
    desk.settings = {"KERAS_BACKEND": "jax", "TUNER_CACHE": str(desk.folder / "cache")}
    desk.write_space(epochs=20, text=SPACE)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1", "--cohort", "8")
    desk.wait_until(lambda: (desk.folder / "tuner.db").exists())
    db = open_database(desk.storage)
    desk.wait_until(lambda: epochs_stored(db, "s") >= 16)
    (worker,) = psutil.Process(process.pid).children()
    held = [each for each in study_status(db, "s").trials if each.held]
    assert len(held) == 8
    worker.kill()
    _, told = process.communicate(timeout=200)
    assert process.returncode == 0, told
    assert "up to 8 networks at once" in told

    status = study_status(db, "s", epochs=True)
    assert [(each.ordinal, each.state, each.finalized) for each in status.trials] == [
        (ordinal, "complete", True) for ordinal in range(16)
    ]
    for trial in status.trials:
        assert [each.epoch for each in trial.epochs] == list(range(1, max(1, len(trial.epochs)) + 1))
    adopted = {each.ordinal for each in status.trials if each.attempt > 1}
    assert adopted == {each.ordinal for each in held}
    assert [each.state for each in status.finalists if each.role == "compare"] == ["complete"] * 2
    in_optuna = optuna.load_study(study_name="s", storage=desk.storage).trials
    assert [each.value for each in in_optuna] == [each.value for each in status.trials]
    for each, trial in zip(in_optuna, status.trials, strict=True):
        assert sorted(each.intermediate_values) == [epoch.epoch for epoch in trial.epochs]
    # Two programs a cohort, of few and of many slots, before and after the kill; and those of the final.
    compiled = sum(each.facts.compilations or 0 for each in [*status.trials, *status.finalists])
    assert 0 < compiled < 30
    db.engine.dispose()
