"""What training promises on every path: the best weights, reasons in words, and going on from a checkpoint."""

import contextlib
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.training.conftest import Network, Plan
from tuner.data.dataset import Dataset
from tuner.errors import TrialFailed
from tuner.training import model_fit
from tuner.training.checkpoint import Checkpoint
from tuner.training.compiled import device_rows
from tuner.training.plan import EpochResult, Metrics, Observe, Path, Verdict, in_few_digits
from tuner.training.trainer import ModelTrainer, train


def _noting(into: list[Checkpoint], last: int | None = None) -> Observe:
    def note(result: EpochResult) -> Verdict:
        checkpoint = result.checkpoint()
        assert checkpoint.epoch == result.epoch == len(checkpoint.epochs)
        assert checkpoint.epochs[-1] == result.metrics
        assert checkpoint.best_epoch == result.best_epoch
        assert result.seconds > 0
        # As it is kept in between: bytes.
        into.append(Checkpoint.from_bytes(checkpoint.to_bytes()))
        return "stop" if result.epoch == last else "go_on"

    return note


def _equal(one: tuple[Any, ...], other: tuple[Any, ...], tolerance: float = 0.0) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def _same(one: tuple[Metrics, ...], other: tuple[Metrics, ...]) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert dict(a) == pytest.approx(dict(b), rel=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "rmsprop"])
def test_resume_goes_on_as_if_nothing_had_happened(
    digits: Dataset, network: Network, plan: Plan, path: Path, optimizer: str
) -> None:
    what = {"optimizer": optimizer, "schedule": "cosine", "dropout": 0.3, "input_dropout": 0.2}
    whole: list[Checkpoint] = []
    expected = train(network(**what), digits, plan(path=path), None, _noting(whole))
    first: list[Checkpoint] = []
    train(network(**what), digits, plan(path=path), None, _noting(first, last=1))
    rest: list[Checkpoint] = []
    # Another seed: everything must come from the checkpoint.
    resumed = train(network(seed=99, **what), digits, plan(path=path), first[-1], _noting(rest))
    assert [each.epoch for each in rest] == [2, 3]
    _equal(rest[-1].weights, whole[-1].weights, 1e-6)
    _equal(rest[-1].optimizer, whole[-1].optimizer, 1e-6)
    assert resumed.best_epoch == expected.best_epoch
    _same(resumed.epochs, expected.epochs)


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "rmsprop", "adagrad", "adadelta"])
def test_resume_goes_on_under_the_other_path(
    digits: Dataset, network: Network, plan: Plan, path: Path, optimizer: str
) -> None:
    other: Path = "fit" if path == "compiled" else "compiled"
    whole: list[Checkpoint] = []
    train(network(optimizer=optimizer), digits, plan(path=path), None, _noting(whole))
    rest: list[Checkpoint] = []
    train(network(seed=99, optimizer=optimizer), digits, plan(path=other), whole[0], _noting(rest))
    _equal(rest[-1].weights, whole[-1].weights, 1e-4)


def test_resume_of_a_finished_training_trains_no_more(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    whole: list[Checkpoint] = []
    expected = train(network(), digits, plan(path=path), None, _noting(whole))
    more: list[Checkpoint] = []
    model = network(seed=99)
    result = train(model, digits, plan(path=path), whole[-1], _noting(more))
    assert not more
    assert (result.value, result.best_epoch, result.stopped) == (expected.value, expected.best_epoch, "finished")
    _equal(tuple(each.numpy() for each in model.variables), whole[-1].best_weights)


def test_the_model_holds_the_weights_of_its_best_epoch(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    # So fast a descent that the last epoch is not the best.
    model = network(optimizer="sgd", learning_rate=1.5, loss="mse")
    result = train(model, digits, plan(path=path, epochs=8, monitor="val_loss", direction="maximize"))
    losses = [metrics["val_loss"] for metrics in result.epochs]
    assert result.best_epoch == losses.index(max(losses)) + 1
    assert result.best_epoch < 8
    assert result.value == max(losses)
    y = np.eye(10)[digits.validation.y]
    outputs = model.predict(digits.validation.x, verbose=0)
    assert np.mean((outputs - y) ** 2) == pytest.approx(result.value, rel=1e-5)


def test_where_no_rows_tell_the_best_epoch_the_model_is_the_mean_of_the_last(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    made, mean = network(dropout=0.2), plan(path=path, epochs=5, keep="mean")
    found: list[Checkpoint] = []
    result = train(made, digits, mean, None, _noting(found))
    assert (result.averaged, result.best_epoch) == (2, 5)
    expected = [(a + b) / 2 for a, b in zip(found[3].weights, found[4].weights, strict=True)]
    floats = [variable for variable in made.variables if variable.dtype == "float32"]
    _equal(tuple(each.numpy() for each in floats), tuple(each for each in expected if each.dtype == np.float32), 1e-6)
    # Between the two whose mean it is, the mean so far is in the checkpoint.
    again = network(dropout=0.2)
    train(again, digits, mean, found[3])
    _equal(tuple(each.numpy() for each in again.variables), tuple(each.numpy() for each in made.variables), 1e-6)


def test_a_schedule_that_ends_low_needs_no_mean(digits: Dataset, network: Network, plan: Plan) -> None:
    found: list[Checkpoint] = []
    made = network(schedule="cosine")
    assert train(made, digits, plan(epochs=4, keep="mean"), None, _noting(found)).averaged == 1
    _equal(tuple(each.numpy() for each in made.variables), found[3].weights)


def test_metrics_have_the_names_that_keras_gives_them(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    result = train(network(("AUC", "f1_score", "mae")), digits, plan(path=path, epochs=1))
    names = {"loss", "accuracy", "AUC", "f1_score", "mae"}
    assert set(result.epochs[0]) == names | {f"val_{name}" for name in names} | {"learning_rate"}
    assert all(math.isfinite(value) for value in result.epochs[0].values())


def test_the_rate_of_an_epoch_follows_its_schedule(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    model = network(schedule="exponential", decay_rate=0.5, learning_rate=0.01)
    result = train(model, digits, plan(path=path))
    assert [metrics["learning_rate"] for metrics in result.epochs] == pytest.approx([0.01, 0.005, 0.0025], rel=1e-5)


def test_patience_ends_training_and_says_so(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    model = network(initializer="zeros", learning_rate=1e-9)
    result = train(model, digits, plan(path=path, epochs=9, patience=2))
    assert result.stopped == "patience"
    assert result.best_epoch == 1
    assert len(result.epochs) == 3
    assert result.reason == "no better val_accuracy in 2 epochs, at epoch 3 of 9"


def test_a_caller_that_says_no_ends_training(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    seen: list[Checkpoint] = []
    result = train(network(), digits, plan(path=path, epochs=9), None, _noting(seen, last=2))
    assert result.stopped == "caller"
    assert result.reason == "stopped at epoch 2 of 9"
    assert [each.epoch for each in seen] == [1, 2]


def test_stepped_by_hand_it_trains_what_train_trains(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    expected = train(network(dropout=0.2), digits, plan(path=path))
    trainer = ModelTrainer(network(dropout=0.2), digits, plan(path=path))
    steps = [trainer.step() for _ in range(3)]
    assert [[(each.member, each.epoch, each.ended) for each in step] for step in steps] == [
        [(0, 1, None)], [(0, 2, None)], [(0, 3, "finished")],
    ]  # fmt: skip
    assert trainer.step() == ()
    _same(trainer.result(0).epochs, expected.epochs)
    best = steps[-1][0]
    assert (best.best_epoch, best.best) == (expected.best_epoch, expected.value)


def test_what_is_released_keeps_nothing(digits: Dataset, network: Network, plan: Plan) -> None:
    made = network(optimizer="sgd", learning_rate=1.5, loss="mse")
    trainer = ModelTrainer(made, digits, plan(epochs=8, monitor="val_loss", direction="minimize"))
    trainer.step()
    (last,) = trainer.step()
    left = last.checkpoint()
    trainer.release(0)
    assert trainer.step() == ()
    assert trainer.result(0).stopped == "released"
    _equal(tuple(each.numpy() for each in made.variables), left.weights)


def test_an_epoch_out_of_patience_says_so_and_stays_so(digits: Dataset, network: Network, plan: Plan) -> None:
    trainer = ModelTrainer(network(), digits, plan(epochs=9, patience=1, monitor="val_loss", direction="maximize"))
    steps = list(iter(trainer.step, ()))
    assert steps[-1][0].ended == "patience"
    trainer.stop(0)
    assert trainer.result(0).stopped == "patience"
    assert trainer.result(0).reason == steps[-1][0].reason != ""


def test_a_checkpoint_that_is_asked_for_too_late_is_refused(digits: Dataset, network: Network, plan: Plan) -> None:
    trainer = ModelTrainer(network(), digits, plan())
    (first,) = trainer.step()
    assert first.checkpoint().epoch == 1
    trainer.step()
    with pytest.raises(RuntimeError, match="epoch 1 was asked for after epoch 2"):
        first.checkpoint()


def test_divergence_ends_training_with_a_reason(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    seen: list[Checkpoint] = []
    # Raw pixels, linear units and far too large steps.
    model = network(
        optimizer="sgd", learning_rate=50.0, loss="mse", output_activation="linear", activation="linear",
        normalization="none",
    )  # fmt: skip
    result = train(model, digits, plan(path=path), None, _noting(seen))
    assert result.stopped == "diverged"
    assert result.value is None
    assert result.best_epoch == 0
    assert not result.epochs
    assert not seen
    assert result.reason in (
        "diverged at epoch 1: loss is nan (sgd, learning rate 50)",
        "diverged at epoch 1: loss is inf (sgd, learning rate 50)",
    )


def test_the_same_seed_gives_the_same_result(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    first, second = (
        train(network(dropout=0.2, input_dropout=0.1), digits, plan(path=path, epochs=2)) for _ in range(2)
    )
    _same(first.epochs, second.epochs)


def test_another_seed_gives_another_result(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    first, second = (train(network(seed=s), digits, plan(path=path, epochs=1, seed=s)) for s in (1, 2))
    assert first.epochs[0]["loss"] != second.epochs[0]["loss"]


class OwnStep(keras.Sequential):  # type: ignore[misc]  # Keras is Any here
    # Of what Keras gives it on this backend: rows on TensorFlow, the state and rows on JAX.
    def train_step(self, *given: Any) -> Any:
        return super().train_step(*given)


@pytest.fixture
def own_step(digits: Dataset) -> Callable[[], Any]:
    def make() -> Any:
        model = OwnStep([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return make


def test_a_model_with_its_own_step_goes_through_fit_and_says_why(
    digits: Dataset, own_step: Callable[[], Any], plan: Plan
) -> None:
    result = train(own_step(), digits, plan(path="auto"))
    assert result.path == "fit: the model has a train_step of its own"
    assert len(result.epochs) == 3


def test_the_compiled_path_alone_refuses_what_it_cannot_do(
    digits: Dataset, own_step: Callable[[], Any], plan: Plan
) -> None:
    with pytest.raises(ValueError, match="the model has a train_step of its own"):
        train(own_step(), digits, plan(path="compiled"))


def test_any_plain_keras_model_is_compiled(digits: Dataset, plan: Plan) -> None:
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu")(keras.layers.Rescaling(1 / 16)(inputs))
    side = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Concatenate()([keras.layers.Flatten()(x), side])
    model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(keras.layers.Dropout(0.1, seed=1)(x)))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    result = train(model, digits, plan(path="auto", epochs=2))
    assert result.path == "compiled"
    assert result.epochs[1]["loss"] < result.epochs[0]["loss"]


def test_rows_may_be_fewer_than_a_batch(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    few = replace(digits, train=type(digits.train)(digits.train.x[:30], digits.train.y[:30]), digest="thirty")
    result = train(network(), few, plan(path=path, batch_size=64))
    assert len(result.epochs) == 3


@pytest.mark.slow
def test_out_of_memory_fails_the_trial_with_a_reason(digits: Dataset, plan: Plan, path: Path) -> None:
    # Each row, half a billion times: more bytes in a step than an address can reach.
    layers = [keras.layers.Flatten(), keras.layers.RepeatVector(500_000_000), keras.layers.GlobalAveragePooling1D()]
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Dropout(0.1), *layers, keras.layers.Dense(10)])
    model.compile("sgd", "mse")
    with pytest.raises(TrialFailed, match="out of memory at batch size 1150; use smaller batches") as failed:
        train(model, digits, plan(path=path, batch_size=None, monitor="val_loss"))
    assert failed.value.state == "out_of_memory"


def test_rows_too_many_to_copy_are_streamed_to_the_same_end(
    digits: Dataset, network: Network, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = train(network(), digits, plan(path="fit"))
    monkeypatch.setattr(model_fit, "MOST_COPIED_BYTES", 1000)
    _same(train(network(), digits, plan(path="fit")).epochs, copied.epochs)


def test_rows_too_many_for_memory_go_through_fit_which_says_why(
    digits: Dataset, network: Network, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_rows, "MOST_OF_FREE_MEMORY", 1e-9)
    assert train(network(), digits, plan(path="auto", epochs=1)).path.startswith("fit: 0.0 GiB of rows, of ")


def test_weights_without_effect_stay_as_they_are(digits: Dataset, plan: Plan, path: Path) -> None:
    class Idle(keras.layers.Layer):  # type: ignore[misc]  # Keras is Any here
        def build(self, shape: Any) -> None:
            self.unused = self.add_weight(shape=(2,), initializer="ones")

        def call(self, x: Any) -> Any:
            return x

    layers = [keras.layers.Flatten(), Idle(), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    # On JAX a weight without effect has a gradient, of zeros.
    on_tensorflow = keras.backend.backend() == "tensorflow"
    warned = pytest.warns(UserWarning, match="Gradients do not exist for variables")
    with warned if on_tensorflow else contextlib.nullcontext():
        train(model, digits, plan(path=path, epochs=2))
    np.testing.assert_array_equal(model.layers[1].unused.numpy(), [1, 1])
    assert int(model.optimizer.iterations.numpy()) == 2 * 12


@pytest.mark.filterwarnings("error")
def test_a_figure_of_32_bits_has_as_few_digits_as_tell_it_and_any_other_stays() -> None:
    told = {"accuracy": float(np.float32(0.889)), "own": 0.1 + 0.2, "huge": 1e300, "none": float("nan"), "steps": 7.0}
    found = in_few_digits(told)
    assert (found["accuracy"], found["own"], found["huge"], found["steps"]) == (0.889, 0.1 + 0.2, 1e300, 7.0)
    assert math.isnan(found["none"])
