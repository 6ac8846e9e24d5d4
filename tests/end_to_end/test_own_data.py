"""A table of one's own, from the file to a prediction for a row that nobody has seen."""

import subprocess
import sys

import mlflow
import numpy as np
import pandas
import pytest
from sklearn.datasets import load_diabetes

from tests.end_to_end.conftest import Desk

pytestmark = pytest.mark.slow

SPACE = """
dataset: {csv: patients.csv, target: progression, task: regression, missing: impute}
metrics: [r2]
parameters:
  units: [8, 16]
  learning_rate: {float: [0.01, 0.1], log: true}
  epochs: 15
  normalization: standard
  target_normalization: standard
baselines:
  linear-like: {units: 8, learning_rate: 0.03, epochs: 15, normalization: standard, target_normalization: standard}
search: {trials: 3, pruner: none, seed: 3}
"""


def patients() -> pandas.DataFrame:
    """The diabetes data with sex in words and some cells empty."""
    data = load_diabetes(as_frame=True, scaled=False)
    frame = data.data.assign(progression=data.target)
    frame["sex"] = frame["sex"].map({1.0: "a", 2.0: "b"})
    frame.loc[frame.index[::9], "bmi"] = None
    frame.loc[frame.index[::13], "sex"] = None
    return frame


def test_a_regression_on_a_table_ends_with_an_interval_a_guess_and_a_model_for_new_rows(desk: Desk) -> None:
    frame = patients()
    frame.to_csv(desk.folder / "patients.csv", index=False)
    desk.write_space(text=SPACE)
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    assert "always guessing the mean would be" in done.stdout
    test = desk.object("best", "s")["test"]
    assert test["low"] < test["mae"] < test["high"] < test["naive"]
    assert test["rmse"] == pytest.approx(test["loss"] ** 0.5)
    assert 0.2 < test["r2"] < 0.7

    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    assert experiment is not None
    (study,) = client.search_runs([experiment.experiment_id], "tags.role = 'study'")
    assert study.data.metrics["test_mae"] == pytest.approx(test["mae"])
    assert study.data.metrics["test_low"] == pytest.approx(test["low"])

    desk.tune("export", "s", "--output", "out")
    frame.drop(columns="progression").head(5).to_csv(desk.folder / "new.csv", index=False, sep=";")
    command = [sys.executable, "out/predict.py", "new.csv"]
    ran = subprocess.run(command, cwd=desk.folder, capture_output=True, text=True, timeout=120, env=desk.environment())
    assert ran.returncode == 0, ran.stderr
    predicted = np.array([float(line) for line in ran.stdout.split()])
    assert predicted.shape == (5,)
    assert ((predicted > 20) & (predicted < 350)).all()

    # Other data: the study does not go on.
    frame.assign(age=frame["age"] + 1).to_csv(desk.folder / "patients.csv", index=False)
    refused = desk.tune("resume", "s", "--trials", "5", check=False)
    assert refused.returncode == 2
    assert "began on other data" in refused.stderr
