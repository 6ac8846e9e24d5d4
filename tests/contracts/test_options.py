"""Every option of Keras means on the compiled path what it means to `Model.fit` and `Model.evaluate`.

Options come from Keras' own signatures, and one that nobody has classified in `keras_options` fails. Kept graphs are
kept from case to case, so a graph that knows too little of its network fails here too.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.contracts import keras_options as known
from tuner.data.dataset import DataInfo, Dataset, Rows
from tuner.training.batches import row_order
from tuner.training.custom.custom_fit import WholeFit, averaging
from tuner.training.labels import targets
from tuner.training.plan import Path, TrainPlan, TrainResult
from tuner.training.trainer import go_on, train

# JAX counts in 32 bits unless it is told otherwise, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype")

FEATURES, BATCH = 6, 16
TOLERANCE = 2e-4

Compile = Callable[[Any], None]


def _dataset(outputs: int, task: Any = "classification") -> Dataset:
    """70 rows to train on and 41 to validate: in batches of 16 neither comes out even."""
    random = np.random.default_rng(1)
    x = random.normal(size=(121, FEATURES)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 0).astype(np.int32) + (outputs > 2) * (x[:, 2] > 0.3)
    parts = [Rows(x[at], y[at].astype(np.int32)) for at in (slice(70), slice(70, 111), slice(111, None))]
    names = tuple(map(str, range(outputs)))
    return Dataset(DataInfo("rows", task, (FEATURES,), outputs, names, 70, 41, 10), *parts, digest=f"rows{outputs}")


THREE, TWO = _dataset(3), _dataset(2)


def _model(units: int = 3, activation: str | None = "softmax", dtype: str | None = None) -> Any:
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(8, activation="tanh", dtype=dtype), keras.layers.Dense(units, name="output")]
    last = [] if activation is None else [keras.layers.Activation(activation)]
    return keras.Sequential([keras.Input((FEATURES,)), *layers, *last])


def _run(model: Any, dataset: Dataset, path: Path, epochs: int) -> TrainResult:
    return train(model, dataset, TrainPlan(BATCH, epochs, "val_loss", "minimize", None, seed=5, path=path))


def _check(
    make: Callable[[], Any],
    compile_: Compile,
    dataset: Dataset = THREE,
    epochs: int = 1,
    why: str = "",
    tolerance: float = TOLERANCE,
) -> TrainResult:
    """Both paths come to the same weights and figures, and the latter are those of `evaluate`; why: `fit` is taken."""
    near = {"rel": tolerance, "abs": tolerance / 10, "nan_ok": True}
    models = [make(), make()]
    for model in models:
        compile_(model)
    result, expected = (_run(model, dataset, path, epochs) for model, path in zip(models, ("auto", "fit"), strict=True))
    assert result.path == (f"fit: {why}" if why else "compiled")
    for mine, its in zip(result.epochs, expected.epochs, strict=True):
        assert dict(mine) == pytest.approx(dict(its), **near)
    for mine, its in zip(models[0].variables, models[1].variables, strict=True):
        np.testing.assert_allclose(mine, its, rtol=tolerance, atol=tolerance / 10, err_msg=mine.path)
    # The second model has its `evaluate` compiled already; it is asked about the first one's weights.
    models[1].set_weights(models[0].get_weights())
    y = targets(dataset.validation.y, dataset.info, models[1])
    figures = models[1].evaluate(dataset.validation.x, y, batch_size=BATCH, verbose=0, return_dict=True)
    best = result.epochs[result.best_epoch - 1]
    for name, value in figures.items():
        assert best[f"val_{name}"] == pytest.approx(float(np.mean(value)), **near), name
    return result


def _with(optimizer: Any, **more: Any) -> Compile:
    return lambda model: model.compile(optimizer(), **{"loss": "sparse_categorical_crossentropy", **more})


# What is classified.


@pytest.mark.parametrize(
    ("kinds", "values"),
    [
        (known.OPTIMIZERS, {**known.OF_EVERY_OPTIMIZER, **known.WITH_AVERAGES, **known.OF_OPTIMIZERS}),
        (known.LOSSES, known.OF_LOSSES),
        (known.METRICS, known.OF_METRICS),
        ({"compile": keras.Model.compile}, known.OF_COMPILE),
    ],
    ids=["optimizers", "losses", "metrics", "compile"],
)
def test_every_public_option_is_classified(kinds: dict[str, Any], values: dict[str, Any]) -> None:
    unknown = {
        f"{name}({option}=)"
        for name, kind in kinds.items()
        for option in known.options(kind)
        if option not in values and option not in known.NEUTRAL
    }
    assert not unknown, "give it a value in keras_options.py and see here that both paths agree"


# Optimizers.


@pytest.mark.parametrize("name", known.OPTIMIZERS)
def test_an_optimizer_with_all_options_of_its_own(name: str) -> None:
    kind = known.OPTIMIZERS[name]
    _check(_model, _with(lambda: kind(**known.own_options(kind, known.OF_OPTIMIZERS))))


@pytest.mark.parametrize("option", known.OF_EVERY_OPTIMIZER)
def test_an_option_of_every_optimizer(option: str) -> None:
    why = "the optimizer averages weights (use_ema)" if option == "use_ema" else ""
    options = {option: known.OF_EVERY_OPTIMIZER[option], **(known.WITH_AVERAGES if why else {})}
    _check(_model, _with(lambda: keras.optimizers.Adam(0.01, **options)), epochs=2, why=why)


def test_options_of_an_optimizer_that_no_kernel_computes() -> None:
    options = {"clipnorm": 0.05, "weight_decay": 0.05, "loss_scale_factor": 8.0, "gradient_accumulation_steps": 2}
    _check(_model, _with(lambda: keras.optimizers.Lion(0.01, **options)), epochs=2)


def test_averaged_weights_are_validated_and_kept_while_training_goes_on_from_its_own() -> None:
    """As one call of `fit` trains, and as `evaluate` then sees what it left."""
    model, whole = _model(), _model()
    for each in (model, whole):
        each.compile(keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.8), "sparse_categorical_crossentropy")
    result = _run(model, THREE, "auto", 3)
    parts = (THREE.train.x, THREE.train.y)
    rows = [np.concatenate([part[row_order(70, 5, epoch)] for epoch in (1, 2, 3)]) for part in parts]
    batches = [
        tuple(part[start:end] for part in rows)
        for epoch in range(3)
        for start, end in [
            (70 * epoch + at, min(70 * epoch + at + BATCH, 70 * epoch + 70)) for at in range(0, 70, BATCH)
        ]
    ]
    whole.fit((each for each in batches), steps_per_epoch=len(batches), shuffle=False, verbose=0)
    assert result.best_epoch == 3
    for mine, its in zip(model.trainable_variables, whole.trainable_variables, strict=True):
        np.testing.assert_allclose(mine, its, rtol=TOLERANCE, atol=1e-5)
    validation_loss = whole.evaluate(THREE.validation.x, THREE.validation.y, batch_size=BATCH, verbose=0)
    assert result.value == pytest.approx(validation_loss, rel=TOLERANCE)


def test_averaged_weights_are_validated_and_kept_by_a_fit_with_callbacks() -> None:
    model = _model()
    model.compile(keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.8), "sparse_categorical_crossentropy")
    by_epoch = _model()
    by_epoch.compile(keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.8), "sparse_categorical_crossentropy")
    ordered = replace(THREE, train=Rows(*(part[row_order(70, 5, 1)] for part in (THREE.train.x, THREE.train.y))))
    plan = TrainPlan(BATCH, 1, "val_loss", "minimize", None, seed=5)
    settings = {"epochs": 1, "batch_size": BATCH, "shuffle": False, "verbose": 0}
    result = WholeFit(model, ordered, plan, go_on).run(
        lambda callbacks, **data: model.fit(**data, **settings, callbacks=[*averaging(model, ()), *callbacks]), "fit"
    )
    expected = _run(by_epoch, THREE, "auto", 1)
    assert result.value == pytest.approx(expected.value, rel=TOLERANCE)
    for mine, its in zip(model.variables, by_epoch.variables, strict=True):
        np.testing.assert_allclose(mine, its, rtol=TOLERANCE, atol=1e-5)


# Losses.


@pytest.mark.parametrize("name", known.LOSSES)
def test_a_loss_with_all_options_of_its_own(name: str) -> None:
    kind = known.LOSSES[name]
    options = known.own_options(kind, known.OF_LOSSES)
    one = name.startswith("Binary")
    make = lambda: _model(1 if one else 3, None if options.get("from_logits") else "softmax")  # noqa: E731
    _check(make, lambda model: model.compile("adam", loss=kind(**options)), TWO if one else THREE)


@pytest.mark.parametrize("reduction", known.REDUCTIONS)
def test_a_loss_is_reduced_as_it_says(reduction: str) -> None:
    if reduction == "none" and keras.backend.backend() == "jax":
        model = _model()
        model.compile("sgd", keras.losses.CategoricalCrossentropy(reduction=reduction))
        # As `Model.fit` of Keras itself.
        with pytest.raises(TypeError, match="scalar-output"):
            _run(model, THREE, "auto", 1)
        return
    why = "the loss is no single number (reduction: none)" if reduction == "none" else ""
    loss = keras.losses.CategoricalCrossentropy(reduction=reduction, dtype="float64" if reduction == "mean" else None)
    _check(_model, lambda model: model.compile(keras.optimizers.SGD(0.01), loss=loss), why=why)


# Metrics: those that take the same targets are compiled together.


def _metrics(sparse: bool) -> list[Any]:
    """Each of Keras' metrics of such targets with all its options."""
    found = []
    for name, kind in known.METRICS.items():
        given = known.own_options(kind, known.OF_METRICS)
        # Several thresholds and a class cannot be had at once, nor can the classes of outputs that are numbers.
        if {"thresholds", "top_k"} <= given.keys():
            given.pop("thresholds")
        # The model gives probabilities; AUC takes one of two ways to say its thresholds; Keras' IoUs know one axis.
        # A number of regressors cannot be compared in a graph.
        wrong = ["from_logits", "num_regressors", *["thresholds"] * (name == "AUC"), *["axis"] * ("IoU" in name)]
        given = {option: value for option, value in given.items() if option not in wrong}
        takes_indices = "Sparse" in name or name in ("IoU", "MeanIoU")
        if takes_indices is sparse and name != "BinaryIoU":
            if takes_indices and name.endswith("IoU"):
                given["sparse_y_pred"] = False
            found.append(kind(**given, name=name))
    return found


@pytest.mark.parametrize("sparse", [True, False], ids=["indices", "one-hot"])
def test_every_metric_with_its_options(sparse: bool) -> None:
    loss = "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"
    _check(_model, lambda model: model.compile("adam", loss=loss, metrics=[*_metrics(sparse), loss]))


def test_metrics_of_one_output() -> None:
    metrics = [known.METRICS[name]() for name in known.METRICS_OF_ONE_OUTPUT]
    metrics += ["accuracy", keras.metrics.Precision(thresholds=[0.3, 0.6])]
    _check(
        lambda: _model(1, "sigmoid"), lambda model: model.compile("adam", "binary_crossentropy", metrics=metrics), TWO
    )


@pytest.mark.parametrize("name", known.ALONG_ROWS)
def test_a_metric_along_rows_is_one_number_an_output_of_a_batch(name: str) -> None:
    metrics = lambda: [known.METRICS[name](axis=0)]  # noqa: E731
    _check(_model, lambda model: model.compile("adam", "categorical_crossentropy", metrics=metrics()), epochs=2)


OF_A_BATCH: dict[str, Callable[[], Any]] = {
    "cosine": lambda: keras.losses.CosineSimilarity(axis=0),
    "dice": lambda: keras.losses.Dice(axis=0),
    "tversky": lambda: keras.losses.Tversky(axis=0),
    "own": lambda: _per_output,
}


@pytest.mark.parametrize("loss", OF_A_BATCH.values(), ids=OF_A_BATCH)
def test_a_loss_along_rows_is_no_loss_of_a_row(loss: Callable[[], Any]) -> None:
    _check(_model, lambda model: model.compile("adam", loss(), metrics=["categorical_accuracy"]))


def _per_output(y: Any, outputs: Any) -> Any:
    return keras.ops.mean(keras.ops.square(y - outputs), axis=0)


WATCHED = {
    "dice": keras.losses.dice,
    "circle": keras.losses.circle,
    "object": keras.losses.CategoricalCrossentropy(name="object"),
}


@pytest.mark.parametrize("metric", WATCHED.values(), ids=WATCHED)
def test_a_loss_that_is_watched_as_a_metric_is_averaged_as_keras_does(metric: Any) -> None:
    loss = "sparse_categorical_crossentropy" if metric is keras.losses.circle else "categorical_crossentropy"
    _check(_model, lambda model: model.compile("adam", loss, metrics=[metric]))


# What `compile` takes besides.

COMPILED: dict[str, dict[str, Any]] = {
    "weight": {"loss_weights": 0.25},
    "list of weights": {"loss_weights": [0.5]},
    "other weight": {"loss_weights": [0.01]},
    "list of losses": {"loss": ["sparse_categorical_crossentropy"]},
    "list of a loss and a weight": {"loss": [keras.losses.SparseCategoricalCrossentropy()], "loss_weights": [0.1]},
    "by shape": {"loss": "crossentropy"},
    "weighted metrics": {"metrics": [["accuracy"]], "weighted_metrics": ["mse"], "loss": "categorical_crossentropy"},
    "metrics by name": {"metrics": {"output": ["accuracy", "sparse_top_k_categorical_accuracy"]}},
    "several steps": {"steps_per_execution": 3},
    "xla": {"jit_compile": True},
    "no scaling": {"auto_scale_loss": False},
}


@pytest.mark.parametrize("options", COMPILED.values(), ids=COMPILED)
def test_an_option_of_compile(options: dict[str, Any]) -> None:
    _check(_model, _with(lambda: keras.optimizers.SGD(0.1), **options))


TO_FIT: dict[str, tuple[dict[str, Any], str]] = {
    "eager": ({"run_eagerly": True}, "the model was compiled to run eagerly"),
    "one name twice": (
        {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]},
        "two figures have the name accuracy",
    ),
}


@pytest.mark.parametrize(("options", "why"), TO_FIT.values(), ids=TO_FIT)
def test_an_option_of_compile_that_is_left_to_fit(options: dict[str, Any], why: str) -> None:
    _check(_model, _with(lambda: keras.optimizers.SGD(0.1), **options), why=why)


def test_a_loss_by_the_output_s_name() -> None:
    def make() -> Any:
        keras.utils.set_random_seed(3)
        inputs = keras.Input((FEATURES,))
        return keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="kind")(inputs))

    loss = {"kind": keras.losses.SparseCategoricalCrossentropy(ignore_class=1)}
    _check(make, _with(lambda: keras.optimizers.SGD(0.1), loss=loss, metrics={"kind": ["accuracy"]}))
    _check(make, _with(lambda: "adam", loss={"kind": "sparse_categorical_crossentropy"}, loss_weights={"kind": 0.1}))


# A person's own losses and metrics.


def _f1(y: Any, outputs: Any) -> Any:
    """One number a batch."""
    outputs = keras.ops.round(outputs)
    hits = keras.ops.sum(y * outputs)
    return 2 * hits / (keras.ops.sum(y) + keras.ops.sum(outputs) + 1e-7)


def _per_class(y: Any, outputs: Any) -> Any:
    return keras.ops.square(y - outputs)


class _Confusion(keras.metrics.Metric):  # type: ignore[misc]  # Keras is Any here
    """A matrix, whose variables it makes when it sees the first batch."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if not hasattr(self, "seen"):
            self.seen = self.add_variable((y_pred.shape[-1],) * 2, "zeros", name="seen")
        self.seen.assign_add(keras.ops.matmul(keras.ops.transpose(y_true), y_pred))

    def result(self) -> Any:
        return keras.ops.convert_to_tensor(self.seen)


class _Several(keras.metrics.Mean):  # type: ignore[misc]  # Keras is Any here
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(keras.ops.max(y_pred))

    def result(self) -> Any:
        return {"highest": super().result(), "twice": 2 * super().result()}


def test_a_metric_of_one_number_a_batch_is_averaged_as_keras_does() -> None:
    metrics = ["accuracy", _f1]
    _check(
        lambda: _model(1, "sigmoid"),
        lambda model: model.compile("adam", "binary_crossentropy", metrics=metrics),
        TWO,
        2,
    )


def test_a_metric_of_several_numbers_is_its_mean_and_its_parts() -> None:
    metrics = lambda: [keras.metrics.F1Score(), _Confusion(name="seen"), _per_class]  # noqa: E731
    result = _check(_model, lambda model: model.compile("adam", "categorical_crossentropy", metrics=metrics()))
    found = result.epochs[-1]
    assert [found[f"val_f1_score_{i}"] for i in range(3)] == pytest.approx([found["val_f1_score_0"]] * 3, abs=1)
    assert found["val_f1_score"] == pytest.approx(np.mean([found[f"val_f1_score_{i}"] for i in range(3)]), rel=1e-5)
    assert {f"seen_{i}_{j}" for i in range(3) for j in range(3)} <= set(found)


def test_a_metric_of_a_dictionary_is_told_by_its_names() -> None:
    result = _check(_model, lambda model: model.compile("adam", "categorical_crossentropy", metrics=[_Several()]))
    assert {"highest", "twice", "val_highest", "val_twice"} <= set(result.epochs[-1])


class _OwnLoss(keras.losses.Loss):  # type: ignore[misc]  # Keras is Any here
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return 1 - keras.ops.take_along_axis(y_pred, keras.ops.cast(y_true, "int32")[:, None], axis=1)[:, 0]


def _own_loss_of_one_hot(y: Any, outputs: Any) -> Any:
    """One number a batch, and not the mean of its rows."""
    return keras.ops.max(-keras.ops.sum(y * keras.ops.log(outputs + 1e-7), axis=-1))


@pytest.mark.parametrize("loss", [_OwnLoss(), _own_loss_of_one_hot], ids=["indices", "one-hot"])
def test_a_loss_of_one_s_own(loss: Any) -> None:
    _check(_model, lambda model: model.compile("adam", loss))


# Layers: what they add to the loss, what they do to weights and types.


class _Centred(keras.layers.Layer):  # type: ignore[misc]  # Keras is Any here
    """Rows that know of each other, in use too; a loss of its own besides."""

    def call(self, rows: Any) -> Any:
        self.add_loss(1e-2 * keras.ops.square(rows))
        return rows - keras.ops.mean(rows, axis=0)


LAYERS: dict[str, Callable[[], list[Any]]] = {
    "regularizers": lambda: [
        keras.layers.Dense(8, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), bias_regularizer="l2")
    ],
    "other regularizer": lambda: [keras.layers.Dense(8, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())],
    "activity": lambda: [keras.layers.Dense(8, activity_regularizer=keras.regularizers.L2(0.01))],
    "constraints": lambda: [keras.layers.Dense(8, kernel_constraint=keras.constraints.MaxNorm(0.5))],
    "not trained": lambda: [keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(8, trainable=False)],
    "renorm": lambda: [keras.layers.Dense(8), keras.layers.BatchNormalization(renorm=True, momentum=0.5)],
    "spectral": lambda: [keras.layers.SpectralNormalization(keras.layers.Dense(8))],
    "own": lambda: [keras.layers.Dense(8), _Centred()],
    "function": lambda: [keras.layers.Dense(8, activation=lambda x: x - keras.ops.mean(x, axis=0))],
    "16 bits": lambda: [keras.layers.Dense(8, dtype="mixed_bfloat16")],
    "masked": lambda: [keras.layers.Lambda(lambda x: keras.ops.where(x[:, :1] > 0, x, 0.0)), keras.layers.Masking()],
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_a_layer(layers: Callable[[], list[Any]]) -> None:
    def make() -> Any:
        keras.utils.set_random_seed(3)
        output = keras.layers.Dense(3, activation="softmax", dtype="float32")
        return keras.Sequential([keras.Input((FEATURES,)), *layers(), output])

    few_bits = any(each.compute_dtype != "float32" for each in make().layers)
    compile_ = _with(lambda: keras.optimizers.SGD(0.1), metrics=["accuracy"])
    _check(make, compile_, tolerance=1e-2 if few_bits else TOLERANCE)
