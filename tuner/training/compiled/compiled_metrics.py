"""The metrics of a compiled model, as a compiled epoch counts them.

Owns: which are means over rows, summed along the way, and which keep a state of their own; whether figures depend on
how rows are cut into batches; what models are compilable.
Leaves to others: the sums (the epochs), Keras' private parts (keras_internals), which target is whose (row_targets).
"""

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.training import keras_internals
from tuner.training.compiled import device_rows, row_targets
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.row_targets import Targets
from tuner.training.figures import figures
from tuner.training.keras_internals import OfOutput, is_kerass, options_of

_OVERRIDABLE = (
    "train_step", "test_step", "compute_loss", "compute_metrics", "make_train_function", "make_test_function", "fit",
    "evaluate", "metrics", "get_metrics_result", "reset_metrics",
)  # fmt: skip
_MEAN = keras.metrics.MeanMetricWrapper
_PARTS_OF_A_MEAN = ("update_state", "reset_state", "result")

# A value for each row that no other row has to do with. Others of Keras compare rows, or are one number a batch.
_LOSSES_OF_ROWS = frozenset(
    getattr(keras.losses, name)
    for name in (
        "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
        "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "categorical_hinge",
        "cosine_similarity", "hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error",
        "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error", "poisson",
        "sparse_categorical_crossentropy", "squared_hinge",
    )
)  # fmt: skip
OF_TRAINING = tuple(
    getattr(keras.layers, name)
    for name in (
        "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D",
        "SpatialDropout3D",
    )
)  # fmt: skip
"""Layers that do nothing to rows in use."""
_NOT_OF_ROWS = (keras.losses.circle, keras.losses.ctc, keras.losses.dice, keras.losses.tversky)


def why_not(model: Any, dataset: Dataset) -> str | None:
    """Why this model's epochs cannot be compiled; None where they can."""
    for name in _OVERRIDABLE:
        own = getattr(type(model), name, None)
        if own not in (getattr(keras.Model, name, None), getattr(keras.Sequential, name, None)) or name in vars(model):
            return f"the model has a {name} of its own"
    if model.run_eagerly:
        return "the model was compiled to run eagerly"
    if not getattr(model, "inputs", None):
        return "the model is a subclass, without inputs that are known beforehand"
    why = row_targets.why_not(model, dataset.info)
    if why is not None:
        return why
    if keras_internals.is_distributed(model):
        return "the model was made under a strategy of tf.distribute"
    if keras_internals.averages_weights(model.optimizer):
        return "the optimizer averages weights (use_ema)"
    try:
        targets = row_targets.targets_of(dataset.validation, dataset.info, model)
        keras_internals.build_by_output(model, row_targets.shapes_of(targets))
        keras_internals.losses_by_output(model)
    except Exception as error:
        return f"its losses or metrics cannot be made beforehand ({type(error).__name__})"
    return _why_not_compiled(model) or device_rows.why_not(model, dataset)


def _why_not_compiled(model: Any) -> str | None:
    losses, metrics = keras_internals.losses_by_output(model), keras_internals.metrics_by_output(model)
    if len({each.at for each in losses}) < len(losses):
        return "the model has several losses"
    if not losses and len(model.outputs) > 1:
        return "no output has a loss"
    for each in losses:
        if each.what.reduction in (None, "none"):
            return "the loss is no single number (reduction: none)"
        if type(each.what).__call__ is not keras.losses.Loss.__call__:
            return "the loss has a __call__ of its own"
    if len(model.metrics) > 1 + keras_internals.has_metrics(model) + keras_internals.loss_trackers(model):
        return "the model has metrics of its own"
    names = ["loss", *(each.name for each in (*losses, *metrics) if each.name)]
    again = next((name for name in names if names.count(name) > 1), None)
    return None if again is None else f"two figures have the name {again}"


class Watched:
    """losses: of each of several outputs that has one; none where there is one output, and Keras' own sum is taken.

    means: metrics that are means over rows. others: those with a state, in `variables`. by_row: no figure depends on
    how rows are cut into batches. layout: what a graph depends on, of which figure is of which output.
    """

    def __init__(self, model: Any, weighed: bool = False) -> None:
        """model: its losses and metrics have been made. weighed: rows count differently."""
        metrics, losses = keras_internals.metrics_by_output(model), keras_internals.losses_by_output(model)
        self.losses = losses if keras_internals.places_of_outputs(model) is not None else []
        of_rows = [len(each.shape) == 2 and keras_internals.mask_of(each) is None for each in model.outputs]
        self.means = [
            each
            for each in metrics
            if of_rows[each.at or 0] and _is_mean(each.what) and not (weighed and each.weighs_rows)
        ]
        self.others = [each for each in metrics if each not in self.means]
        self.variables = [variable for each in self.others for variable in each.what.variables]
        self.by_row = all(of_rows) and all(_is_loss_of_rows(each.what, weighed) for each in losses)
        self.by_row = self.by_row and all(_is_sum_over_rows(each.what) for each in self.others)
        self.by_row = self.by_row and _layers_know_rows_alone(model)
        every = [*self.losses, *self.means, *self.others]
        self.layout = [len(self.losses), len(self.means), *((each.at, each.weight, each.weighs_rows) for each in every)]
        self._names = ["loss", *(each.name for each in self.losses if each.name), *(each.name for each in self.means)]

    def zeros(self) -> Array:
        """Sums before the first row: of the loss, then of each output's where there are several, then of each mean."""
        return np.zeros(len(self._names), np.float32)

    def reset(self) -> None:
        for each in self.others:
            metric = each.what
            inner = getattr(metric, "inner", metric)
            if not is_kerass(inner):
                metric.reset_state()
                continue
            for variable in metric.variables:
                # As Keras has it, without a program for zeros of this shape.
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def results(self, sums: Any, rows: int) -> Mapping[str, float]:
        """By Keras' names. sums: over so many rows."""
        results = {name: float(total / np.float32(rows)) for name, total in zip(self._names, sums, strict=True)}
        return results | figures({each.name: each.what.result() for each in self.others})


def each_loss(watched: Watched, targets: Targets, outputs: Any, weights: Any | None) -> list[Any]:
    """Of several outputs: each one's loss of a batch, as Keras has it, before it is weighed against the others'.

    outputs: by their place. weights: of rows; None is 1.
    """
    return [
        keras.ops.cast(each.what(targets.of(each.at), outputs[each.at], weights), keras.config.floatx())
        for each in watched.losses
    ]


def weighed(losses: Sequence[OfOutput], values: Sequence[Any]) -> list[Any]:
    """The values of losses, each times its weight in the sum that is trained."""
    pairs = zip(losses, values, strict=True)
    return [value if each.weight is None else value * each.weight for each, value in pairs]


def sum_of_losses(watched: Watched, values: Sequence[Any], penalties: Sequence[Any]) -> Any:
    """What is trained. values: of each output. penalties: numbers."""
    first, *others = weighed(watched.losses, values)
    return sum([*others, *penalties], start=first)


def told(watched: Watched, values: Sequence[Any]) -> list[Any]:
    """Of those that each output has, the ones that are figures of their own: none where one output alone has a loss."""
    return [value for each, value in zip(watched.losses, values, strict=True) if each.name] if watched.losses else []


def of_output(outputs: Any, at: int | None) -> Any:
    """In a place; None is the only one."""
    return outputs if at is None else outputs[at]


def by_place(model: Any, outputs: Any) -> Any:
    """What a call of the model gave, as a list in the order of `model.outputs`; of one output that tensor."""
    return outputs if keras_internals.places_of_outputs(model) is None else keras.tree.flatten(outputs)


def _is_mean(metric: Any) -> bool:
    """A mean over rows, whose function is Keras' own and so gives one value a row, or several to be averaged."""
    return (
        isinstance(metric, _MEAN)
        and is_kerass(metric)
        and gives_one_a_row(keras_internals.function_of(metric), metric)
        and metric.dtype == "float32"
        and all(getattr(type(metric), name) is getattr(_MEAN, name) for name in _PARTS_OF_A_MEAN)
    )


def _is_sum_over_rows(metric: Any) -> bool:
    """Its state is a sum over rows: of Keras' own all are, but those that take numbers and not rows."""
    inner = getattr(metric, "inner", metric)
    if isinstance(inner, _MEAN):
        return is_kerass(inner) and gives_one_a_row(keras_internals.function_of(inner), inner)
    return is_kerass(inner) and type(inner) not in (keras.metrics.Mean, keras.metrics.Sum, keras.metrics.Metric)


def _is_loss_of_rows(loss: Any, weighed: bool) -> bool:
    # The weights of a batch's rows would change what it is divided by.
    means = ("sum_over_batch_size", "mean", *(() if weighed else ("mean_with_sample_weight",)))
    plain = is_kerass(loss) and loss.reduction in means
    function = getattr(loss, "fn", None)
    of_rows = function in _LOSSES_OF_ROWS and gives_one_a_row(function, loss)
    return plain and of_rows and getattr(loss, "ignore_class", None) is None


def gives_one_a_row(function: Any, wrapper: Any) -> bool:
    """A function of Keras' own that has one value a row, or several, of outputs (rows, outputs).

    wrapper: the loss or metric that calls it with options; along axis 0 it would compare rows. A loss as an object,
    which Keras takes for a metric too, gives one number a batch.
    """
    known = isinstance(function, FunctionType) and is_kerass(function) and function not in _NOT_OF_ROWS
    return known and options_of(wrapper).get("axis", -1) in (-1, 1)


def _layers_know_rows_alone(model: Any) -> bool:
    """A graph of layers of Keras, without code of a person's, and without penalties on what they give."""
    layers = [model, *keras_internals.all_layers(model)]
    models = [each for each in layers if isinstance(each, keras.Model)]
    if not all(map(keras_internals.is_of_layers, models)):
        return False
    layers = [each for each in layers if each not in models and type(each) is not keras.layers.InputLayer]
    # What Normalization has learnt and generators of random masks cannot be described, and are nobody's code.
    described = [each for each in layers if type(each) not in (*device_rows.FIXED_LAYERS, *OF_TRAINING)]
    return all(map(_knows_rows_alone, layers)) and shape_of(described) is not None


def _knows_rows_alone(layer: Any) -> bool:
    if (
        type(layer) is keras.layers.Lambda
        or layer.activity_regularizer is not None
        or getattr(layer, "stateful", False)
    ):
        return False
    axes = [getattr(layer, name, None) for name in ("axis", "axes", "_attention_axes")]
    # An axis that is counted from the end may be that of the rows too.
    return all(each is None or each == -1 or each > 0 for each in keras.tree.flatten(axes))
