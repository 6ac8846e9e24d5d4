"""A table of one's own, from the file to a prediction for a row that nobody has seen."""

import contextlib
import io
import runpy
import sys

import mlflow
import numpy as np
import pandas
import pytest
from sklearn.datasets import load_diabetes

from tests.end_to_end.conftest import Desk

pytestmark = pytest.mark.slow

SPACE = """
dataset:
  {csv: patients.csv, test: held.csv, target: progression, task: regression, missing: impute, categorical: [ward]}
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
    """The diabetes data with sex in words, some cells empty, and columns that say nothing, in the forms tables have."""
    data = load_diabetes(as_frame=True, scaled=False)
    frame = data.data.assign(progression=data.target)
    frame["sex"] = frame["sex"].map({1.0: "a", 2.0: "b"})
    frame.loc[frame.index[::9], "bmi"] = None
    frame.loc[frame.index[::13], "sex"] = None
    row = np.arange(len(frame))
    frame["smokes"] = row % 3 == 0
    frame["ward"] = np.where(row % 5 == 0, np.nan, row % 4 + 1)
    return frame.assign(**{"seen, by": np.array(["NA", "Dr. Ärmel", '"B", x', "7"])[row % 4]})


def predict(desk: Desk, file: str) -> list[float]:
    """What the exported script says of a file, in this process: it imports the framework."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setattr(sys, "argv", ["predict.py", str(desk.folder / file)])
        runpy.run_path(str(desk.folder / "out" / "predict.py"))
    return [float(line) for line in said.getvalue().split()]


def test_a_regression_on_a_table_ends_with_an_interval_a_guess_and_a_model_for_new_rows(desk: Desk) -> None:
    frame = patients()
    held = np.arange(len(frame)) % 5 == 2
    frame[~held].to_csv(desk.folder / "patients.csv", index=False)
    frame[held].to_csv(desk.folder / "held.csv", index=False)
    desk.write_space(text=SPACE)
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    assert "always guessing the mean would be" in done.stdout
    test = desk.object("best", "s")["test"]
    assert test["low"] < test["mae"] < test["high"] < test["naive"]
    # Means over the networks, of which the root of one is not quite the other.
    assert test["rmse"] == pytest.approx(test["loss"] ** 0.5, rel=0.01)
    assert 0.2 < test["r2"] < 0.7

    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    assert experiment is not None
    (study,) = client.search_runs([experiment.experiment_id], "tags.role = 'study'")
    assert study.data.metrics["test_mae"] == pytest.approx(test["mae"])
    assert study.data.metrics["test_low"] == pytest.approx(test["low"])

    desk.tune("export", "s", "--output", "out")
    # The same rows as the study read them, and as a person has them: with more columns, in another order.
    new = frame[held].iloc[:10].drop(columns="progression")
    new[new.columns[::-1]].assign(name="x").to_csv(desk.folder / "new.csv", index=False, sep=";")
    new.to_parquet(desk.folder / "new.parquet")
    predicted = [predict(desk, file) for file in ("out/sample.npy", "new.csv", "new.parquet")]
    assert predicted[0] == predicted[1] == predicted[2]
    assert len(predicted[0]) == 10
    assert all(20 < each < 350 for each in predicted[0])
    new.assign(age="old").to_csv(desk.folder / "new.csv")
    with pytest.raises(SystemExit, match=r"new\.csv: column age, row 1: 'old' is not a number"):
        predict(desk, "new.csv")
    new.drop(columns="age").to_csv(desk.folder / "new.csv")
    with pytest.raises(SystemExit, match=r"new\.csv: there is no column 'age'"):
        predict(desk, "new.csv")

    # Other data: the study does not go on.
    frame[~held].assign(age=frame["age"] + 1).to_csv(desk.folder / "patients.csv", index=False)
    refused = desk.tune("resume", "s", "--trials", "5", check=False)
    assert refused.returncode == 2
    assert "began on other data" in refused.stderr
