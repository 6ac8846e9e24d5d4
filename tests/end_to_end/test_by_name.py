"""A table whose columns are the inputs of a network by name, and its targets the outputs, over a real MLflow server."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

from tests.end_to_end.conftest import Desk
from tests.tracking import servers

NETWORK = """
import keras


def build(trial, data):
    inputs = {each.name: keras.Input(each.shape, name=each.name) for each in data.inputs}
    x = keras.layers.concatenate([keras.layers.Dense(8, "relu")(each) for each in inputs.values()])
    outputs = {each.name: keras.layers.Dense(width, name=each.name)(x) for each, width in zip(data.targets, (2, 1))}
    model = keras.Model(inputs, outputs)
    rate = trial.suggest_float("rate", 1e-3, 1e-2, log=True)
    model.compile(keras.optimizers.Adam(rate), loss={"size": "mse", "price": "mae"})
    return model
"""
SPACE = """
dataset:
  csv: houses.csv
  target: {size: [width, height], price: [price]}
  task: regression
  inputs: {where: [age, colour, since], how: [height of it, remark]}
  words: [remark]
model: {python: "net.py:build"}
parameters: {epochs: 2, batch_size: 32}
search: {trials: 2, seed: 1, finalists: 0}
"""
CHECK = """
import contextlib, io, json, runpy, sys
import keras, mlflow, numpy as np, pandas

address, table, folder = sys.argv[1:]
sys.argv = ["predict.py", table]
with contextlib.redirect_stdout(io.StringIO()):
    ran = runpy.run_path(f"{folder}/predict.py")
rows, answers = ran["rows"], ran["outputs"]
mlflow.set_tracking_uri(address)
champion = mlflow.pyfunc.load_model("models:/space@champion")
signature = champion.metadata.signature
raw = pandas.read_csv(table, dtype=str, keep_default_na=False)
model = keras.models.load_model(f"{folder}/columns.keras")
columns = {}
for each in model.inputs:
    cells = raw[[each.name]]
    columns[each.name] = (
        cells.replace("", np.nan).to_numpy(np.float32) if each.dtype == "float32"
        else keras.ops.convert_to_tensor(cells.to_numpy(object).tolist(), dtype="string")
    )
found = {"script": answers, "mlflow": champion.predict(rows), "columns": model.predict(columns, verbose=0)}
print(json.dumps({
    "takes": signature.inputs.input_names(), "gives": signature.outputs.input_names(), "inputs": sorted(columns),
    **{of: {name: np.asarray(values).tolist() for name, values in each.items()} for of, each in found.items()},
}))
"""


def houses(rows: int = 200) -> pandas.DataFrame:
    rng = np.random.default_rng(0)
    age, tall = rng.normal(size=rows).round(3), rng.normal(size=rows).round(3)
    since = pandas.date_range("2023-01-01", periods=rows, freq="13h")
    return pandas.DataFrame(
        {
            "age": age, "colour": rng.choice(["red", "blue"], rows),
            "since": [f"{at.day}.{at.month}.{at.year} {at.hour}:{at.minute:02}" for at in since],
            "height of it": tall, "remark": rng.choice(["near the sea", "Loud!", "the sea, and loud"], rows),
            "width": age * 2, "height": tall, "price": (age - tall).round(3),
        }
    )  # fmt: skip


@pytest.mark.chaos
@pytest.mark.slow
def test_a_network_of_columns_and_targets_by_name_is_the_same_in_a_script_in_keras_and_in_mlflow(
    desk: Desk, tmp_path: Path
) -> None:
    houses().to_csv(tmp_path / "houses.csv", index=False)
    houses().head(7).to_csv(tmp_path / "few.csv", index=False)
    (tmp_path / "net.py").write_text(NETWORK)
    (tmp_path / "space.yaml").write_text(SPACE)
    where = ["--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db"]
    where += ["--artifacts-destination", str(tmp_path / "files")]
    with servers.mlflow(tmp_path, "server", "--workers", "1", *where) as address:
        desk.settings = {"MLFLOW_TRACKING_URI": address}
        desk.tune("start", "--space", "space.yaml", "--code", "net.py", "--workers", "1")
        desk.tune("export", "space-1", "--output", "out", "--code", "net.py")
        done = subprocess.run(
            [sys.executable, "-c", CHECK, address, "few.csv", "out"], cwd=tmp_path, capture_output=True, text=True,
            timeout=240,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["takes"] == ["where", "how"]
    assert {*found["gives"]} == {"size", "price"}
    assert found["inputs"] == ["age", "colour", "height of it", "remark", "since"]
    for name, width in (("size", 2), ("price", 1)):
        assert np.shape(found["script"][name]) == (7, width)
        np.testing.assert_allclose(found["columns"][name], found["script"][name], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found["mlflow"][name], found["script"][name], rtol=1e-5, atol=1e-5)
