"""Networks that read texts: both ways to train agree, and the model for use takes the texts themselves."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.data.test_texts import loaded
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.errors import DataError
from tuner.spec.families import CONFIGURE, OPTIMIZERS, READERS, TextConfig
from tuner.spec.families.sizes import size
from tuner.spec.space import fixed
from tuner.training.networks.models import build, export_bytes, load_bytes, outputs, parameters, predict
from tuner.training.plan import TrainPlan
from tuner.training.trainer import train

WORDS = ["good", "bad", "the", "film", "plot", "was", "it", "and", "really"]


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    random = np.random.default_rng(0)
    texts = np.array([" ".join(random.choice(WORDS, random.integers(2, 9))) for _ in range(60)])
    return loaded(tmp_path_factory.mktemp("reviews"), texts)


def configured(**params: Any) -> TextConfig:
    usual = {"embedding": 4, "units": 5, "sequence_length": 8, "vocabulary": 6, "epochs": 2, "batch_size": 10}
    config = CONFIGURE["text"](fixed({**usual, **params}), "classification", False)
    assert isinstance(config, TextConfig)
    return config


def trained(model: Any, dataset: Dataset, path: Any) -> Any:
    return train(model, dataset, TrainPlan(10, 2, "val_loss", "minimize", None, seed=5, path=path))


def built(reviews: Dataset, **params: Any) -> Any:
    return build(configured(**params), reviews.info, fit("words", reviews.train.x), seed=1)


@pytest.mark.parametrize("params", [
    *({"reader": reader} for reader in READERS), {"reader": "lstm", "bidirectional": True, "head_units": 3, "l2": 0.01},
], ids=str)  # fmt: skip
def test_both_paths_come_to_the_same_weights(reviews: Dataset, params: Any) -> None:
    found = {}
    for path in ("fit", "compiled"):
        model = built(reviews, **params)
        result = trained(model, reviews, path)
        assert result.path.startswith(path)
        found[path] = [each.numpy() for each in model.trainable_variables]
    for wanted, got in zip(found["fit"], found["compiled"], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_rows_of_an_embedding_are_stepped_as_by_fit_with_every_optimizer(digits: Dataset, optimizer: str) -> None:
    """A word that is twice in a batch has two gradients, which Keras on TensorFlow squares one by one."""

    def network() -> Any:
        model = keras.Sequential([
            keras.Input((8, 8, 1)), keras.layers.Flatten(),
            keras.layers.Embedding(17, 3, embeddings_initializer=keras.initializers.RandomUniform(seed=1)),
            keras.layers.Flatten(), keras.layers.Dense(10, kernel_initializer=keras.initializers.GlorotUniform(seed=1)),
        ])  # fmt: skip
        named = {
            "momentum": keras.optimizers.SGD(0.01, momentum=0.9),
            "nesterov": keras.optimizers.SGD(0.01, 0.9, True),
        }
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(named.get(optimizer, optimizer), loss, metrics=["accuracy"])
        return model

    found = []
    for path in ("fit", "compiled"):
        model = network()
        plan: Any = TrainPlan(100, 1, "val_loss", "minimize", None, seed=5, path=path)
        train(model, digits, plan)
        found.append([each.numpy() for each in model.trainable_variables])
    for wanted, got in zip(*found, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


def test_the_model_for_use_takes_texts(reviews: Dataset) -> None:
    model = built(reviews, reader="average", dropout=0.2)
    trained(model, reviews, "auto")
    again = load_bytes(export_bytes(model))
    given = predict(again, reviews.validation.x)
    np.testing.assert_allclose(given, outputs(model, reviews), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(given.sum(axis=1), 1, rtol=1e-5)
    assert again.inputs[0].dtype == "string"


def test_numbers_of_words_are_read_as_they_are(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    data = loaded(tmp_path, random.integers(0, 30, (60, 7)))
    model = build(configured(reader="max"), data.info, fit("words", data.train.x), seed=1)
    assert model.layers[0].input_dim == data.train.x.max() + 1
    assert trained(model, data, "auto").path == "compiled"


@pytest.mark.parametrize("reader", READERS)
def test_parameters_are_counted_as_keras_counts_them(reviews: Dataset, reader: str) -> None:
    config = configured(reader=reader, bidirectional=True, head_units=3)
    assert size(config, reviews.info.input_shape, 2).parameters == parameters(
        built(reviews, reader=reader, bidirectional=True, head_units=3)
    )


def test_other_families_do_not_read_texts(reviews: Dataset) -> None:
    config = CONFIGURE["mlp"](fixed({}), "classification", False)
    with pytest.raises(DataError, match=r"its rows are texts, which model: mlp does not read\. Use model: text"):
        build(config, reviews.info, fit("none", reviews.train.x), seed=1)
