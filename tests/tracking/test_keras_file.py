"""What a model takes and gives, read from files that Keras itself saved."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tuner.tracking.keras_file import Interface, Tensor, read_interface


@pytest.mark.slow
def test_the_interface_is_that_of_the_model_keras_saved(tmp_path: Path) -> None:
    import keras

    x = keras.Input((28, 28), dtype="uint8", name="pixels")
    hidden = keras.layers.Dense(16)(keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x)))
    functional = keras.Model(x, keras.layers.Softmax()(keras.layers.Dense(10, name="classes")(hidden)))
    sequential = keras.Sequential([keras.layers.Input((4,), name="features"), keras.layers.Dense(1, name="price")])
    for name, model in (("functional", functional), ("sequential", sequential)):
        model.save(tmp_path / f"{name}.keras")

    assert read_interface(tmp_path / "functional.keras") == Interface(
        (Tensor("pixels", (28, 28), "uint8"),), (Tensor(functional.output_names[0], (10,), "float32"),)
    )
    assert read_interface(tmp_path / "sequential.keras") == Interface(
        (Tensor("features", (4,), "float32"),), (Tensor("price", (1,), "float32"),)
    )


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK but not for long")

    with pytest.raises(ValueError, match="not a model saved by Keras"):
        read_interface(path)


@pytest.mark.parametrize("config", [{}, {"config": {"layers": []}}, {"config": {"name": "subclassed"}}])
def test_a_model_that_does_not_say_what_it_takes_is_refused(tmp_path: Path, config: dict[str, Any]) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps(config))

    with pytest.raises(ValueError, match="does not say what it takes"):
        read_interface(path)


def test_outputs_after_an_unknown_layer_are_left_open(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8], "dtype": "float32"}},
        {"class_name": "Dense", "config": {"name": "y", "units": 10}},
        {"class_name": "Reshape", "config": {"name": "z", "target_shape": [2, 5]}},
    ]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps({"config": {"layers": layers}}))

    assert read_interface(path).outputs == ()
