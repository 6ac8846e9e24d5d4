"""Optimizer steps by TensorFlow's fused kernels, on the variables of the Keras optimizer.

Owns: which Keras optimizers have a kernel that computes the same, to rounding.
Leaves to others: every other optimizer (its own `apply`).

Since the state is Keras' own, a checkpoint goes on under either. What is not the same is left out: Nadam has no kernel,
and an option that a kernel does not know (clipping, averages, centring, ...) falls back to `apply`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from tuner.training.keras_internals import decays, rate_or_schedule, slots_of

_Kernel = Callable[[Any, int, Any, Any, Mapping[str, Any]], None]
"""The update of one variable: its handle, which of the variables it is, its gradient, the rate, the other numbers."""

# Keras takes the root of accumulator + epsilon, the kernel adds it to the root. Above this the two agree to 5e-7 when
# the kernel's is epsilon / (2 root of the accumulator's first value), since accumulators only grow.
_SMALLEST_ACCUMULATOR = 0.1


@dataclass(frozen=True, eq=False)
class Fused:
    """numbers: what the step takes as tensors, by name. kind: what else is written into a graph of it.

    slots: variables that a kernel writes to and nobody reads; they have to live as long as a graph that uses them.
    """

    kind: tuple[str, ...]
    numbers: Mapping[str, float]
    slots: Sequence[Any]
    _variables: Sequence[Any]
    _decayed: Sequence[Any]
    _kernel: _Kernel
    _more: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] = field(default=lambda done, numbers: numbers)

    def step(self, gradients: Sequence[Any], done: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        """One step, inside a graph. done: the number of steps before, int64. rate: of learning, a scalar tensor."""
        for variable in self._decayed:
            variable.value.assign_sub(variable.value * numbers["weight_decay"] * rate)
        numbers = self._more(done, numbers)
        for i, (variable, gradient) in enumerate(zip(self._variables, gradients, strict=True)):
            self._kernel(variable.value.handle, i, gradient, rate, numbers)


def fused(optimizer: Any, variables: Sequence[Any]) -> Fused | None:
    """The steps of this built optimizer by kernels; None where there is no kernel that does the same."""
    make, known = _KERNELS.get(type(optimizer), (None, ()))
    if make is None or _asks_more(optimizer, known):
        return None
    if not _by_vector(rate_or_schedule(optimizer)):
        return None
    if any(each.constraint is not None or each.dtype != "float32" for each in variables):
        return None
    return make(optimizer, variables)


def _asks_more(optimizer: Any, known: Sequence[str]) -> bool:
    """An option that no kernel knows, whatever Keras may come to have, is not what it is without being given."""
    given = inspect.signature(type(optimizer)).parameters.values()
    options = [each for each in given if each.kind is not each.VAR_KEYWORD and each.name not in (*_KNOWN, *known)]
    return any(getattr(optimizer, each.name, optimizer) != each.default for each in options)


def _by_vector(rate: Any) -> bool:
    """A schedule whose rates for many steps can be had at once; a constant is one too."""
    schedules = keras.optimizers.schedules
    if type(rate) is schedules.CosineDecay:
        return rate.warmup_target is None
    return isinstance(rate, keras.Variable) or type(rate) is schedules.ExponentialDecay


def _fused(
    optimizer: Any,
    variables: Sequence[Any],
    kernel: _Kernel,
    numbers: Sequence[str],
    kind: str = "",
    slots: Sequence[Any] = (),
    **more: Any,
) -> Fused:
    decayed = [each for each in variables if optimizer.weight_decay and decays(optimizer, each)]
    which = ",".join(str(i) for i, each in enumerate(variables) if any(each is one for one in decayed))
    named = {name: float(getattr(optimizer, name)) for name in (*numbers, *(["weight_decay"] if decayed else []))}
    return Fused((type(optimizer).__name__, kind, which), named, slots, variables, decayed, kernel, **more)


def _sgd(optimizer: Any, variables: Sequence[Any]) -> Fused:
    def plain(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyGradientDescent(var=handle, alpha=rate, delta=gradient)

    def heavy(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=handle, accum=optimizer.momentums[i].value.handle, lr=rate, grad=gradient,
            momentum=numbers["momentum"], use_nesterov=optimizer.nesterov,
        )  # fmt: skip

    if not optimizer.momentum:
        return _fused(optimizer, variables, plain, ())
    return _fused(optimizer, variables, heavy, ("momentum",), kind="nesterov" if optimizer.nesterov else "momentum")


def _adam(optimizer: Any, variables: Sequence[Any]) -> Fused:
    def powers(done: Any, numbers: Mapping[str, Any]) -> Mapping[str, Any]:
        step = tf.cast(done + 1, tf.float32)
        return {**numbers, **{f"{name}_power": tf.pow(numbers[name], step) for name in ("beta_1", "beta_2")}}

    firsts, seconds = slots_of(optimizer, "momentums"), slots_of(optimizer, "velocities")

    def kernel(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyAdam(
            var=handle, m=firsts[i].value.handle, v=seconds[i].value.handle,
            beta1_power=numbers["beta_1_power"], beta2_power=numbers["beta_2_power"], lr=rate,
            beta1=numbers["beta_1"], beta2=numbers["beta_2"], epsilon=numbers["epsilon"], grad=gradient,
        )  # fmt: skip

    return _fused(optimizer, variables, kernel, ("beta_1", "beta_2", "epsilon"), _more=powers)


def _rmsprop(optimizer: Any, variables: Sequence[Any]) -> Fused:
    # The kernel wants a slot for the last step; without momentum nothing of it lasts, so it is no state.
    slots = [] if optimizer.momentum else [tf.Variable(tf.zeros(each.shape), trainable=False) for each in variables]
    last = [each.value for each in slots_of(optimizer, "momentums")] if optimizer.momentum else slots

    squares = slots_of(optimizer, "velocities")

    def kernel(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyRMSProp(
            var=handle, ms=squares[i].value.handle, mom=last[i].handle, lr=rate, rho=numbers["rho"],
            momentum=numbers["momentum"], epsilon=numbers["epsilon"], grad=gradient,
        )  # fmt: skip

    kind = "momentum" if optimizer.momentum else ""
    return _fused(optimizer, variables, kernel, ("rho", "momentum", "epsilon"), kind=kind, slots=slots)


def _adagrad(optimizer: Any, variables: Sequence[Any]) -> Fused | None:
    first = optimizer.initial_accumulator_value
    if first < _SMALLEST_ACCUMULATOR:
        return None

    def kernel(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyAdagradV2(
            var=handle, accum=slots_of(optimizer, "accumulators")[i].value.handle, lr=rate,
            epsilon=numbers["epsilon"] / (2 * first**0.5), grad=gradient,
        )  # fmt: skip

    return _fused(optimizer, variables, kernel, ("epsilon",), kind=f"{first}")


def _adadelta(optimizer: Any, variables: Sequence[Any]) -> Fused:
    def kernel(handle: Any, i: int, gradient: Any, rate: Any, numbers: Mapping[str, Any]) -> None:
        tf.raw_ops.ResourceApplyAdadelta(
            var=handle, accum=slots_of(optimizer, "accumulated_grads")[i].value.handle,
            accum_update=slots_of(optimizer, "accumulated_delta_vars")[i].value.handle, lr=rate, rho=numbers["rho"],
            epsilon=numbers["epsilon"], grad=gradient,
        )  # fmt: skip

    return _fused(optimizer, variables, kernel, ("rho", "epsilon"))


_KNOWN = ("learning_rate", "weight_decay", "name")
_KERNELS: Mapping[type, tuple[Callable[[Any, Sequence[Any]], Fused | None], Sequence[str]]] = {
    keras.optimizers.SGD: (_sgd, ("momentum", "nesterov")),
    keras.optimizers.Adam: (_adam, ("beta_1", "beta_2", "epsilon")),
    keras.optimizers.AdamW: (_adam, ("beta_1", "beta_2", "epsilon")),
    keras.optimizers.RMSprop: (_rmsprop, ("rho", "momentum", "epsilon")),
    keras.optimizers.Adagrad: (_adagrad, ("initial_accumulator_value", "epsilon")),
    keras.optimizers.Adadelta: (_adadelta, ("rho", "epsilon")),
}
"""Its kernel, and what that knows beside `_KNOWN`."""
