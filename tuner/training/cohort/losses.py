"""The output of a member, its loss a row, and the metric that is always watched.

Owns: which of Keras' functions a loss is, by its word and the output's activation.
Leaves to others: which words there are (bucket), means and penalties (program).
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras

from tuner.spec.families import BINARY
from tuner.training.class_weights import of_rows
from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.choosing import choose, choose_way
from tuner.training.cohort.numbers import Numbers

# Of probabilities, at which no loss is infinite; as an output of any kind it is harmless.
_HARMLESS = 0.5
_OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "softmax": jax.nn.softmax,
    "sigmoid": jax.nn.sigmoid,
    "linear": lambda z: z,
}


def outputs(bucket: Bucket, numbers: Numbers, sums: Any) -> Any:
    """What the network gives, of the last layer's sums: (rows, outputs)."""
    kinds = sorted({output for _, output in bucket.reach.losses})
    made = {kind: _OUTPUTS[kind](sums) for kind in kinds}
    given = choose(numbers.loss, [made[output] for _, output in bucket.reach.losses])
    if bucket.task == "regression":
        return given * numbers.target_scale + numbers.target_offset
    return given


def row_losses(bucket: Bucket, numbers: Numbers, y: Any, given: Any) -> Any:
    """The loss of each row. y: class indices (rows,), or targets (rows, outputs). given: `outputs`."""
    if bucket.task == "regression":
        target = y
    elif bucket.outputs == 1:
        target = y[:, None].astype(jnp.float32)
        target = target * (1 - numbers.smoothing) + 0.5 * numbers.smoothing
    else:
        target = jax.nn.one_hot(y, bucket.outputs)
        target = target * (1 - numbers.smoothing) + numbers.smoothing / bucket.outputs
    ways = [_way(name, output == "linear", numbers, target) for name, output in bucket.reach.losses]
    return choose_way(numbers.loss, ways, given, _HARMLESS)


def weighed(numbers: Numbers, y: Any, losses: Any) -> Any:
    """The losses of training rows, each by how much its class counts."""
    return losses * of_rows(numbers.class_weights, y) if numbers.class_weights.size else losses


def row_metrics(bucket: Bucket, numbers: Numbers, y: Any, given: Any) -> Any:
    """Accuracy of each row, or in regression the mean absolute error."""
    if bucket.task == "regression":
        return jnp.mean(jnp.abs(y - given), axis=-1)
    if bucket.outputs == 1:
        linear = jnp.asarray([output == "linear" for _, output in bucket.reach.losses])
        return ((given[:, 0] > jnp.where(linear[numbers.loss], 0.0, 0.5)) == (y == 1)).astype(jnp.float32)
    return (jnp.argmax(given, axis=-1) == y).astype(jnp.float32)


def _way(name: str, logits: bool, numbers: Numbers, target: Any) -> Callable[[Any], Any]:
    losses = keras.losses
    if name == "categorical_crossentropy":
        return lambda given: losses.categorical_crossentropy(target, given, from_logits=logits)
    if name == BINARY:
        return lambda given: losses.binary_crossentropy(target, given, from_logits=logits)
    if name == "focal":
        return lambda given: losses.categorical_focal_crossentropy(
            target, given, gamma=numbers.loss_argument, from_logits=logits
        )
    if name == "huber":
        return lambda given: losses.huber(target, given, delta=numbers.loss_argument)
    return {
        "mse": lambda given: losses.mean_squared_error(target, given),
        "mae": lambda given: losses.mean_absolute_error(target, given),
    }[name]
