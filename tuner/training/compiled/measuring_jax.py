"""What a batch comes to, JAX: its loss, and the sums of its metrics.

Leaves to others: the rows (batch_sources, evaluation_jax), which metrics are sums (compiled_metrics), when rows may be
left out (masked_rows).

counts: which rows of a batch count, of booleans; None is all. weights: how much each of these counts; None is 1.
"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import keras

from tuner.training import keras_internals
from tuner.training.compiled.compiled_metrics import Watched, each_loss, of_output, sum_of_losses, told
from tuner.training.compiled.masked_rows import takes_mask
from tuner.training.compiled.row_targets import Targets, rows_in
from tuner.training.keras_internals import takes_training, without_mask

Values = list[Any]


def call(layer: Any, x: Any, training: bool, counts: Any | None) -> Any:
    if counts is not None and training and takes_mask(layer):
        one_less = jnp.broadcast_to(counts.reshape(-1, *[1] * (x.ndim - 2)), x.shape[:-1])
        # What comes after takes no mask: the loss has weights.
        return without_mask(layer(x, training=True, mask=one_less))
    return layer(x, training=training) if takes_training(layer) else layer(x)


def losses(
    model: Any, watched: Watched, x: Any, targets: Targets, outputs: Any, training: bool, counts: Any | None,
    weights: Any | None,
) -> list[Any]:  # fmt: skip
    """Means over rows that count, as Keras has them for a batch of so many: of all that is trained, penalties included,
    and of each output that is told of."""
    if counts is not None:
        # Keras divides by the rows that there are.
        share = counts.astype(jnp.float32) * (len(counts) / jnp.sum(counts))
        weights = share if weights is None else weights * share
    if not watched.losses:
        return [model.compute_loss(x=x, y=targets.y, y_pred=outputs, sample_weight=weights, training=training)]
    values = each_loss(watched, targets, outputs, weights)
    return [sum_of_losses(watched, values, keras_internals.further_losses(model)), *told(watched, values)]


def measured(
    watched: Watched, metrics: Values, losses: Sequence[Any], targets: Targets, outputs: Any, counts: Any | None
) -> tuple[Values, Any]:
    """metrics: values of those that have a state. Their new ones; sums over rows, of the losses and of each mean."""
    rows = rows_in(outputs) if counts is None else jnp.sum(counts)
    parts = [each.astype(jnp.float32) * rows for each in losses]
    for each in watched.means:
        values = _values(each.what, targets.of(each.at), of_output(outputs, each.at)).astype(jnp.float32)
        parts.append(jnp.sum(values if counts is None else jnp.where(counts, values, 0)))
    counted = None if counts is None else counts.astype(jnp.float32)
    weighed = counted if targets.weights is None else targets.weights * (1.0 if counted is None else counted)
    with keras.StatelessScope(state_mapping=list(zip(watched.variables, metrics, strict=True))) as scope:
        for each in watched.others:
            weights = weighed if each.weighs_rows else counted
            each.what.update_state(targets.of(each.at), of_output(outputs, each.at), sample_weight=weights)
    return [scope.get_current_value(each) for each in watched.variables], jnp.stack(parts)


def scope_of(variables: Sequence[Sequence[Any]], values: Sequence[Values]) -> Any:
    """Keras' variables have these values, in groups."""
    pairs = [pair for group, given in zip(variables, values, strict=True) for pair in zip(group, given, strict=True)]
    return keras.StatelessScope(state_mapping=pairs, collect_losses=True)


def _values(metric: Any, y: Any, outputs: Any) -> Any:
    """A metric of each row. Accuracy without Keras' care for negative zeros, as under TensorFlow."""
    sparse = type(metric) is keras.metrics.SparseCategoricalAccuracy and len(y.shape) == 1
    if not sparse and type(metric) is not keras.metrics.CategoricalAccuracy:
        values = keras_internals.values_of(metric, y, outputs)
        # Of several values a row, as Keras does, the mean.
        return jnp.mean(values, axis=tuple(range(1, values.ndim))) if values.ndim > 1 else values
    return jnp.argmax(outputs, axis=-1) == (y if sparse else jnp.argmax(y, axis=-1))
