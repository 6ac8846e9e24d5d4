"""Targets as a model's loss wants them: class indices, or one-hot rows.

Owns: the rule by which that is decided, the same for every way to train; which of several targets is which output's.
Leaves to others: losses and metrics as Keras has them (keras_internals).

A loss of Keras says it by what it is. A person's own gets the labels as the data have them, class indices, unless the
metrics beside it are for one-hot rows, or it takes only such.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Array, DataInfo
from tuner.data.records import for_keras, without_names
from tuner.data.views import zeros
from tuner.training.keras_internals import is_kerass, places_of_outputs, user_losses, user_metrics

# Losses of indices whose names do not say "sparse".
_INDICES = ("circle", "ctc", "categorical_generalized_cross_entropy", "categoricalgeneralizedcrossentropy")
# Metrics of one-hot rows whose names do not begin with "categorical".
_ONE_HOT = ("f1_score", "f1score", "fbeta_score", "fbetascore", "one_hot_iou", "one_hot_mean_iou", "onehotiou",
            "onehotmeaniou", "top_k_categorical_accuracy", "topkcategoricalaccuracy")  # fmt: skip


def wants_indices(loss: Any) -> bool:
    """A loss of Keras takes class indices, and no one-hot targets.

    loss: as `compile` took it: a Keras loss, a function, or a name.
    """
    name = _name(loss)
    return "sparse" in name or name in _INDICES


def targets(y: Array, info: DataInfo, model: Any, may_call: bool = True) -> Array:
    """Targets as the compiled model wants them; class indices where its training is its own and no loss is known.

    Several targets, and those of streams, are as they were given.

    Classes: (rows,) int32 indices; (rows, classes) float32, one-hot; (rows, 1) float32 where there is one output.
    Regression: (rows, outputs) float32.
    may_call: a network without a graph is called on a row of zeros, which builds it. A fit of its own may give it rows
    of another shape; then its last layer and its loss alone say it.
    """
    if info.targets or info.streamed:
        return y
    if info.task == "regression":
        return y.reshape(len(y), -1).astype(np.float32)
    losses = user_losses(model)
    if not losses or any(wants_indices(each) for each in losses):
        return y.astype(np.int32)
    shape = _output_shape(model, info) if may_call or model.built else _last_units(model, info, losses)
    if shape is not None and shape[-1] == 1:
        return y.reshape(-1, 1).astype(np.float32)
    if all(_takes_indices(each, model, shape) for each in losses):
        return y.astype(np.int32)
    return np.eye(info.outputs, dtype=np.float32)[y.astype(np.intp)]


def why_no_metric(y: Array, info: DataInfo, model: Any) -> str:
    """What is wrong with a metric of Keras that takes other targets than the loss of Keras beside it, and what to do.

    y: as `targets` gives them. Nothing where it cannot be told for certain, as of a person's own functions.
    """
    losses = user_losses(model)
    if info.task != "classification" or len(losses) != 1 or not _is_known(losses[0]):
        return ""
    indices, one_hot = y.ndim == 1, y.ndim == 2 and y.shape[1] == info.outputs > 1
    for metric in filter(_is_known, user_metrics(model)):
        named = _name(metric)
        takes_indices = "sparse" in named
        if (takes_indices and one_hot) or (indices and (named.startswith("categorical") or named in _ONE_HOT)):
            kinds = ("class indices", "one-hot targets") if takes_indices else ("one-hot targets", "class indices")
            others = [f"the metric {each}" for each in _other(metric)] + [
                f"the loss {each}" for each in _other(losses[0])
            ]
            instead = f" Use {' or '.join(others)}." if others else ""
            said = f"the metric {_said(metric)} takes {kinds[0]}, and the loss {_said(losses[0])} beside it {kinds[1]}."
            return said + instead
    return ""


def _is_known(named: Any) -> bool:
    """A name, or a class or a function of Keras'."""
    return isinstance(named, str) or (is_kerass(named) and is_kerass(getattr(named, "fn", named)))


def _said(named: Any) -> str:
    return named if isinstance(named, str) else getattr(named, "__name__", type(named).__name__)


def _other(named: Any) -> list[str]:
    """The same of the other kind of targets, where Keras has it."""
    said, where = _said(named), (keras.losses, keras.metrics)
    bare = said.removeprefix("sparse_").removeprefix("Sparse")
    other = bare if bare != said else f"sparse_{said}" if said.islower() else f"Sparse{said}"
    return [other] if any(hasattr(each, other) for each in where) else []


def places_of_targets(model: Any, info: DataInfo) -> Sequence[int] | None:
    """For each of `model.outputs` the place of its target among those of a row.

    Empty for a single output of rows with one target; None where it is not told, by names or by the order.
    """
    at = places_of_outputs(model)
    if at is None or not info.targets:
        return () if at is None and not info.targets else None
    names = [each.name for each in info.targets]
    by_name = isinstance(at, dict)
    keys, places = (list(at), list(at.values())) if by_name else (list(model.output_names), list(at))
    if len(names) != len(keys) or not all(isinstance(each, int) for each in places):
        return None
    if without_names(names):
        # For a dict of outputs Keras would take them in the order of its sorted names.
        return None if by_name else places
    if set(names) != set(keys):
        return None
    named = dict(zip(places, keys, strict=True))
    return [names.index(named[place]) for place in range(len(keys))]


def _takes_indices(loss: Any, model: Any, shape: Sequence[int | None] | None) -> bool:
    if isinstance(loss, str):
        if loss.lower() in ("crossentropy", "ce"):
            # Keras looks at the targets to say which one that is.
            return True
        loss = keras.losses.get(loss)
    if is_kerass(loss) and (not isinstance(loss, keras.losses.Loss) or is_kerass(getattr(loss, "fn", loss))):
        return False
    return _metrics_say(model) or (_metrics_say(model) is None and _is_taken(loss, shape))


def _metrics_say(model: Any) -> bool | None:
    """Metrics are for indices, or for one-hot rows; None where they say neither, or both."""
    names = [_name(each) for each in user_metrics(model)]
    indices = any("sparse" in each for each in names)
    one_hot = any(each.startswith("categorical") or each in _ONE_HOT for each in names)
    return None if indices == one_hot else indices


def _is_taken(loss: Any, shape: Sequence[int | None] | None) -> bool:
    """A person's loss takes class indices for outputs of this shape, when it is tried on a few rows."""
    if shape is None:
        return True
    # So many rows that they are not taken for classes.
    rows = (shape[-1] or 1) + 1
    outputs = np.full((rows, *(each or 5 for each in shape[1:])), 1 / (shape[-1] or 1), np.float32)
    loss = keras.losses.get(loss)
    try:
        # As Keras hands them to a loss.
        loss(keras.ops.zeros((rows,), "float32"), keras.ops.convert_to_tensor(outputs))
    except Exception:
        return False
    return True


def _output_shape(model: Any, info: DataInfo) -> Sequence[int | None] | None:
    """Of a batch; None where it is not known."""
    if getattr(model, "outputs", None):
        return model.output_shape if isinstance(model.output_shape, tuple) else None
    try:
        outputs = model(for_keras(zeros(info)), training=False)
    except Exception:
        return None
    return (None, *outputs.shape[1:]) if hasattr(outputs, "shape") else None


def _last_units(model: Any, info: DataInfo, losses: Sequence[Any]) -> Sequence[int | None] | None:
    """The shape of a batch of outputs, of a network that must not be called yet; None where nothing says it."""
    layers = reversed(model.layers if isinstance(model, keras.Sequential) else [])
    units = next((each.units for each in layers if hasattr(each, "units")), None)
    if units is None and info.outputs == 2 and any(_name(each).startswith("binary") for each in losses):
        units = 1
    return None if units is None else (None, units)


def _name(named: Any) -> str:
    return (named if isinstance(named, str) else getattr(named, "__name__", type(named).__name__)).lower()
