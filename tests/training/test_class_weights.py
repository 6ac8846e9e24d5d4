"""Rare classes that count as much as common ones: the same weights of rows on every path."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from tuner.data.dataset import Dataset, Rows
from tuner.data.preprocessing import fit
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Params, fixed
from tuner.training.class_weights import class_weights, of_rows
from tuner.training.network import FamilyNetwork
from tuner.training.plan import TrainPlan

FEW = 3


@pytest.fixture(scope="module")
def rare(digits: Dataset) -> Dataset:
    """Two classes, of which one has a fifteenth of the rows."""
    x, y = digits.train.x[:600], (np.arange(600) % 15 == 0).astype(np.int32)
    # What is rare is brighter: it can be learnt.
    rows = Rows(x + 4 * y[:, None, None, None].astype(x.dtype), y)
    info = replace(digits.info, outputs=2, class_names=("no", "yes"), train_rows=600, validation_rows=600)
    return replace(digits, info=info, train=rows, validation=rows, digest="rare")


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_they_are_those_of_scikit_learn_and_one_on_average(digits: Dataset, labels: list[int]) -> None:
    y = np.array(labels, np.int32)
    dataset = replace(digits, info=replace(digits.info, outputs=5), train=Rows(np.zeros((len(y), 1), np.float32), y))
    found = class_weights("balanced", dataset)
    assert found is not None
    there = np.unique(y)
    theirs = compute_class_weight("balanced", classes=there, y=y) * len(there) / 5
    np.testing.assert_allclose(np.array(found)[there], theirs)
    assert class_weights("none", dataset) is None


@pytest.mark.parametrize("y", [[0, 1, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], [[0.0], [1.0], [1.0]]])
def test_a_row_has_the_weight_of_its_class_however_its_target_is_written(y: list[object]) -> None:
    import keras

    found = of_rows(keras.ops.convert_to_tensor([0.5, 2.0]), keras.ops.convert_to_tensor(np.array(y)))
    assert np.asarray(found).tolist() == [0.5, 2.0, 2.0]


@pytest.mark.parametrize(
    "params",
    [{}, {"loss": "categorical_crossentropy"}, {"loss": "mse"}, {"loss": "binary_crossentropy"}, {"l2": 1e-3},
     {"loss": "focal"}],
    ids=str,
)  # fmt: skip
def test_the_compiled_epoch_weighs_as_fit_does(rare: Dataset, params: Params) -> None:
    """A network that without them says "no" to every row finds some of the others with them."""
    given = {"units": 8, "epochs": FEW, "batch_size": 64, "normalization": "minmax", "optimizer": "sgd", **params}

    def trained(path: str, weight: str) -> list[dict[str, float]]:
        config = CONFIGURE["mlp"](fixed({**given, "class_weight": weight}), "classification", False)
        network = FamilyNetwork(config, ("recall",))
        plan = TrainPlan(None, FEW, "val_loss", "minimize", None, seed=3, path=path)  # type: ignore[arg-type]

        result = network.train(rare, lambda kind: fit(kind, rare.train.x), plan, None, lambda _: "go_on")
        return [dict(each) for each in result.epochs]

    compiled, by_fit, without = trained("compiled", "balanced"), trained("fit", "balanced"), trained("compiled", "none")
    for mine, theirs in zip(compiled, by_fit, strict=True):
        assert mine == pytest.approx(theirs, rel=2e-4, abs=1e-5)
    assert abs(compiled[0]["loss"] - without[0]["loss"]) > 1e-3
