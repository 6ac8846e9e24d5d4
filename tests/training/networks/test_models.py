"""A model takes raw rows, is the same for the same seed, and leaves as a file that Keras alone can load."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from tests.training.conftest import Network, Plan
from tuner.data.arrays import Part, Parts, found_of
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.raw_dataset import split
from tuner.data.sources import load
from tuner.errors import DataError, SpecError, TrialFailed
from tuner.spec.families import NORMALIZATIONS, cnn, mlp
from tuner.spec.metrics import METRICS
from tuner.spec.sources import DataSpec
from tuner.spec.space import Params, fixed
from tuner.tracking.keras_file import read_interface
from tuner.training.custom import python_export
from tuner.training.networks import catalogue
from tuner.training.networks.models import build, evaluate, export, export_bytes, load_bytes, parameters, predict, save
from tuner.training.networks.models import outputs as probabilities
from tuner.training.trainer import train

NAMES = ("auc", "precision", "recall", "balanced_accuracy")
_LOAD = """
import sys
import keras
import numpy as np

model = keras.models.load_model(sys.argv[1])
assert not any(name.split(".")[0] == "tuner" for name in sys.modules)
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
"""


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_preprocessing_in_the_model_is_that_of_the_data(digits: Dataset, network: Network, normalization: str) -> None:
    model = network(normalization=normalization, hidden_layers=0, output_activation="linear")
    kernel, bias = model.layers[-1].get_weights()
    rows = fit(normalization, digits.train.x).apply(digits.test.x)
    expected = rows.reshape(len(rows), -1) @ kernel + bias
    np.testing.assert_allclose(model.predict(digits.test.x, verbose=0), expected, rtol=1e-4, atol=1e-4)


def test_a_saved_model_loads_with_keras_alone_and_predicts_the_same_from_raw_rows(
    digits: Dataset, network: Network, plan: Plan, tmp_path: Path
) -> None:
    model = network(
        normalization="whiten", augmentation="shift+flip+rotate", output_activation="linear", dropout=0.2,
        batch_normalization=True, activation="prelu",
    )  # fmt: skip
    train(model, digits, plan(epochs=1))
    save(model, tmp_path / "model.keras")
    np.save(tmp_path / "rows.npy", digits.test.x)
    files = [str(tmp_path / name) for name in ("model.keras", "rows.npy", "outputs.npy")]
    subprocess.run([sys.executable, "-c", _LOAD, *files], check=True, capture_output=True, cwd=tmp_path)
    outputs = np.load(files[2])
    logits = model.predict(digits.test.x, verbose=0)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)


def test_an_exported_model_gives_probabilities_and_has_no_augmentation(digits: Dataset, network: Network) -> None:
    model = export(network(augmentation="shift+flip", output_activation="linear"))
    assert [layer.name for layer in model.layers][-1] == "probabilities"
    assert not {"shift", "flip"} & {layer.name for layer in model.layers}
    np.testing.assert_allclose(predict(model, digits.test.x).sum(axis=1), 1, rtol=1e-5)
    assert not model.compiled


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(network: Network) -> None:
    first, same, other = (network(seed=seed, dropout=0.1, augmentation="flip") for seed in (7, 7, 8))
    for a, b in zip(first.variables, same.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    kernels = [model.get_layer("hidden_1").kernel.numpy() for model in (first, other)]
    assert not np.allclose(*kernels)


def test_building_leaves_global_random_state_alone(network: Network) -> None:
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    network(dropout=0.5)
    assert np.random.random() == expected


def test_scores_are_those_of_keras(digits: Dataset, network: Network, plan: Plan) -> None:
    model = network()
    train(model, digits, plan())
    loss, accuracy = model.evaluate(digits.test.x, digits.test.y, verbose=0)
    scores = evaluate(load_bytes(export_bytes(model)), digits.test, digits.info)
    assert scores == pytest.approx({"loss": loss, "accuracy": accuracy}, rel=1e-5)


def test_scores_of_outputs_that_are_no_probabilities_have_no_loss(digits: Dataset, network: Network) -> None:
    assert set(evaluate(export(network(output_activation="sigmoid", loss="mse")), digits.test, digits.info)) == {
        "accuracy"
    }


@pytest.fixture(scope="module")
def diabetes() -> Dataset:
    return load(DataSpec("diabetes"), seed=0)


def test_scores_of_a_regression_are_errors_and_the_share_explained(diabetes: Dataset) -> None:
    info = diabetes.info
    model = keras.Sequential([keras.Input(info.input_shape), keras.layers.Dense(1, kernel_initializer="zeros")])
    y = diabetes.test.y.astype(np.float64)
    expected = {"loss": np.mean(y**2), "rmse": np.mean(y**2) ** 0.5, "mae": np.mean(np.abs(y))}
    expected["r2"] = 1 - np.mean(y**2) / np.var(y)
    assert evaluate(model, diabetes.test, info) == pytest.approx(expected, rel=1e-6)


def test_metrics_of_a_regression_are_logged_under_the_name_asked_for(diabetes: Dataset, plan: Plan) -> None:
    config = mlp(fixed({"units": 4, "epochs": 1, "normalization": "standard"}), "regression", False)
    names = ("r2", "rmse", "MeanSquaredError", "mape")
    model = build(config, diabetes.info, fit("standard", diabetes.train.x), names, seed=1)
    (epoch,) = train(model, diabetes, plan(epochs=1, monitor="val_r2")).epochs
    assert {f"val_{name}" for name in ("mae", *names)} <= set(epoch)
    assert epoch["val_rmse"] == pytest.approx(epoch["val_MeanSquaredError"] ** 0.5, rel=1e-5)
    scores = evaluate(export(model), diabetes.validation, diabetes.info)
    for name in ("r2", "rmse", "mae"):
        assert scores[name] == pytest.approx(epoch[f"val_{name}"], rel=1e-4)


def test_a_normalized_target_comes_out_in_its_own_units(diabetes: Dataset) -> None:
    params: Params = {"hidden_layers": 0, "initializer": "zeros", "target_normalization": "standard"}
    model = build(mlp(fixed(params), "regression", False), diabetes.info, fit("none", diabetes.train.x), seed=1)
    outputs = predict(load_bytes(export_bytes(model)), diabetes.test.x)
    np.testing.assert_allclose(outputs, diabetes.train.y.mean(), rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        ("sparse_categorical_crossentropy", "softmax"),
        ("categorical_crossentropy", "linear"),
        ("binary_crossentropy", "sigmoid"),
        ("binary_crossentropy", "linear"),
    ],
)
def test_of_two_classes_hits_are_those_of_the_second(plan: Plan, loss: str, output: str) -> None:
    data = load(DataSpec("breast_cancer"), seed=0)
    params: Params = {"units": 4, "epochs": 2, "normalization": "standard", "output_activation": output, "loss": loss}
    model = build(mlp(fixed(params), images=False), data.info, fit("standard", data.train.x), NAMES, seed=1)
    (epoch,) = train(model, data, plan(epochs=1)).epochs
    outputs = predict(load_bytes(export_bytes(model)), data.validation.x)
    np.testing.assert_allclose(outputs, probabilities(model, data), rtol=1e-4, atol=1e-6)
    if outputs.shape[1] == 1:
        outputs = np.hstack([1 - outputs, outputs])
    assert evaluate(export(model), data.validation, data.info) == pytest.approx(
        {"accuracy": epoch["val_accuracy"], "loss": epoch["val_loss"]}, rel=1e-4
    )
    chosen = outputs.argmax(axis=1)
    hits = np.sum((chosen == 1) & (data.validation.y == 1))
    assert epoch["val_precision"] == pytest.approx(hits / np.sum(chosen == 1), rel=1e-5)
    assert epoch["val_recall"] == pytest.approx(hits / np.sum(data.validation.y == 1), rel=1e-5)
    assert epoch["val_balanced_accuracy"] == pytest.approx(balanced_accuracy_score(data.validation.y, chosen), rel=1e-5)
    # Keras counts at 200 thresholds.
    assert epoch["val_auc"] == pytest.approx(roc_auc_score(data.validation.y, outputs[:, 1]), abs=0.02)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy", "focal", "mse"])
@pytest.mark.parametrize("path", ["compiled", "fit"])
def test_balanced_accuracy_is_the_mean_share_hit_of_each_class(
    digits: Dataset, plan: Plan, loss: str, path: str
) -> None:
    params: Params = {"units": 4, "epochs": 1, "normalization": "minmax", "loss": loss, "output_activation": "linear"}
    params = params if "mse" not in loss else {**params, "output_activation": "softmax"}
    model = build(mlp(fixed(params)), digits.info, fit("minmax", digits.train.x), ("balanced_accuracy",), seed=1)
    (epoch,) = train(model, digits, plan(epochs=1, path=path)).epochs
    chosen = predict(export(model), digits.validation.x).argmax(axis=1)
    expected = balanced_accuracy_score(digits.validation.y, chosen)
    assert epoch["val_balanced_accuracy"] == pytest.approx(expected, rel=1e-5)


def test_one_output_is_for_two_classes_and_not_for_softmax(digits: Dataset) -> None:
    for params, data in (({}, digits), ({"output_activation": "softmax"}, load(DataSpec("breast_cancer"), seed=0))):
        config = mlp(fixed({"loss": "binary_crossentropy", **params}), images=data.info.images)
        with pytest.raises(TrialFailed, match="binary_crossentropy is for two classes, with the output_activation"):
            build(config, data.info, fit("none", data.train.x), seed=1)


def test_every_metric_that_a_file_may_name_is_built_by_keras() -> None:
    for task, names in METRICS.items():
        for name in names:
            built = catalogue.metric(name, 3 if task == "classification" else None, one_hot=False, logits=False)
            assert built.name == name


def test_parameters_are_those_that_training_adjusts(network: Network) -> None:
    assert parameters(network(normalization="whiten", hidden_layers=1, units=24)) == 64 * 24 + 24 + 24 * 10 + 10


def test_an_unknown_metric_is_an_error_that_names_it(network: Network) -> None:
    with pytest.raises(SpecError, match="'acuracy' is no metric"):
        network(("acuracy",))


def test_a_convolutional_network_has_what_its_configuration_says(digits: Dataset) -> None:
    params: Params = {
        "blocks": 2, "convolutions": 2, "filters_1": 4, "filters_2": 6, "kernel_size": 3, "batch_normalization": True,
        "block_dropout": 0.1, "head": "global_average", "head_units": 8, "dropout": 0.2, "input_dropout": 0.1,
        "augmentation": "flip", "normalization": "whiten",
    }  # fmt: skip
    model = build(cnn(fixed(params)), digits.info, fit("whiten", digits.train.x), seed=1)
    names = [layer.name for layer in model.layers]
    assert names == [
        "flip", "flatten_to_whiten", "centre", "whiten", "as_image", "input_dropout",
        "convolution_1_1", "batch_normalization_1_1", "activation_1_1",
        "convolution_1_2", "batch_normalization_1_2", "activation_1_2", "pooling_1", "dropout_1",
        "convolution_2_1", "batch_normalization_2_1", "activation_2_1",
        "convolution_2_2", "batch_normalization_2_2", "activation_2_2", "pooling_2", "dropout_2",
        "head", "hidden", "batch_normalization_hidden", "activation_hidden", "dropout", "output",
    ]  # fmt: skip
    assert model.get_layer("pooling_2").output.shape == (None, 2, 2, 6)
    expected = (9 * 1 * 4 + 4) + (9 * 4 * 4 + 4) + (9 * 4 * 6 + 6) + (9 * 6 * 6 + 6) + (6 * 8 + 8) + (8 * 10 + 10)
    assert parameters(model) == expected + 2 * (4 + 4 + 6 + 6 + 8)
    outputs = predict(load_bytes(export_bytes(model)), digits.test.x[:5])
    np.testing.assert_allclose(outputs, predict(export(model), digits.test.x[:5]), rtol=1e-5)


def test_an_image_may_go_through_more_blocks_than_it_can_be_halved(digits: Dataset) -> None:
    model = build(cnn(fixed({"blocks": 6, "filters": 2})), digits.info, fit("none", digits.train.x), seed=1)
    assert model.get_layer("pooling_6").output.shape == (None, 1, 1, 2)


def test_a_convolutional_network_refuses_a_table(diabetes: Dataset) -> None:
    with pytest.raises(DataError, match="are no images; model: cnn needs some"):
        build(cnn(fixed({}), "regression"), diabetes.info, fit("none", diabetes.train.x), seed=1)


def test_a_convolutional_network_learns_the_digits(digits: Dataset, plan: Plan) -> None:
    params: Params = {"blocks": 2, "filters": 8, "epochs": 6, "normalization": "minmax", "learning_rate": 0.01}
    model = build(cnn(fixed(params)), digits.info, fit("minmax", digits.train.x), seed=1)
    assert (train(model, digits, plan(epochs=6, batch_size=64)).value or 0) > 0.9


@pytest.mark.parametrize("own_code", [False, True])
def test_images_without_a_channel_are_taken_as_they_were_given(digits: Dataset, tmp_path: Path, own_code: bool) -> None:
    images = digits.train.x[:200, ..., 0]
    given = found_of(Parts(Part(images, digits.train.y[:200])), "classification", "mine", images=True)
    data = split(given, "mine", 0.2, 0)
    assert (data.info.input_shape, data.info.given_shape) == ((8, 8, 1), (8, 8))
    config = mlp(fixed({"units": 8, "epochs": 1, "normalization": "standard"}))
    model = build(config, data.info, fit("standard", data.train.x), seed=0)
    normalization = fit("none", data.train.x)
    made = python_export.for_use(model, normalization, data.info) if own_code else export(model, data.info)
    made.save(tmp_path / "model.keras")
    assert read_interface(tmp_path / "model.keras").inputs[0].shape == (8, 8)
    plain = export(model)
    for rows in (data.test.x, data.test.x[..., 0]):
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(loaded.predict(rows, verbose=0), plain.predict(data.test.x, verbose=0), rtol=1e-5)
