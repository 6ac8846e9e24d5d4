"""Optimizer steps by TensorFlow's fused kernels, on the variables of the Keras optimizer.

Owns: which Keras optimizers have a kernel that computes the same, to rounding.
Leaves to others: every other optimizer (its own `apply`).

Since the state is Keras' own, a checkpoint goes on under either. What is not the same is left out: Nadam has no kernel,
and an option that a kernel does not know (clipping, averages, centring, ...) falls back to `apply`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

Step = Callable[[Sequence[Any], Any, Any], None]
"""One step, inside a graph: gradients, the number of steps before (int64), the learning rate."""

_UNKNOWN_TO_KERNELS = (
    "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "gradient_accumulation_steps", "loss_scale_factor",
    "amsgrad", "centered",
)  # fmt: skip

# Keras takes the root of accumulator + epsilon, the kernel adds it to the root. Above this the two agree to 5e-7 when
# the kernel's is epsilon / (2 root of the accumulator's first value), since accumulators only grow.
_SMALLEST_ACCUMULATOR = 0.1


def fused(optimizer: Any, variables: Sequence[Any]) -> Step | None:
    """The step of this built optimizer by kernels; None where there is no kernel that does the same."""
    make = _KERNELS.get(type(optimizer))
    if make is None or any(getattr(optimizer, option, None) for option in _UNKNOWN_TO_KERNELS):
        return None
    if any(each.constraint is not None or each.dtype != "float32" for each in variables):
        return None
    kernel = make(optimizer, variables)
    if kernel is None:
        return None
    decayed = [each for each in variables if optimizer.weight_decay and optimizer._use_weight_decay(each)]

    def step(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        for variable in decayed:
            variable.value.assign_sub(variable.value * optimizer.weight_decay * rate)
        kernel(gradients, before, rate)

    return step


def learning_rate(optimizer: Any, before: Any) -> Any:
    """The rate of the step after `before` steps, a scalar tensor."""
    rate = optimizer._learning_rate
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        return rate(before)
    return tf.convert_to_tensor(optimizer.learning_rate.value)


def _handles(variables: Sequence[Any]) -> list[Any]:
    return [variable.value.handle for variable in variables]


def _sgd(optimizer: Any, variables: Sequence[Any]) -> Step:
    handles = _handles(variables)
    if not optimizer.momentum:

        def plain(gradients: Sequence[Any], before: Any, rate: Any) -> None:
            for handle, gradient in zip(handles, gradients, strict=True):
                tf.raw_ops.ResourceApplyGradientDescent(var=handle, alpha=rate, delta=gradient)

        return plain
    momentums = _handles(optimizer.momentums)

    def heavy(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        for handle, momentum, gradient in zip(handles, momentums, gradients, strict=True):
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=handle, accum=momentum, lr=rate, grad=gradient, momentum=optimizer.momentum,
                use_nesterov=optimizer.nesterov,
            )  # fmt: skip

    return heavy


def _adam(optimizer: Any, variables: Sequence[Any]) -> Step:
    handles = _handles(variables)
    firsts, seconds = _handles(optimizer._momentums), _handles(optimizer._velocities)

    def step(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        number = tf.cast(before + 1, tf.float32)
        power_1, power_2 = tf.pow(optimizer.beta_1, number), tf.pow(optimizer.beta_2, number)
        for handle, first, second, gradient in zip(handles, firsts, seconds, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=handle, m=first, v=second, beta1_power=power_1, beta2_power=power_2, lr=rate,
                beta1=optimizer.beta_1, beta2=optimizer.beta_2, epsilon=optimizer.epsilon, grad=gradient,
            )  # fmt: skip

    return step


def _rmsprop(optimizer: Any, variables: Sequence[Any]) -> Step:
    handles, squares = _handles(variables), _handles(optimizer._velocities)
    if optimizer.momentum > 0:
        momentums = optimizer._momentums
    else:
        # The kernel wants a slot for the last step; without momentum nothing of it lasts, so it is not state.
        momentums = [keras.Variable(tf.zeros(each.shape), trainable=False) for each in variables]
    steps = _handles(momentums)

    def step(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        # Held here as well, so that the slots live as long as the graph.
        assert len(momentums) == len(handles)
        for handle, square, last, gradient in zip(handles, squares, steps, gradients, strict=True):
            tf.raw_ops.ResourceApplyRMSProp(
                var=handle, ms=square, mom=last, lr=rate, rho=optimizer.rho, momentum=optimizer.momentum,
                epsilon=optimizer.epsilon, grad=gradient,
            )  # fmt: skip

    return step


def _adagrad(optimizer: Any, variables: Sequence[Any]) -> Step | None:
    if optimizer.initial_accumulator_value < _SMALLEST_ACCUMULATOR:
        return None
    handles, accumulators = _handles(variables), _handles(optimizer._accumulators)
    epsilon = optimizer.epsilon / (2 * optimizer.initial_accumulator_value**0.5)

    def step(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        for handle, accumulator, gradient in zip(handles, accumulators, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdagradV2(var=handle, accum=accumulator, lr=rate, epsilon=epsilon, grad=gradient)

    return step


def _adadelta(optimizer: Any, variables: Sequence[Any]) -> Step:
    handles = _handles(variables)
    squares, changes = _handles(optimizer._accumulated_grads), _handles(optimizer._accumulated_delta_vars)

    def step(gradients: Sequence[Any], before: Any, rate: Any) -> None:
        for handle, square, change, gradient in zip(handles, squares, changes, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdadelta(
                var=handle, accum=square, accum_update=change, lr=rate, rho=optimizer.rho,
                epsilon=optimizer.epsilon, grad=gradient,
            )  # fmt: skip

    return step


_KERNELS: dict[type, Callable[[Any, Sequence[Any]], Step | None]] = {
    keras.optimizers.SGD: _sgd,
    keras.optimizers.Adam: _adam,
    keras.optimizers.AdamW: _adam,
    keras.optimizers.RMSprop: _rmsprop,
    keras.optimizers.Adagrad: _adagrad,
    keras.optimizers.Adadelta: _adadelta,
}
