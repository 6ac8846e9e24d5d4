"""Keras' private names: all that this project uses of what Keras does not offer in public, and nothing else.

Owns: reading the losses and metrics of a compiled model, masks, further losses, an optimizer's slots and schedule, what
Keras keeps for a whole process, what variables begin with.
Leaves to others: what follows from them (compiled_metrics, labels, the epochs, keras_state).

Tried on Keras 3.13 to 3.15. `tests/training/test_keras_internals.py` exercises each name, and fails where a release has
taken one away or changed what it gives. TensorFlow and JAX are used through their public names alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras.src.backend.common import global_state
from keras.src.utils import module_utils
from keras.src.utils.naming import reset_uids

_KERASS_OWN = "_kerass_own"
_OF_HOST = (int, float, list, tuple, np.ndarray, np.generic)


@dataclass(frozen=True, eq=False)
class OfOutput:
    """A loss or a metric of a compiled model. name: of its figure, as in Keras' logs; "" where it has none of its own.

    at: the place in `model.outputs` of the output that it is of; None where the model has one alone.
    weight: of a loss, in the sum of all. weighs_rows: of a metric, that the weights of rows count in it.
    """

    what: Any
    name: str
    at: int | None
    weight: float | None = None
    weighs_rows: bool = False


def places_of_outputs(model: Any) -> Any | None:
    """The place of each of several outputs in `model.outputs`, in the list or the dict in which a call gives them.

    None where a call gives one tensor.
    """
    struct = getattr(model, "_outputs_struct", None)
    if not keras.tree.is_nested(struct) or (len(model.outputs) == 1 and not isinstance(struct, dict)):
        return None
    return keras.tree.pack_sequence_as(struct, list(range(len(model.outputs))))


def build_compiled(model: Any, y_shape: Sequence[int], y_dtype: str) -> None:
    """Make the losses and metrics that `compile` only named, with all their state, as `fit` does before its first step.

    y_shape: of a batch of targets, without the rows. Raises whatever Keras, or a person's own metric, raises.
    """
    build_by_output(model, [(y_shape, y_dtype)])


def build_by_output(model: Any, ys: Sequence[tuple[Sequence[int], str]]) -> None:
    """The same where there are several outputs. ys: shape and type of the target of each of `model.outputs`."""
    flat = [keras.KerasTensor((None, *shape), dtype) for shape, dtype in ys]
    places = places_of_outputs(model)
    if places is None:
        y, outputs = flat[0], model.outputs[0]
    else:
        y, outputs = (keras.tree.pack_sequence_as(places, list(each)) for each in (flat, model.outputs))
    loss, metrics = model._compile_loss, model._compile_metrics
    if loss is not None and not loss.built:
        loss.build(y, outputs)
    if metrics is None:
        return
    if not metrics.built:
        metrics.build(y, outputs)
    for each in metrics_by_output(model):
        metric, at = each.what, each.at or 0
        # F1Score makes its variables when it sees the first batch, R2Score all but one.
        if not metric.variables or isinstance(metric, keras.metrics.R2Score) or not is_kerass(metric):
            keras.src.backend.compute_output_spec(metric.update_state, flat[at], model.outputs[at])
            metric.reset_state()


def losses_by_output(model: Any) -> list[OfOutput]:
    """Of a model whose losses were built. Raises LookupError where it is not told of which output one is."""
    compiled = model._compile_loss
    if compiled is None:
        return []
    names = [each.name for each in compiled.metrics] or [""] * len(compiled._flat_losses)
    return [
        OfOutput(each.loss, name, _place(model, each.path), each.loss_weights)
        for each, name in zip(compiled._flat_losses, names, strict=True)
    ]


def metrics_by_output(model: Any) -> list[OfOutput]:
    """Of a model whose metrics were built."""
    compiled = model._compile_metrics
    if compiled is None:
        return []
    places: Any = places_of_outputs(model)
    names: Any = compiled._resolved_output_names
    found = []
    for weighs_rows, lists in ((False, compiled._flat_metrics), (True, compiled._flat_weighted_metrics)):
        for place, one in enumerate(lists):
            if one is None:
                continue
            by_name = names is not None and isinstance(places, dict)
            at = places[names[place]] if by_name else place
            prefix = f"{one.output_name}_" if one.output_name else ""
            found += [
                OfOutput(each, f"{prefix}{each.name}", None if places is None else at, None, weighs_rows)
                for each in one.metrics
            ]
    return found


def _place(model: Any, path: Sequence[Any]) -> int | None:
    at = places_of_outputs(model)
    if at is None:
        return None
    for each in path:
        at = at[each]
    if not isinstance(at, int):
        raise LookupError(f"a loss of several outputs: {path}")
    return at


def loss_trackers(model: Any) -> int:
    """How many metrics Keras keeps of a model's losses."""
    return 0 if model._compile_loss is None else len(model._compile_loss.metrics)


def user_losses(model: Any) -> list[Any]:
    """As `compile` took them, one after another, whatever held them."""
    return [each for each in keras.tree.flatten(getattr(model, "loss", None)) if each is not None]


def user_metrics(model: Any) -> list[Any]:
    """As `compile` took them, one after another."""
    compiled = getattr(model, "_compile_metrics", None)
    if compiled is None:
        return []
    return keras.tree.flatten([compiled._user_metrics or [], compiled._user_weighted_metrics or []])  # type: ignore[no-any-return]


def has_metrics(model: Any) -> bool:
    """`compile` was given some, even if none."""
    return model._compile_metrics is not None


def weighs_losses(model: Any) -> bool:
    return model._compile_loss is not None and model._compile_loss._user_loss_weights is not None


def all_layers(model: Any) -> list[Any]:
    """Its layers and theirs."""
    return list(model._flatten_layers(include_self=False))


def is_of_layers(model: Any) -> bool:
    """It is a graph whose every operation is a layer: no subclass, and no function of `keras.ops` between them."""
    if type(model) is keras.Sequential:
        return True
    functional = type(model) is keras.src.models.functional.Functional
    return functional and all(isinstance(each, keras.layers.Layer) for each in model.operations)


def is_plain_graph(model: Any) -> bool:
    """A model of branches, made of Keras' tensors, with no model inside and no subclass."""
    nested = any(isinstance(each, keras.Model) for each in all_layers(model))
    return type(model) is keras.src.models.functional.Functional and not nested


def is_distributed(model: Any) -> bool:
    return getattr(model, "_distribute_strategy", None) is not None


def mask_of(tensor: Any) -> Any | None:
    """Which of a tensor's values count; None where all do."""
    return keras.src.backend.get_keras_mask(tensor)


def ends_in_softmax(model: Any) -> bool:
    """Of a chain of layers, whose outputs are then probabilities."""
    last = model.layers[-1]
    return type(last) is keras.layers.Softmax or getattr(last, "activation", None) is keras.activations.softmax


def logits_of(outputs: Any) -> Any:
    """Of what a softmax gave, what it took; where Keras has not kept that, the same."""
    return getattr(outputs, "_keras_logits", outputs)


def without_mask(tensor: Any) -> Any:
    """All of its values count."""
    if mask_of(tensor) is not None:
        keras.src.backend.set_keras_mask(tensor, None)
    return tensor


def further_losses(model: Any) -> list[Any]:
    """Penalties, and what layers added to the loss in the last call: a number each."""
    return [model._aggregate_additional_loss(each) for each in model.losses]


def function_of(metric: Any) -> Any:
    """What a MeanMetricWrapper averages."""
    return metric._fn


def options_of(wrapper: Any) -> Mapping[str, Any]:
    """What a loss or a metric that wraps a function gives it beside targets and outputs."""
    return getattr(wrapper, "_fn_kwargs", {})


def values_of(metric: Any, y: Any, outputs: Any) -> Any:
    """What a MeanMetricWrapper averages, for a batch."""
    return metric._fn(y, outputs, **metric._fn_kwargs)


def is_kerass(value: Any) -> bool:
    """It is of Keras itself: a class's instance, or a function."""
    kind = value if hasattr(value, "__qualname__") else type(value)
    return str(kind.__module__).split(".")[0] == "keras"


def learning_rate(optimizer: Any) -> float:
    """Of a step now. Of several optimizers, the first one's."""
    return float(traced_learning_rate(optimizer))


def traced_learning_rate(optimizer: Any) -> Any:
    """The same as a tensor, inside a graph too."""
    inner = getattr(optimizer, "optimizers", None)
    return keras.ops.convert_to_tensor((inner[0] if inner else optimizer).learning_rate)


def averages_weights(optimizer: Any) -> bool:
    """At the end of `fit` the weights become their moving average."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return any(getattr(each, "use_ema", False) for each in getattr(inner, "optimizers", None) or [inner])


def rate_or_schedule(optimizer: Any) -> Any:
    """The learning rate as the optimizer holds it: a variable, or a `LearningRateSchedule`."""
    return optimizer._learning_rate


def slots_of(optimizer: Any, name: str) -> Sequence[Any]:
    """What a built optimizer keeps for each variable, such as ``momentums`` or ``velocities``, in their order."""
    return getattr(optimizer, f"_{name}")  # type: ignore[no-any-return]


def decays(optimizer: Any, variable: Any) -> bool:
    """Whether the optimizer's weight decay is for this variable."""
    return bool(optimizer._use_weight_decay(variable))


def takes_training(layer: Any) -> bool:
    """Whether its `call` has an argument `training`."""
    return bool(layer._call_has_training_arg)


def count_names_anew() -> None:
    """Names that Keras makes - ``dense``, ``dense_1`` - are counted from the beginning."""
    reset_uids()


def global_attribute(name: str) -> Any:
    """What Keras keeps under a name for the whole process; None where nobody has set it."""
    return global_state.get_global_attribute(name)


def set_global_attribute(name: str, value: Any) -> None:
    global_state.set_global_attribute(name, value)


def begin_variables_with(first_values: Callable[[Any, Sequence[int], str], Any | None]) -> None:
    """On JAX, from now on, a variable begins with what this gives for its initializer, shape and type of number.

    Where that is None, with what Keras' initializer gives. Numbers and NumPy's arrays become JAX's without a program.
    """
    kind = keras.src.backend.Variable
    initialize, convert = getattr(kind, _KERASS_OWN, (kind._initialize_with_initializer, kind._convert_to_tensor))

    def begin(variable: Any, initializer: Any) -> None:
        values = first_values(initializer, variable.shape, variable.dtype)
        initialize(variable, initializer if values is None else lambda shape, dtype: convert(variable, values, dtype))

    def from_host(variable: Any, value: Any, dtype: Any = None) -> Any:
        wanted = keras.backend.standardize_dtype(dtype) if dtype is not None else None
        if isinstance(value, _OF_HOST) and wanted is not None and wanted != "bfloat16":
            # JAX compiles a conversion of anything but an array that has the type already.
            value = np.asarray(value, wanted)
        return convert(variable, value, dtype=dtype)

    setattr(kind, _KERASS_OWN, (initialize, convert))
    kind._initialize_with_initializer, kind._convert_to_tensor = begin, from_host


def leave_tensorflow_out() -> None:
    """On another backend, let Keras believe that TensorFlow is not installed, unless it was imported already.

    It would import it to ask whether something is one of its tensors: 6 s and 300 MiB a worker, for an answer that is
    always no.
    """
    if getattr(module_utils.tensorflow, "_available", True) is None:
        module_utils.tensorflow._available = False
