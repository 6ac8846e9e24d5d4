"""Networks over several inputs and targets, and rows with weights: trained, exported and scored by their names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.training.conftest import Plan
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.data.records import for_keras
from tuner.data.sources import load
from tuner.errors import DataError, TrialFailed
from tuner.runs.scoring import score
from tuner.spec.code import CodeName, find_code
from tuner.spec.families import mlp
from tuner.spec.sources import read_data
from tuner.spec.space import fixed
from tuner.studies.row_sample import read_sample, write_sample
from tuner.training.custom.loading import keras_of
from tuner.training.custom.python_network import PythonNetwork, network
from tuner.training.guessing import guess
from tuner.training.network import FamilyNetwork
from tuner.training.networks.models import load_bytes
from tuner.training.trainer import go_on

HEAD = """
import keras, numpy as np
from keras import layers
r = np.random.RandomState(0)
a, b = r.normal(size=(200, 3)).astype("float32"), r.normal(size=(200, 4)).astype("float32")
y, size = (a[:, 0] + b[:, 0] > 0).astype(int), a[:, 1] - b[:, 1]
word = np.where(y, "yes", "no")
w = np.where(y, 3.0, 0.25)

def net(inputs, outputs, **how):
    made = {name: keras.Input((n,), name=name) for name, n in inputs.items()}
    rows = list(made.values())
    h = layers.Dense(8, activation="tanh")(layers.concatenate(rows) if len(rows) > 1 else rows[0])
    outs = [layers.Dense(n, activation=act, name=name)(h) for name, (n, act) in outputs.items()]
    m = keras.Model(rows, outs if len(outs) > 1 else outs[0])
    m.compile(keras.optimizers.Adam(0.02), **how)
    return m

OUT = {"out": (2, "softmax")}
BOTH = {"word": (2, "softmax"), "size": (1, None)}
HOW = {"loss": {"word": "sparse_categorical_crossentropy", "size": "mse"}, "loss_weights": {"word": 1.0, "size": 0.5},
       "metrics": {"word": ["accuracy"], "size": ["mae"]}}
"""

Make = Callable[..., PythonNetwork]
# Keras says so of inputs that it is given as a tuple and not a list.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


class Study:
    """A file of code with the data and a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def data(self, given: str) -> Dataset:
        (self.folder / "rows.py").write_text(f"{HEAD}\ndef rows():\n    return {given}\n")
        spec = read_data({"python": "rows.py:rows"}, 0.2, self.folder, "space.yaml")
        return load(spec, 0, [find_code(str(self.folder / "rows.py"))])

    def network(
        self, data: Dataset, made: str, style: Any = "python", body: str = "", **settings: Any
    ) -> PythonNetwork:
        code = body or f"def space(trial, data):\n    return {made}\n"
        (self.folder / "net.py").write_text(f"{HEAD}\n{code}")
        found = find_code(str(self.folder / "net.py"))
        return network(
            found, CodeName(style, "net.py", "space"), lambda each: each.default, {"epochs": 2, **settings}, (),
            data.info, seed=3,
        )  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def fitted(data: Dataset) -> Callable[[str], Preprocessing]:
    return lambda kind: fit(kind, data.train.x)


def trained(made: Any, data: Dataset, plan: Any) -> Mapping[str, float]:
    return made.train(data, fitted(data), plan, None, go_on).epochs[-1]  # type: ignore[no-any-return]


NAMED = "{'a': a, 'b': b}, {'word': word, 'size': size}"


def test_several_inputs_and_outputs_are_trained_exported_and_scored_by_name(study: Study, plan: Plan) -> None:
    data = study.data(NAMED)
    made = study.network(data, "net({'b': 4, 'a': 3}, BOTH, **HOW)", epochs=12)
    made.check(data, fitted(data))
    how = plan(path="auto", epochs=0, monitor="val_word_accuracy")
    result = made.train(data, fitted(data), how, None, go_on)
    assert result.path == "compiled"
    assert {"loss", "val_loss", "val_word_accuracy", "val_size_mae"} <= set(result.epochs[-1])
    assert made.why_not_scored(data, result.epochs[-1]) == ""
    exported = made.export()
    assert (exported.name, exported.problem) == ("model.keras", "")
    loaded = load_bytes(exported.data)
    assert [each.name for each in loaded.inputs] == ["b", "a"]
    assert loaded.output_names == ["word", "size"]
    figures = score(loaded, data, "val_size_mae")
    assert figures["mae"] == figures["size_mae"]
    assert figures["low"] < figures["mae"] < figures["high"]
    assert score(loaded, data, "val_loss")["accuracy"] == figures["word_accuracy"]
    # As Keras counts it itself, and better than a guess that looks at no row.
    given = loaded.predict(for_keras(data.validation.x), verbose=0)
    assert np.mean(given[0].argmax(axis=1) == for_keras(data.validation.y)["word"]) == pytest.approx(
        result.value, abs=1e-6
    )
    naive = guess("val_word_accuracy", data)
    assert naive is not None
    common = np.bincount(for_keras(data.train.y)["word"]).argmax()
    assert naive == pytest.approx(np.mean(for_keras(data.validation.y)["word"] == common))
    assert guess("val_loss", data) is None
    assert made.latency_ms(data.validation.x) > 0


READS = """
def space(trial, data):
    review, a = keras.Input((), dtype="string", name="review"), keras.Input((3,), name="a")
    words = layers.TextVectorization(vocabulary=["good", "bad", "fun", "dull"], output_sequence_length=3)(review)
    read = layers.GlobalAveragePooling1D()(layers.Embedding(6, 4)(words))
    m = keras.Model([review, a], layers.Dense(2, activation="softmax", name="out")(layers.concatenate([read, a])))
    m.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m
"""
TEXTS = "{'review': np.where(y, 'good fun', 'bad dull'), 'a': a}, y"


def test_a_text_beside_numbers_reaches_the_network_as_it_is(study: Study, plan: Plan) -> None:
    data = study.data(TEXTS)
    made = study.network(data, "", body=READS, epochs=5)
    if keras.backend.backend() != "tensorflow":
        with pytest.raises(TrialFailed, match="'review' holds texts, which TensorFlow's networks read"):
            made.check(data, fitted(data))
        return
    made.check(data, fitted(data))
    trained(made, data, plan(path="auto", epochs=0))
    loaded = load_bytes(made.export().data)
    assert [(each.name, each.dtype) for each in loaded.inputs] == [("review", "string"), ("a", "float32")]
    assert score(loaded, data)["accuracy"] == 1.0
    assert [each.keras_type for each in data.info.inputs] == ["string", "float32"]
    with pytest.raises(DataError, match="input 'review' holds texts, which are no numbers"):
        fit("standard", data.train.x)


def test_inputs_and_targets_by_place_fit_whatever_the_layers_are_called(study: Study, plan: Plan) -> None:
    data = study.data("(a, b), (y, size)")
    how = "loss=['sparse_categorical_crossentropy', 'mse'], metrics=[['accuracy'], ['mae']]"
    made = study.network(data, f"net({{'left': 3, 'right': 4}}, BOTH, {how})")
    made.check(data, fitted(data))
    metrics = trained(made, data, plan(path="auto", epochs=0, monitor="val_word_accuracy"))
    figures = score(load_bytes(made.export().data), data)
    assert "val_size_mae" in metrics
    assert {"accuracy", "1_accuracy", "2_mae"} <= set(figures)


def test_several_inputs_of_one_target_are_trained_as_any(study: Study, plan: Plan) -> None:
    data = study.data("{'a': a, 'b': b}, word")
    made = study.network(
        data, "net({'a': 3, 'b': 4}, {'out': (2, None)}, metrics=['accuracy'],"
        "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))", epochs=15,
    )  # fmt: skip
    made.check(data, fitted(data))
    metrics = trained(made, data, plan(path="auto", epochs=0))
    loaded = load_bytes(made.export().data)
    figures = score(loaded, data)
    assert figures["accuracy"] > figures["naive"]
    # The model for use gives probabilities.
    assert np.allclose(loaded.predict(for_keras(data.test.x), verbose=0).sum(axis=1), 1, atol=1e-5)
    assert metrics["val_accuracy"] > 0.5


def test_a_network_without_a_graph_takes_inputs_by_name_too(study: Study, plan: Plan) -> None:
    data = study.data(NAMED)
    body = """
@keras.saving.register_keras_serializable("tests")
class Own(keras.Model):
    def __init__(self, **how):
        super().__init__(**how)
        self.w, self.s = layers.Dense(2, activation="softmax", name="word"), layers.Dense(1, name="size")
    def call(self, x):
        both = keras.ops.concatenate([x["a"], x["b"]], axis=-1)
        return {"word": self.w(both), "size": self.s(both)}

def space(trial, data):
    assert [each.name for each in data.inputs] == ["a", "b"]
    m = Own()
    m.compile("adam", loss=HOW["loss"], metrics=HOW["metrics"])
    return m
"""
    made = study.network(data, "", body=body)
    made.check(data, fitted(data))
    trained(made, data, plan(path="auto", epochs=0, monitor="val_size_mae"))
    exported = made.export()
    assert exported.name == "model.keras"
    with keras_of(made.code):
        assert {"word_accuracy", "size_mae"} <= set(score(load_bytes(exported.data), data))


def test_a_fit_of_its_own_gets_inputs_and_targets_by_name(study: Study, plan: Plan) -> None:
    data = study.data(NAMED)
    body = """
import keras_tuner
class space(keras_tuner.HyperModel):
    def build(self, hp):
        return net({"a": 3, "b": 4}, BOTH, **HOW)
    def fit(self, hp, model, x, y, validation_data, **kwargs):
        assert set(x) == {"a", "b"} and set(validation_data[1]) == {"word", "size"}
        return model.fit(x, y, validation_data=validation_data, verbose=0, **kwargs)
"""
    made = study.network(data, "", "keras_tuner", body)
    assert "val_word_accuracy" in trained(made, data, plan(path="auto", epochs=2, monitor="val_word_accuracy"))


REFUSED = {
    "too few inputs": (
        NAMED, "net({'a': 3}, BOTH, **HOW)", r"the model has 1 input, and a row of rows has 2 inputs: a \(3\)",
    ),
    "other names": (
        NAMED, "net({'a': 3, 'c': 4}, BOTH, **HOW)", r"the inputs of the model are a, c, and a row .* Name them alike",
    ),
    "too few outputs": (
        NAMED, "net({'a': 3, 'b': 4}, OUT, loss='sparse_categorical_crossentropy')",
        r"the model has 1 output, and a row of rows has 2 targets: word \(1\), size \(1\)",
    ),
    "other outputs": (
        NAMED, "net({'a': 3, 'b': 4}, {'out': (2, 'softmax'), 'length': (1, None)}, loss='mse')",
        "the outputs of the model are out, length, and a row .* Name them alike",
    ),
    "several inputs of rows of one array": (
        "a, word", "net({'a': 3, 'b': 4}, OUT, loss='sparse_categorical_crossentropy')",
        r"the model has 2 inputs, and a row of rows is one array of shape \(3,\)\. Give a dict of arrays",
    ),
    "several outputs of rows with one target": (
        "{'a': a, 'b': b}, word", "net({'a': 3, 'b': 4}, BOTH, **HOW)", "2 outputs, and a row of rows has the",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_network_that_does_not_suit_the_rows_is_told_so(study: Study, case: str) -> None:
    given, made, words = REFUSED[case]
    data = study.data(given)
    with pytest.raises(TrialFailed, match=words) as raised:
        study.network(data, made).check(data, fitted(data))
    assert "\n" not in str(raised.value)


def test_inputs_of_several_are_not_normalized_for_a_person(study: Study) -> None:
    data = study.data(NAMED)
    made = study.network(data, "net({'a': 3, 'b': 4}, BOTH, **HOW)", normalization="standard")
    with pytest.raises(
        TrialFailed, match=r"normalization standard: is that of rows of one array in memory\. Normalize"
    ):
        made.check(data, fitted(data))


def test_the_family_mlp_joins_several_inputs_and_is_used_by_their_names(study: Study, plan: Plan) -> None:
    several, one = study.data("{'a': a, 'b': b}, word"), study.data("np.concatenate([a, b], axis=1), word")
    config = mlp(fixed({"units": 8, "epochs": 3, "batch_size": 40, "normalization": "standard"}))
    results = []
    for data in (several, one):
        made = FamilyNetwork(config, ())
        results.append(made.train(data, fitted(data), plan(path="auto", epochs=0), None, go_on))
        answers = made.answers(data)
        assert answers is not None
        results.append(answers.counts.tolist())
        results.append(score(load_bytes(made.export().data), data)["accuracy"])
        assert made.latency_ms(data.validation.x) > 0
        if data is several:
            assert [each.name for each in load_bytes(made.export().data).inputs] == ["a", "b"]
    assert results[0].path.startswith("compiled")
    assert (results[0].epochs, results[1], results[2]) == (results[3].epochs, results[4], results[5])


LOSS = "loss='sparse_categorical_crossentropy', metrics=['accuracy']"


def test_weights_count_in_the_loss_of_training_and_of_validation_as_in_keras(study: Study, plan: Plan) -> None:
    data, plain = study.data("a, word, w"), study.data("a, word")
    weighted = "weighted_metrics=['sparse_categorical_accuracy']"
    made = study.network(data, f"net({{'a': 3}}, OUT, {LOSS}, {weighted})", epochs=1, batch_size="full")
    model = keras.models.clone_model(made.model)
    model.set_weights(made.model.get_weights())
    again = {"weighted_metrics": ["sparse_categorical_accuracy"], "metrics": ["accuracy"]}
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", **again)
    ours = trained(made, data, plan(path="auto", epochs=0))
    theirs = model.fit(
        data.train.x, data.train.y, sample_weight=data.train.weights, batch_size=len(data.train), verbose=0,
        validation_data=(data.validation.x, data.validation.y, data.validation.weights),
    ).history  # fmt: skip
    for name, (value,) in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-5), name
    without = study.network(plain, f"net({{'a': 3}}, OUT, {LOSS})", epochs=1, batch_size="full")
    assert abs(trained(without, plain, plan(path="auto", epochs=0))["loss"] - ours["loss"]) > 0.01


def test_a_family_is_trained_with_weights_and_those_of_classes_multiply_them(study: Study, plan: Plan) -> None:
    data, plain = study.data("a, word, w"), study.data("a, word")
    losses = {}
    for words in ("none", "balanced"):
        chosen = {"units": 8, "epochs": 1, "batch_size": "full", "class_weight": words, "normalization": "none"}
        config = mlp(fixed(chosen))
        for name, rows in (("weighted", data), ("plain", plain)):
            made = FamilyNetwork(config, ())
            result = made.train(rows, fitted(rows), plan(path="auto", epochs=0), None, go_on)
            losses[words, name] = result.epochs[0]["loss"]
            assert result.path == "compiled"
            assert made.entry(rows, fitted(rows), plan(), None) is None or name == "plain"
    assert len(set(losses.values())) == 4


def test_a_fit_that_would_leave_weights_out_is_refused(study: Study, plan: Plan) -> None:
    data = study.data("a, word, w")
    body = """
import keras_tuner
class space(keras_tuner.HyperModel):
    def build(self, hp):
        return net({"a": 3}, {"out": (2, "softmax")}, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    def fit(self, hp, model, x, y, validation_data, callbacks, MORE):
        return model.fit(x, y, validation_data=validation_data, callbacks=callbacks, verbose=0, sample_weight=WEIGHTS)
"""
    takes = body.replace("MORE", "sample_weight").replace("WEIGHTS", "sample_weight")
    assert "val_loss" in trained(study.network(data, "", "keras_tuner", takes), data, plan(path="auto", epochs=1))
    leaves = body.replace(", MORE", "").replace("WEIGHTS", "None")
    with pytest.raises(TrialFailed, match=r"the rows of rows have weights, and space\.fit takes none"):
        trained(study.network(data, "", "keras_tuner", leaves), data, plan(path="auto", epochs=1))


@pytest.mark.parametrize("given", [NAMED, "a, word, w"])
def test_a_sample_has_all_that_a_row_has(study: Study, given: str, tmp_path: Path) -> None:
    data = study.data(given)
    write_sample(data, tmp_path / "few.npz")
    sample = read_sample(tmp_path / "few.npz", data.info)
    for ours, theirs in zip(sample.train.arrays, data.train.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)
