"""The first values of weights, drawn by NumPy on the host: the law of each of Keras' initializers, without a program.

JAX compiles each initializer for each new shape, which on a GPU takes longer than training a small network.

Owns: which initializers can be drawn so, and the draw: by the initializer and the shape alone, the same every time.
Leaves to others: which initializer a layer has (catalogue), when Keras asks for values (keras_internals).

A seed gives other values here than under Keras, of the same distribution. An initializer stays Keras' own object, so
nothing of this is in a model's file.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# The deviation of a standard normal that is cut off at 2.
_CUT_DEVIATION = 0.87962566103423978
_CUT = 2.0

Floats = NDArray[np.float32]
_Draw = Callable[[Any, Sequence[int]], Any]


def first_values(initializer: Any, shape: Sequence[int], dtype: str = "float32") -> NDArray[Any] | None:
    """What a variable of this shape begins with; None for an initializer, or a type of number, that is not known here.

    initializer: Keras' object, with a number as its seed where it draws at random.
    """
    draw = _DRAWS.get(type(initializer).__call__) if isinstance(initializer, keras.initializers.Initializer) else None
    if draw is None or dtype not in ("float16", "float32", "float64"):
        return None
    if not isinstance(getattr(initializer, "seed", 0), int):
        # A generator, whose state moves on.
        return None
    values = draw(initializer, tuple(shape))
    return None if values is None else np.asarray(values, dtype).reshape(shape)


def fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """How many numbers come into, and go out of, a unit of a kernel of this shape, as Keras counts them."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    receptive = math.prod(shape[:-2])
    return shape[-2] * receptive, shape[-1] * receptive


def _random(initializer: Any) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(initializer.seed % 2**64)))


def _normal(initializer: Any, shape: Sequence[int]) -> Floats:
    drawn = _random(initializer).standard_normal(shape, np.float32)
    return _shifted(drawn, initializer.stddev, initializer.mean)


def _truncated_normal(initializer: Any, shape: Sequence[int]) -> Floats:
    return _shifted(_cut_normal(initializer, shape), initializer.stddev, initializer.mean)


def _cut_normal(initializer: Any, shape: Sequence[int]) -> Floats:
    """What is further than two deviations away is drawn again."""
    random = _random(initializer)
    drawn = np.ravel(random.standard_normal(shape, np.float32))
    far = np.flatnonzero(np.abs(drawn) > _CUT)
    while len(far):
        drawn[far] = random.standard_normal(len(far), np.float32)
        far = far[np.abs(drawn[far]) > _CUT]
    return drawn


def _uniform(initializer: Any, shape: Sequence[int]) -> Floats:
    drawn = _random(initializer).random(shape, np.float32)
    return _shifted(drawn, initializer.maxval - initializer.minval, initializer.minval)


def _variance_scaling(initializer: Any, shape: Sequence[int]) -> Floats:
    axes = (getattr(initializer, name, None) for name in ("input_axes", "output_axes"))
    fan_in, fan_out = fans(shape, *axes)
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(initializer.mode, (fan_in + fan_out) / 2)
    deviation = math.sqrt(initializer.scale / max(1.0, fan))
    if initializer.distribution == "truncated_normal":
        return _shifted(_cut_normal(initializer, shape), deviation / _CUT_DEVIATION)
    if initializer.distribution == "untruncated_normal":
        return _shifted(_random(initializer).standard_normal(shape, np.float32), deviation)
    limit = math.sqrt(3.0) * deviation
    return _shifted(_random(initializer).random(shape, np.float32), 2 * limit, -limit)


def _orthogonal(initializer: Any, shape: Sequence[int]) -> Any | None:
    if len(shape) < 2:
        return None
    rows, columns = math.prod(shape[:-1]), shape[-1]
    drawn = _random(initializer).standard_normal((max(rows, columns), min(rows, columns)), np.float32)
    q, r = np.linalg.qr(drawn)
    q = q * np.sign(np.diag(r))
    return initializer.gain * (q.T if rows < columns else q)


def _constant(initializer: Any, shape: Sequence[int]) -> Any | None:
    value = initializer.value
    return np.full(shape, value) if isinstance(value, int | float) else None


def _identity(initializer: Any, shape: Sequence[int]) -> Any | None:
    return initializer.gain * np.eye(shape[0], shape[1]) if len(shape) == 2 else None


def _shifted(drawn: Floats, scale: float, offset: float = 0.0) -> Floats:
    return drawn * np.float32(scale) + np.float32(offset)


# By what is called, so that a subclass which draws in its own way is not taken for Keras'.
_DRAWS: Mapping[Any, _Draw] = {
    keras.initializers.Zeros.__call__: lambda _, shape: np.zeros(shape),
    keras.initializers.Ones.__call__: lambda _, shape: np.ones(shape),
    keras.initializers.Constant.__call__: _constant,
    keras.initializers.Identity.__call__: _identity,
    keras.initializers.RandomNormal.__call__: _normal,
    keras.initializers.TruncatedNormal.__call__: _truncated_normal,
    keras.initializers.RandomUniform.__call__: _uniform,
    keras.initializers.VarianceScaling.__call__: _variance_scaling,
    keras.initializers.Orthogonal.__call__: _orthogonal,
}
