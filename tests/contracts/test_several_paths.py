"""Rows of several inputs, with several targets, with weights: both paths come to the same weights and figures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import pytest

from tuner.data.dataset import DataInfo, Dataset, Rows
from tuner.data.fields import fields_of
from tuner.data.records import by_place, packed
from tuner.training.compiled.row_targets import targets_of
from tuner.training.plan import Path, TrainPlan, TrainResult
from tuner.training.trainer import train

if keras.backend.backend() == "jax":
    from tuner.training.compiled.epoch_jax import JaxTensors as TENSORS
else:
    from tuner.training.compiled.epoch_tensorflow import TensorFlowTensors as TENSORS

# Keras says so of inputs that it is given as a tuple and not a list.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore:Explicitly requested dtype")

ROWS, BATCH, TOLERANCE = 121, 16, 2e-4
layers = keras.layers
_random = np.random.default_rng(1)
WIDE, DEEP = (_random.normal(size=(ROWS, *shape)).astype(np.float32) for shape in ((3,), (4, 2)))
CODE = _random.integers(0, 5, (ROWS, 2)).astype(np.int32)
KIND = ((WIDE[:, 0] > 0).astype(np.int32) + (DEEP[:, 0, 0] > 0.3)).astype(np.int32)
SIZE = (WIDE[:, 1] - DEEP[:, 1, 0]).astype(np.float32)
FLAG = (CODE[:, :1] > 2).astype(np.uint8)
INPUTS = {"wide": WIDE, "deep": DEEP, "code": CODE}
TARGETS = {"kind": KIND, "size": SIZE, "flag": FLAG}
WEIGHTS = _random.choice([0.0, 0.5, 3.0], ROWS).astype(np.float32)


def _dataset(
    inputs: Any = INPUTS,
    targets: Any = TARGETS,
    weights: Any = None,
    name: str = "several",
    train: int = 70,
    validation: int = 41,
) -> Dataset:
    """70 rows to train on and 41 to validate: in batches of 16 neither comes out even."""
    x, y = (packed(each) if isinstance(each, Mapping) else each for each in (inputs, targets))
    parts = [
        Rows(x[at], y[at], None if weights is None else weights[at])
        for at in (slice(train), slice(train, train + validation), slice(train + validation, None))
    ]
    info = DataInfo(
        "rows", "classification", x.shape[1:] or (13,), 3, ("a", "b", "c"), train, validation, 10,
        inputs=fields_of(x, {}), targets=fields_of(y, {"kind": ("a", "b", "c")}), weighted=weights is not None,
    )  # fmt: skip
    return Dataset(info, *parts, digest=f"{name} {weights is not None}")


LOSS = {"kind": "sparse_categorical_crossentropy", "size": "mse", "flag": "binary_crossentropy"}
METRICS = {"kind": ["accuracy"], "size": ["mae"]}


def _inputs() -> tuple[list[Any], Any]:
    wide, deep, code = keras.Input((3,), name="wide"), keras.Input((4, 2), name="deep"), keras.Input((2,), name="code")
    looked_up = layers.Flatten()(layers.Embedding(5, 3)(code))
    return [wide, deep, code], layers.concatenate([wide, layers.Flatten()(deep), looked_up])


def _model(how: str = "list", hidden: Callable[[Any], Any] | None = None) -> Any:
    """how: outputs are given. The embedding takes whole numbers, the flag is one byte."""
    keras.utils.set_random_seed(3)
    inputs, rows = _inputs()
    rows = layers.Dense(8, activation="tanh", kernel_regularizer="l2")(rows) if hidden is None else hidden(rows)
    outputs = {
        "kind": layers.Dense(3, activation="softmax", name="kind")(rows),
        "size": layers.Dense(1, name="size")(rows),
        "flag": layers.Dense(1, activation="sigmoid", name="flag")(rows),
    }
    return keras.Model([inputs[1], inputs[0], inputs[2]], outputs if how == "dict" else [*outputs.values()])


def _by_place(how: str = "list") -> Any:
    keras.utils.set_random_seed(3)
    inputs, rows = _inputs()
    rows = layers.Dense(8, activation="tanh")(rows)
    return keras.Model(
        inputs, [layers.Dense(3, activation="softmax", name="one")(rows), layers.Dense(1, name="two")(rows)]
    )


def _one(classes: int = 3) -> Any:
    keras.utils.set_random_seed(3)
    inner = [layers.Rescaling(0.5), layers.Dense(8, activation="tanh", kernel_regularizer="l2")]
    return keras.Sequential([keras.Input((3,)), *inner, layers.Dense(classes, activation="softmax")])


def _run(model: Any, dataset: Dataset, path: Path, **how: Any) -> TrainResult:
    plan = TrainPlan(**{"batch_size": BATCH, "epochs": 2, **how}, monitor="val_loss", direction="minimize",
                     patience=None, seed=5, path=path)  # fmt: skip
    return train(model, dataset, plan)


def _check(
    make: Callable[[], Any],
    dataset: Dataset,
    compiled_with: Callable[[], dict[str, Any]],
    all_figures: bool = False,
    **how: Any,
) -> None:
    """Both paths come to the same weights and the same figures, and the first is the compiled one.

    all_figures: under TensorFlow too those of the losses by output, which are other means there.
    """
    near: dict[str, Any] = {"rel": TOLERANCE, "abs": TOLERANCE / 10, "nan_ok": True}
    models = [make(), make()]
    results = []
    for model, path in zip(models, ("auto", "fit"), strict=True):
        model.compile(**{"optimizer": keras.optimizers.Adam(0.02), **compiled_with()})
        results.append(_run(model, dataset, path, **how))
    result, expected = results
    assert result.path == "compiled"
    assert expected.path == "fit: asked for"
    for mine, its in zip(result.epochs, expected.epochs, strict=True):
        assert set(mine) == set(its)
        assert {name: mine[name] for name in mine if all_figures or _is_mean_of_rows(name)} == pytest.approx(
            {name: its[name] for name in its if all_figures or _is_mean_of_rows(name)}, **near
        )
    for mine, its in zip(models[0].variables, models[1].variables, strict=True):
        np.testing.assert_allclose(mine, its, rtol=TOLERANCE, atol=TOLERANCE / 10, err_msg=mine.path)


def _is_mean_of_rows(name: str) -> bool:
    """To Keras on this framework."""
    return keras.backend.backend() == "jax" or not name.endswith("_loss") or name == "val_loss"


def _of_all(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"loss": dict(LOSS), "metrics": dict(METRICS), **more}


def _own(y: Any, outputs: Any) -> Any:
    """One number a batch, and not the mean of its rows."""
    return keras.ops.max(keras.ops.abs(keras.ops.reshape(y, (-1, 1)) - outputs))


class _Fraction(keras.metrics.Mean):  # type: ignore[misc]  # Keras is Any here
    """Of a person's own, with a state."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(keras.ops.max(y_pred), sample_weight=None)


COMPILED: dict[str, tuple[Callable[[], dict[str, Any]], Any]] = {
    "by name": (_of_all(loss_weights={"kind": 0.5, "size": 2.0, "flag": 0.1}), None),
    "in their order": (
        lambda: {"loss": [*LOSS.values()], "metrics": [["accuracy"], ["mae"], None], "loss_weights": [1, 0, 3.0]},
        WEIGHTS,
    ),
    "objects, and metrics with a state": (
        lambda: {
            "loss": {
                "kind": keras.losses.SparseCategoricalCrossentropy(ignore_class=1), "size": keras.losses.Huber(0.3),
                "flag": keras.losses.BinaryFocalCrossentropy(label_smoothing=0.1),
            },
            "metrics": {"flag": [keras.metrics.AUC(name="auc", num_thresholds=9), _Fraction(name="most")]},
            "weighted_metrics": {"size": ["mae"], "flag": [keras.metrics.Precision(name="precision")]},
        },
        WEIGHTS,
    ),
    "its own, and other reductions": (
        _of_all(loss={
            "kind": LOSS["kind"], "size": _own, "flag": keras.losses.MeanSquaredError("mean_with_sample_weight"),
        }),
        WEIGHTS,
    ),
    "an output without a loss": (
        lambda: {"loss": {**LOSS, "flag": None}, "metrics": METRICS, "optimizer": "nadam"}, WEIGHTS,
    ),
    "one loss of three outputs, weighed": (
        lambda: {"loss": {**LOSS, "flag": None, "size": None}, "loss_weights": dict.fromkeys(LOSS, 0.5)}, WEIGHTS,
    ),
}  # fmt: skip
# Keras warns of an output's weights that nothing trains.
UNTRAINED = pytest.mark.filterwarnings("ignore:Gradients do not exist")


def _fresh(case: str) -> Callable[[], dict[str, Any]]:
    """Objects of Keras are one model's."""
    config = COMPILED[case][0]()
    return lambda: keras.tree.map_structure(_copied, config)


def _copied(value: Any) -> Any:
    again = getattr(type(value), "from_config", None)
    return again(value.get_config()) if again is not None else value


@UNTRAINED
@pytest.mark.parametrize("case", COMPILED)
def test_several_inputs_and_targets(case: str) -> None:
    _check(_model, _dataset(weights=COMPILED[case][1]), _fresh(case))


def test_outputs_by_name_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TENSORS, "own_memory", lambda self: True)
    monkeypatch.setattr(TENSORS, "room", lambda self: None)
    _check(lambda: _model("dict"), _dataset(weights=WEIGHTS), _of_all(loss_weights={"kind": 0.5, "size": 2, "flag": 1}))


def test_the_loss_of_an_output_is_the_mean_over_rows() -> None:
    """Under TensorFlow Keras counts an odd batch as a whole one in it, and in no other figure."""
    even = _dataset(name="even", weights=WEIGHTS, train=64, validation=32)
    _check(_model, even, _of_all(), all_figures=True)
    model = _model()
    model.compile("sgd", dict(LOSS), metrics={"size": ["mse"]}, weighted_metrics={"flag": ["binary_crossentropy"]})
    (found,) = _run(model, _dataset(), "compiled", epochs=1).epochs
    assert found["size_loss"] == pytest.approx(found["size_mse"], rel=1e-5)
    assert found["val_flag_loss"] == pytest.approx(found["val_flag_binary_crossentropy"], rel=1e-5)


def test_inputs_and_targets_by_their_place() -> None:
    data = _dataset(by_place([*INPUTS.values()]), by_place([KIND, SIZE]), name="places")
    how = {"loss": [LOSS["kind"], "mae"], "metrics": [["accuracy"], ["mse"]]}
    _check(_by_place, data, lambda: dict(how))


def test_an_output_that_is_a_sequence_and_one_that_is_classes_one_hot() -> None:
    def make() -> Any:
        keras.utils.set_random_seed(3)
        rows = keras.Input((4, 2), name="deep")
        again = layers.Dense(2, name="again")(layers.LSTM(5, return_sequences=True)(rows))
        return keras.Model(
            {"deep": rows}, [again, layers.Dense(3, activation="softmax", name="kind")(layers.Flatten()(rows))]
        )

    data = _dataset({"deep": DEEP}, {"again": DEEP, "kind": np.eye(3, dtype=np.float32)[KIND]}, name="sequence")
    how = {
        "loss": {"again": "mse", "kind": "categorical_crossentropy"},
        "metrics": {"kind": ["accuracy"], "again": ["mae"]},
    }
    _check(make, data, lambda: dict(how))


def test_rows_that_know_of_each_other_are_validated_as_fit_cuts_them() -> None:
    _check(lambda: _model(hidden=_centred), _dataset(weights=WEIGHTS), _of_all())


def _centred(rows: Any) -> Any:
    return layers.BatchNormalization()(rows - keras.ops.mean(rows, axis=0))


@pytest.mark.parametrize(
    ("loss", "class_weights"), [({}, (0.5, 1.0, 4.0)), ({"reduction": "mean_with_sample_weight"}, None)],
    ids=["rows and classes", "rows"],
)  # fmt: skip
def test_rows_of_one_array_with_weights(loss: Any, class_weights: Any) -> None:
    weighed = ["sparse_categorical_crossentropy"]
    _check(
        _one, _dataset(WIDE, KIND, WEIGHTS, name="one"),
        lambda: {"loss": keras.losses.SparseCategoricalCrossentropy(**loss), "metrics": ["accuracy"],
                 "weighted_metrics": weighed},
        class_weights=class_weights,
    )  # fmt: skip


# What is left to `fit`, and why.


def _outputs_in_lists() -> Any:
    made = _model()
    return keras.Model(made.inputs, {"first": [made.outputs[0]], "others": made.outputs[1:]})


UNMATCHED = "targets and outputs are matched neither by their names nor by their order"
LEFT: Mapping[str, tuple[Callable[[], Any], Sequence[Any], str]] = {
    "texts": (
        _model, ({**INPUTS, "name": np.array(["a"] * ROWS)}, TARGETS), "texts are among the inputs",
    ),
    "by place to a dict": (
        lambda: _model("dict"), (INPUTS, by_place([*TARGETS.values()])),
        UNMATCHED,
    ),
    "other names": (
        _model, (INPUTS, {"kind": KIND, "size": SIZE, "other": FLAG}),
        UNMATCHED,
    ),
    "nested": (
        _outputs_in_lists, (INPUTS, TARGETS), UNMATCHED,
    ),
    "a chain": (_one, ({"wide": WIDE}, KIND), "rows are named, and the model is a chain of layers"),
    "fewer inputs": (_one, (WIDE, TARGETS), UNMATCHED),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT)
def test_what_is_left_to_fit_says_why(case: str) -> None:
    make, (inputs, targets), why = LEFT[case]
    model = make()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=f"the compiled epoch was asked for and cannot be had: {why}"):
        _run(model, _dataset(inputs, targets), "compiled")


def test_figures_of_one_name_are_left_to_fit() -> None:
    model = _model()
    model.compile("sgd", dict(LOSS), metrics={"kind": ["accuracy", "accuracy"]})
    assert _run(model, _dataset(), "auto", epochs=1).path == "fit: two figures have the name kind_accuracy"


def test_targets_are_in_the_order_of_the_outputs_however_they_were_named() -> None:
    """Keras sorts a dict's names, the data set does not, and a model lists its outputs as it was told."""
    for order in (["kind", "size", "flag"], ["flag", "size", "kind"], ["size", "flag", "kind"]):
        data = _dataset(targets={name: TARGETS[name] for name in order}, weights=WEIGHTS)
        for how in ("dict", "list"):
            model = _model(how)
            taken = targets_of(data.train, data.info, model)
            names = [each.name for each in model.operations if each.name in TARGETS]
            expected = sorted(TARGETS) if how == "dict" else ["kind", "size", "flag"]
            assert set(names) == set(expected)
            for name, each in zip(expected, taken.y, strict=True):
                np.testing.assert_array_equal(each, TARGETS[name][:70])
            np.testing.assert_array_equal(taken.weights, WEIGHTS[:70])
