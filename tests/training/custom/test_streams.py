"""Rows that are read while they are trained on: what may be a stream, and that it is trained as Keras would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.conftest import Plan
from tuner.data import flows
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.data.sources import load
from tuner.errors import DataError, SpecError, TrialFailed
from tuner.runs.scoring import score
from tuner.spec.code import CodeName, find_code
from tuner.spec.sources import read_data
from tuner.spec.space import Parameter, Value
from tuner.spec.study_spec import parse_spec
from tuner.studies.preflight import look_ahead
from tuner.studies.rows_check import load_as_workers_will
from tuner.training.custom.python_network import PythonNetwork, network
from tuner.training.guessing import guess
from tuner.training.networks.models import load_bytes
from tuner.training.stream_feed import StreamFeed
from tuner.training.trainer import go_on

HEAD = """
import keras, numpy as np
r = np.random.RandomState(0)
x = r.normal(size=(900, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32") + (x[:, 2] > 1)

def flow(a, b, *more, x=x, y=y):
    import tensorflow as tf
    return tf.data.Dataset.from_tensor_slices((x[a:b], y[a:b], *more))

class Batches(keras.utils.PyDataset):
    def __init__(self, a, b, size=32):
        super().__init__()
        self.a, self.b, self.size, self.began = a, b, size, 0
    def __len__(self):
        return -(-(self.b - self.a) // self.size)
    def __getitem__(self, i):
        a = self.a + i * self.size
        return x[a:min(a + self.size, self.b)], y[a:min(a + self.size, self.b)]
"""
FLOWS = "{'train': flow(0, 600)TRAIN.batch(32), 'val': flow(600, 750).batch(32), 'test': flow(750, 900).batch(50)}"
PLAIN = FLOWS.replace("TRAIN", "")
BATCHES = "{'train': Batches(0, 600), 'validation': Batches(600, 750), 'test': Batches(750, 900, 50)}"

NET = """
def space(trial, data):
    hidden, out = keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")
    m = keras.Sequential([keras.Input((4,)), hidden, out])
    m.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m
"""

Read = Callable[..., Dataset]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(given: str, **said: Any) -> Dataset:
        (tmp_path / "mine.py").write_text(f"{HEAD}\ndef rows():\n    return {given}\n")
        spec = read_data({"python": "mine.py:rows", "stream": True, **said}, 0.2, tmp_path, "space.yaml")
        return load(spec, 0, [find_code(str(tmp_path / "mine.py"))], told=True)

    return of


def made(data: Dataset, folder: Path, code: str = NET, style: Any = "python", **settings: Any) -> PythonNetwork:
    (folder / "net.py").write_text(HEAD + code)
    found = find_code(str(folder / "net.py"))
    settings = {"epochs": 2, **settings}
    return network(
        found, CodeName(style, "net.py", "space"), lambda each: each.default, settings, (), data.info, seed=3
    )


def defaults(parameter: Parameter) -> Value:
    return parameter.default


def fitted(data: Dataset) -> Callable[[str], Preprocessing]:
    return lambda kind: fit(kind, data.train.x)


@pytest.mark.parametrize("given", [PLAIN, BATCHES, PLAIN.replace("flow(0, 600).batch(32)", "flow(0, 600)")])
def test_a_stream_is_trained_scored_and_exported(read: Read, tmp_path: Path, plan: Plan, given: str) -> None:
    data = read(given, classes=3)
    assert data.info.streamed
    assert data.reading.rows["test"] == 150
    assert len(data.train) <= 600
    one = made(data, tmp_path)
    one.check(data, fitted(data))
    result = one.train(data, fitted(data), plan(path="auto", epochs=0), None, go_on)
    assert result.path == "fit: rows are a stream"
    # As Keras has it, from the same weights, in the order in which it comes.
    other = made(data, tmp_path).model
    rows = np.random.RandomState(0).normal(size=(900, 4)).astype("float32")
    labels = (rows[:, 0] + rows[:, 1] > 0).astype("int32") + (rows[:, 2] > 1)
    history = other.fit(
        rows[:600], labels[:600], batch_size=32, epochs=2, shuffle=False, verbose=0,
        validation_data=(rows[600:750], labels[600:750]),
    ).history  # fmt: skip
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose([each[name] for each in result.epochs], history[name], rtol=1e-4)
    assert one.why_not_scored(data, result.epochs[-1]) == ""
    loaded = load_bytes(one.export().data)
    figures = score(loaded, data)
    assert figures["accuracy"] == pytest.approx(
        np.mean(loaded.predict(rows[750:], verbose=0).argmax(1) == labels[750:])
    )
    assert figures["low"] < figures["accuracy"] < figures["high"]
    assert "naive" not in figures
    assert guess("val_accuracy", data) is None
    assert one.entry(data, fitted(data), plan(), None) is None


def test_a_stream_without_an_end_has_epochs_of_some_steps_that_go_on(read: Read, tmp_path: Path, plan: Plan) -> None:
    data = read(FLOWS.replace("TRAIN", ".repeat()"), steps=5, classes=3)
    assert (data.info.train_rows, data.info.validation_rows) == (160, 160)
    assert data.streams is not None
    feed = StreamFeed(data.streams, None)
    seen = [np.concatenate([x for x, _ in feed.epoch()["x"]]) for _ in range(2)]
    rows = np.random.RandomState(0).normal(size=(900, 4)).astype("float32")
    np.testing.assert_array_equal(np.concatenate(seen), rows[:320])
    result = made(data, tmp_path).train(data, fitted(data), plan(path="auto", epochs=0), None, go_on)
    assert len(result.epochs) == 2


FITS = """
import keras_tuner
def build(hp):
    return space(hp, None)
class Own(keras_tuner.HyperModel):
    def build(self, hp):
        return space(hp, None)
    def fit(self, hp, model, x, validation_data, **kwargs):
        return model.fit(x, validation_data=validation_data, verbose=0, **kwargs)
"""


@pytest.mark.parametrize("given", [BATCHES, FLOWS.replace("TRAIN", ".repeat()")])
def test_a_fit_of_its_own_is_given_the_streams(read: Read, tmp_path: Path, plan: Plan, given: str) -> None:
    data = read(given, classes=3, **({"steps": 5} if "repeat" in given else {}))
    own = NET + FITS.replace("class Own", "space_ = space\nclass Own")
    (tmp_path / "net.py").write_text(HEAD + own)
    found = find_code(str(tmp_path / "net.py"))
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 64}
    one = network(found, CodeName("keras_tuner", "net.py", "Own"), defaults, settings, (), data.info, seed=3)
    result = one.train(data, fitted(data), plan(path="auto", epochs=2), None, go_on)
    assert [set(each) >= {"loss", "val_accuracy"} for each in result.epochs] == [True, True]
    callbacks = ({"reduce_lr_on_plateau": {}},)
    name = CodeName("python", "net.py", "space")
    called = network(found, name, defaults, settings, callbacks, data.info, seed=3)
    result = called.train(data, fitted(data), plan(path="auto", epochs=0), None, go_on)
    assert "val_accuracy" in result.epochs[1]


def test_several_inputs_targets_and_weights_may_be_streamed(read: Read, tmp_path: Path, plan: Plan) -> None:
    row = "({'a': x[A], 'b': x[A]}, {'k': y[A], 's': x[A][:, 0]}, np.ones(len(x[A])))"
    both = f"tf.data.Dataset.from_tensor_slices({row}).batch(32)"
    places = {"train": "slice(0, 600)", "val": "slice(600, 750)", "test": "slice(750, 900)"}
    parts = ", ".join(f"'{name}': {both.replace('A', at)}" for name, at in places.items())
    data = read(f"(lambda tf: {{{parts}}})(__import__('tensorflow'))")
    assert ([each.name for each in data.info.inputs], data.info.weighted) == (["a", "b"], True)
    code = """
def space(trial, data):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    h = keras.layers.concatenate([a, b])
    k, s = keras.layers.Dense(3, activation="softmax", name="k"), keras.layers.Dense(1, name="s")
    m = keras.Model([a, b], [k(h), s(h)])
    m.compile("adam", {"k": "sparse_categorical_crossentropy", "s": "mse"}, metrics={"k": ["accuracy"], "s": ["mae"]})
    return m
"""
    one = made(data, tmp_path, code)
    one.check(data, fitted(data))
    one.train(data, fitted(data), plan(path="auto", epochs=0, monitor="val_k_accuracy"), None, go_on)
    figures = score(load_bytes(one.export().data), data, "val_k_accuracy")
    assert figures["accuracy"] == figures["k_accuracy"]
    assert "s_mae" in figures


def test_what_identifies_a_stream_is_its_first_rows_and_its_size(read: Read) -> None:
    same, longer = read(PLAIN), read(PLAIN.replace("flow(0, 600)", "flow(0, 632)"))
    other = read(PLAIN.replace("flow(0, 600)", "flow(32, 632)"))
    assert same.digest == read(PLAIN).digest
    assert len({same.digest, longer.digest, other.digest}) == 3


@pytest.mark.slow
def test_a_stream_that_is_shuffled_anew_in_each_process_is_known_by_what_does_not_change(tmp_path: Path) -> None:
    given = FLOWS.replace("TRAIN", ".shuffle(600)")
    (tmp_path / "mine.py").write_text(f"{HEAD}{NET}\ndef rows():\n    return {given}\n")
    text = "dataset: {python: 'mine.py:rows', stream: true, classes: 3}\nmodel: {python: 'mine.py:space'}\n"
    code = find_code(str(tmp_path / "mine.py"))
    spec, data = load_as_workers_will(parse_spec(text, "mine", tmp_path, "mine.yaml"), [code])
    assert spec.data.one_order
    assert load(spec.data, 0, [code]).digest == data.digest
    with pytest.raises(SpecError, match="model: mlp learns from rows in memory, and mine is a stream"):
        look_ahead(parse_spec("dataset: digits\nparameters: {units: 8}\n", "mine", tmp_path, "mine.yaml"), data.info)


def test_named_rows_that_do_not_fit_into_memory_are_streamed(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read(PLAIN, stream=False).info.streamed
    monkeypatch.setattr(flows, "MEMORY_SHARE", 1e-9)
    assert read(PLAIN, stream=False, classes=3).info.streamed
    with pytest.raises(DataError, match="a dict of train, validation and test is trained as streams"):
        read("flow(0, 600)", stream=False)


BAD = {
    "one stream": ("flow(0, 600)", "a stream has no rows held back of it. Return a dict of train, validation and test"),
    "no test rows": ("{'train': flow(0, 600), 'val': flow(600, 700)}", "a dict of train, val. Streams are train"),
    "arrays": ("{'train': (x, y), 'val': (x, y), 'test': (x, y)}", r"train rows: are a tuple; a stream is a tf\.data"),
    "two kinds": (PLAIN.replace("flow(0, 600).batch(32)", "Batches(0, 600)"), "a tf.data.Dataset beside a PyDataset"),
    "no end": (FLOWS.replace("TRAIN", ".repeat()"), r"never ends\. Leave out \.repeat\(\), or .*steps: 100"),
    "no rows": (FLOWS.replace("TRAIN", ".take(0)"), "train rows: the stream is empty"),
    "no targets": ("{n: flow(0, 600).map(lambda a, b: a) for n in ('train', 'val', 'test')}", r"has to give \(x, y\)"),
    "labels that are no classes": ("{n: flow(0, 9, x=x, y=x[:, 0]) for n in ('train', 'val', 'test')}", "labels are"),
    "no finite number": ("{n: flow(0, 99, x=x / 0).batch(9) for n in ('train', 'val', 'test')}", "(inf|nan) in row 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_streamed_is_told_in_one_line(read: Read, case: str) -> None:
    given, words = BAD[case]
    with pytest.raises(DataError, match=words) as raised, np.errstate(all="ignore"):
        read(given)
    assert "\n" not in str(raised.value)


def test_a_stream_is_not_normalized_for_a_person(read: Read, tmp_path: Path) -> None:
    data = read(PLAIN, classes=3)
    with pytest.raises(TrialFailed, match="normalization standard: is that of rows of one array in memory"):
        made(data, tmp_path, normalization="standard").check(data, fitted(data))
