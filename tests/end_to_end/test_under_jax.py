"""The main job with Keras on JAX."""

import importlib.util

import mlflow
import pytest
import yaml

from tests.end_to_end.conftest import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra `jax`)"),
]


def test_a_study_runs_under_jax(desk: Desk) -> None:
    desk.settings = {"KERAS_BACKEND": "jax", "TUNER_CACHE": str(desk.folder / "cache")}
    desk.write_space(epochs=3)
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1", "--trials", "2")
    assert "test accuracy" in done.stdout
    trials = desk.trials("s")
    assert {trial["state"] for trial in trials} <= {"complete", "pruned"}
    # A program that was kept on disk is there for the next worker.
    assert list((desk.folder / "cache").rglob("jit__many_steps-*"))
    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    version = client.get_model_version_by_alias("small", "champion")
    run = client.get_run(version.run_id)
    assert run.data.tags["backend"] == "jax"
    assert "version_jax" in run.data.tags
    searched = client.search_runs([run.info.experiment_id])
    tags = [each.data.tags for each in searched]
    # A trial of the search; a final is scored besides.
    assert max(int(each["compilations"]) for each in tags if "compilations" in each and "kind" not in each) == 2
    about = yaml.safe_load(next((desk.folder / "mlartifacts").rglob("MLmodel")).read_text())
    assert about["flavors"]["keras"]["keras_backend"] == "jax"
