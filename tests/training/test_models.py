"""A family's networks are what the configuration says, and what is exported needs nothing of ours."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import Network, Plan
from tuner.data.dataset import Dataset
from tuner.families import INITIALIZERS, NORMALIZATIONS, Initializer, MlpConfig
from tuner.training import catalogue
from tuner.training.models import evaluate, export_bytes, load_bytes, parameters, predict
from tuner.training.trainer import train


def test_lab_8_1_has_the_parameters_of_the_textbook(network: Network) -> None:
    # On 28 x 28 images: 784 * 128 + 128, 128 * 32 + 32, 32 * 10 + 10; the digits are 8 x 8.
    model = network(hidden_layers=2, units_1=128, units_2=32)
    assert parameters(model) == (64 * 128 + 128) + (128 * 32 + 32) + (32 * 10 + 10)


@pytest.mark.parametrize(
    ("name", "fan_in", "fan_out", "deviation"),
    [
        ("glorot_normal", 300, 100, np.sqrt(2 / 400)),
        ("glorot_uniform", 300, 100, np.sqrt(2 / 400)),
        ("he_normal", 300, 100, np.sqrt(2 / 300)),
        ("he_uniform", 300, 100, np.sqrt(2 / 300)),
        # The lecture's: sqrt(2) * sqrt(2 / (inputs + outputs)).
        ("he_avg_normal", 300, 100, np.sqrt(2) * np.sqrt(2 / 400)),
        ("he_avg_uniform", 300, 100, np.sqrt(2) * np.sqrt(2 / 400)),
        ("lecun_normal", 300, 100, np.sqrt(1 / 300)),
        ("lecun_uniform", 300, 100, np.sqrt(1 / 300)),
    ],
)
def test_initial_weights_spread_as_the_formula_says(name: str, fan_in: int, fan_out: int, deviation: float) -> None:
    drawn = np.asarray(catalogue.initializer(Initializer(name), seed=1)((fan_in, fan_out)))
    assert drawn.std() == pytest.approx(deviation, rel=0.03)
    assert abs(drawn.mean()) < deviation / 50


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_initializer_draws_the_same_from_the_same_seed(name: str) -> None:
    argument = {"constant": 0.5, "random_normal": 0.01, "random_uniform": 0.05}.get(name)
    first, second = (np.asarray(catalogue.initializer(Initializer(name, argument), seed=3)((20, 30))) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    if name in ("zeros", "constant"):
        assert set(np.unique(first)) == {argument or 0.0}


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_an_exported_model_takes_raw_rows_and_gives_the_same(
    digits: Dataset, network: Network, plan: Plan, normalization: str
) -> None:
    model = network(normalization=normalization, augmentation="shift+flip+rotate", output_activation="linear")
    train(model, digits, plan(epochs=1, path="auto"))
    loaded = load_bytes(export_bytes(model))
    outputs = predict(loaded, digits.test.x)
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(outputs.argmax(axis=1), predict(model, digits.test.x).argmax(axis=1))
    scores = evaluate(loaded, digits.test, digits.info)
    assert scores["accuracy"] == np.mean(outputs.argmax(axis=1) == digits.test.y)


def test_an_exported_model_loads_with_keras_alone(
    digits: Dataset, network: Network, plan: Plan, tmp_path: Path
) -> None:
    model = network(normalization="whiten", augmentation="flip", activation="prelu", batch_normalization=True)
    train(model, digits, plan(epochs=1, path="auto"))
    (tmp_path / "model.keras").write_bytes(export_bytes(model))
    np.save(tmp_path / "rows.npy", digits.test.x[:5])
    code = (
        "import keras, numpy as np, sys\n"
        "print(keras.models.load_model('model.keras').predict(np.load('rows.npy'), verbose=0).argmax(1).tolist())\n"
        "assert not any(name.startswith('tuner') for name in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == str(predict(model, digits.test.x[:5]).argmax(axis=1).tolist())


def test_augmentation_changes_training_images_and_no_others(network: Network, digits: Dataset) -> None:
    model = network(augmentation="flip", flip_probability=1.0, normalization="none")
    image = digits.train.x[:1].astype("float32")
    layer = model.layers[0]
    np.testing.assert_array_equal(np.asarray(layer(image, training=True)), image[:, :, ::-1])
    np.testing.assert_array_equal(np.asarray(layer(image, training=False)), image)


def test_further_metrics_are_watched_by_name(
    digits: Dataset, network: Network, plan: Plan, configure: Callable[..., MlpConfig]
) -> None:
    result = train(network(metrics=("top_k_categorical_accuracy",)), digits, plan(epochs=1))
    watched = result.epochs[0]
    assert watched["val_top_k_categorical_accuracy"] >= watched["val_accuracy"]
