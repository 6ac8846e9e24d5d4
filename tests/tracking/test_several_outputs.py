"""A model with several inputs and outputs as MLflow loads and serves it: the same names, and an array of each."""

from pathlib import Path

import keras
import mlflow
import numpy as np
import pytest
from mlflow.exceptions import MlflowException

from tests.tracking.records import trial
from tuner.tracking.keras_file import Tensor, read_interface
from tuner.tracking.mlflow_models import write_folder

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def model(folder: Path, by_name: bool) -> Path:
    wide, deep = keras.Input((3,), name="wide"), keras.Input((2, 2), name="deep")
    both = keras.layers.concatenate([wide, keras.layers.Flatten()(deep)])
    kind = keras.layers.Dense(2, activation="softmax", name="kind")(both)
    size = keras.layers.Activation("linear", name="size")(keras.layers.Dense(1)(both))
    outputs = {"kind": kind, "how_large": size} if by_name else [kind, size]
    keras.Model([wide, deep], outputs).save(folder / "model.keras")
    return folder / "model.keras"


@pytest.mark.parametrize("by_name", [False, True])
def test_a_model_with_several_outputs_is_loaded_by_mlflow_with_their_names(tmp_path: Path, by_name: bool) -> None:
    file = model(tmp_path, by_name)
    interface = read_interface(file)
    second = "how_large" if by_name else "size"
    assert interface.inputs == (Tensor("wide", (3,), "float32"), Tensor("deep", (2, 2), "float32"))
    assert set(interface.outputs) == {Tensor("kind", (2,), "float32"), Tensor(second, (1,), "float32")}
    folder = tmp_path / "served"
    folder.mkdir()
    write_folder(folder, "0" * 32, "m-1", str(folder), trial(), file, interface)
    loaded = mlflow.pyfunc.load_model(str(folder))
    assert set(loaded.metadata.signature.inputs.input_names()) == {"wide", "deep"}
    rows = {"wide": np.ones((5, 3), np.float32), "deep": np.ones((5, 2, 2), np.float32)}
    given = loaded.predict(rows)
    assert {name: each.shape for name, each in given.items()} == {"kind": (5, 2), second: (5, 1)}
    np.testing.assert_allclose(given["kind"].sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(MlflowException, match="deep"):
        loaded.predict({"wide": rows["wide"]})
