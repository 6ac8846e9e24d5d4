"""Training keeps the best, stops when it should, and goes on after an interruption as if there had been none."""

import math
from typing import Any

import numpy as np
import pytest

from tests.training.conftest import Network, Plan
from tuner.data.dataset import Dataset
from tuner.errors import DataError
from tuner.training.checkpoint import Checkpoint
from tuner.training.plan import Metrics, Path
from tuner.training.trainer import train


class Notes:
    """What was called at each epoch's end; says stop after so many epochs."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.checkpoints: list[Checkpoint] = []
        self._stop_after = stop_after

    def __call__(self, epoch: int, metrics: Metrics, seconds: float, checkpoint: Checkpoint) -> bool:
        assert (
            epoch == checkpoint.epoch == len(checkpoint.epochs) == len(self.checkpoints) + 1 or self.checkpoints == []
        )
        assert seconds > 0
        self.checkpoints.append(checkpoint)
        return epoch < self._stop_after


def weights(model: Any) -> list[Any]:
    return [np.asarray(each) for each in model.get_weights()]


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "rmsprop"])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_training_that_was_interrupted_ends_as_if_it_had_not_been(
    digits: Dataset, network: Network, plan: Plan, path: Path, optimizer: str, dropout: float
) -> None:
    params = {"optimizer": optimizer, "dropout": dropout, "batch_normalization": True}
    whole, first, second = network(**params), network(**params), network(seed=6, **params)
    expected = train(whole, digits, plan(path=path, epochs=4))
    notes = Notes(stop_after=2)
    train(first, digits, plan(path=path, epochs=4), on_epoch=notes)
    stored = Checkpoint.from_bytes(notes.checkpoints[-1].to_bytes())
    result = train(second, digits, plan(path=path, epochs=4), stored)
    for epoch, wanted in zip(result.epochs, expected.epochs, strict=True):
        assert epoch == pytest.approx(wanted)
    for mine, theirs in zip(weights(second), weights(whole), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "rmsprop", "adagrad"])
def test_a_checkpoint_of_one_path_goes_on_under_the_other(
    digits: Dataset, network: Network, plan: Plan, optimizer: str
) -> None:
    expected = train(network(optimizer=optimizer), digits, plan(path="fit", epochs=4))
    notes = Notes(stop_after=2)
    train(network(optimizer=optimizer), digits, plan(path="compiled", epochs=4), on_epoch=notes)
    result = train(network(optimizer=optimizer), digits, plan(path="fit", epochs=4), notes.checkpoints[-1])
    for mine, theirs in zip(result.epochs, expected.epochs, strict=True):
        assert mine["loss"] == pytest.approx(theirs["loss"], rel=1e-4)


def test_the_model_holds_the_weights_of_its_best_epoch(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    notes = Notes()
    model = network(optimizer="momentum", learning_rate=1.0)  # too large: the loss goes up and down
    result = train(model, digits, plan(path=path, epochs=6, monitor="val_loss", direction="minimize"), on_epoch=notes)
    losses = [metrics["val_loss"] for metrics in result.epochs]
    assert result.best_epoch == 1 + int(np.argmin(losses))
    assert result.value == min(losses)
    best = notes.checkpoints[result.best_epoch - 1].weights
    for mine, theirs in zip((variable.numpy() for variable in model.variables), best, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_training_ends_when_patience_does(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    # Nothing can be learned at such a rate, so no epoch is better than the first.
    result = train(network(learning_rate=1e-12, optimizer="sgd"), digits, plan(path=path, epochs=9, patience=2))
    assert result.stopped == "patience"
    assert len(result.epochs) == 3
    assert result.best_epoch == 1
    assert "no better val_accuracy in 2 epochs" in result.reason


def test_training_ends_when_the_caller_says_so(digits: Dataset, network: Network, plan: Plan, path: Path) -> None:
    result = train(network(), digits, plan(path=path, epochs=9), on_epoch=Notes(stop_after=2))
    assert (result.stopped, len(result.epochs)) == ("caller", 2)


def test_a_loss_that_is_no_number_ends_training_with_its_reason(
    digits: Dataset, network: Network, plan: Plan, path: Path
) -> None:
    model = network(optimizer="sgd", learning_rate=1e6, loss="mse", output_activation="linear", normalization="none")
    notes = Notes()
    result = train(model, digits, plan(path=path), on_epoch=notes)
    assert result.stopped == "diverged"
    assert result.reason.startswith("diverged at epoch 1: loss is ")
    assert "learning rate 1e+06" in result.reason
    assert (result.value, result.best_epoch, result.epochs, notes.checkpoints) == (None, 0, (), [])


def test_the_same_seed_trains_the_same_network_and_another_seed_another(
    digits: Dataset, network: Network, plan: Plan
) -> None:
    runs = [train(network(seed=seed, dropout=0.2), digits, plan(seed=seed)) for seed in (5, 5, 6)]
    assert runs[0].epochs == runs[1].epochs
    assert runs[0].epochs != runs[2].epochs


def test_dropout_comes_to_the_same_loss_on_both_paths_within_the_noise_of_seeds(
    digits: Dataset, network: Network, plan: Plan
) -> None:
    losses = {
        path: [
            train(network(seed=seed, dropout=0.4, input_dropout=0.2), digits, plan(seed=seed, path=path)).epochs[-1][
                "loss"
            ]
            for seed in range(5)
        ]
        for path in ("compiled", "fit")
    }
    mine, theirs = (np.array(losses[path]) for path in ("compiled", "fit"))
    error = math.sqrt(mine.var(ddof=1) / 5 + theirs.var(ddof=1) / 5)
    assert abs(mine.mean() - theirs.mean()) < 3 * error


def test_a_schedule_is_seen_in_the_learning_rate_of_each_epoch(digits: Dataset, network: Network, plan: Plan) -> None:
    result = train(network(schedule="exponential", decay_rate=0.5, learning_rate=0.01), digits, plan())
    assert [metrics["learning_rate"] for metrics in result.epochs] == pytest.approx([0.01, 0.005, 0.0025], rel=1e-3)


def test_what_cannot_be_compiled_goes_through_fit_and_says_why(digits: Dataset, network: Network, plan: Plan) -> None:
    model = network()
    model.run_eagerly = True
    assert train(model, digits, plan(path="auto", epochs=1)).path == "fit: the model was compiled to run eagerly"
    with pytest.raises(ValueError, match="cannot be had"):
        train(model, digits, plan(path="compiled", epochs=1))


def test_bytes_that_are_no_checkpoint_are_refused() -> None:
    checkpoint = Checkpoint(1, (np.ones(3),), (), 1, (np.zeros(3),), ({"loss": 1.0},))
    data = checkpoint.to_bytes()
    again = Checkpoint.from_bytes(data)
    assert again.epochs == checkpoint.epochs
    np.testing.assert_array_equal(again.weights[0], np.ones(3))
    for damaged in (b"", b"nonsense", data[: len(data) // 2]):
        with pytest.raises(DataError, match="the trial starts again"):
            Checkpoint.from_bytes(damaged)
