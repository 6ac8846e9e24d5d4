"""What training changes, of one member or of all with a first axis more, padded to the bucket's width.

Owns: the shapes, and which row of the vectors is whose.
Leaves to others: Keras' variables (keras_order), what is computed (network, program).

Units that a member does not have, and layers, are zeros and stay so: their activations are masked, so they get no
gradient, and of no optimizer does a weight move that is 0 and has none.
"""

import itertools
from typing import Any, NamedTuple

import numpy as np

from tuner.training.cohort.bucket import Bucket, Reach
from tuner.training.cohort.optimizers import SLOTS


class Trained(NamedTuple):
    """kernels: each hidden layer's, then the output's. vectors: (rows, width), see `Rows`. bias: of the output.

    The vectors of all layers are one array, since each array more is a kernel more to start in every step.
    """

    kernels: tuple[Any, ...]
    vectors: Any
    bias: Any


class State(NamedTuple):
    """moving: means, then variances, of batch normalizations, (rows, width). first, second: what optimizers keep of
    each trained weight; None where no optimizer of the bucket does. iterations: steps done. product: nadam's.

    best: `trained` and `moving` as they are kept. outputs: for the validation rows, now and as kept.
    """

    trained: Trained
    moving: Any
    first: Trained | None
    second: Trained | None
    iterations: Any
    product: Any
    best: tuple[Trained, Any]
    outputs: Any
    best_outputs: Any

    @property
    def now(self) -> tuple[Trained, Any]:
        return self.trained, self.moving


class VectorRows(NamedTuple):
    """Of which rows each layer's bias, batch normalization and slopes are the first ones; total: rows in all."""

    gammas: int
    betas: int
    slopes: int
    total: int


def vector_rows(reach: Reach) -> VectorRows:
    """Biases come first. What no member has takes no row."""
    depth = reach.depth
    betas = depth * (1 + reach.batch_normalization)
    slopes = depth * (1 + 2 * reach.batch_normalization)
    return VectorRows(depth, betas, slopes, slopes + depth * ("prelu" in reach.activations))


def kernel_shapes(bucket: Bucket) -> list[tuple[int, int]]:
    """Of each hidden layer, then the output."""
    sizes = [bucket.features, *[bucket.reach.width] * bucket.reach.depth, bucket.outputs]
    return list(itertools.pairwise(sizes))


def zeros(bucket: Bucket, validation_rows: int) -> State:
    """Of a member, in NumPy. validation_rows: for so many outputs are kept."""
    return State(
        trained=trained_zeros(bucket),
        moving=moving_zeros(bucket),
        first=trained_zeros(bucket) if keeps(bucket.reach, 0) else None,
        second=trained_zeros(bucket) if keeps(bucket.reach, 1) else None,
        iterations=np.int32(0),
        product=np.float32(1),
        best=(trained_zeros(bucket), moving_zeros(bucket)),
        outputs=np.zeros((validation_rows, bucket.outputs), np.float32),
        best_outputs=np.zeros((validation_rows, bucket.outputs), np.float32),
    )


def trained_zeros(bucket: Bucket, value: float = 0.0) -> Trained:
    """Arrays of the shapes of what is trained."""
    kernels = tuple(np.full(shape, value, np.float32) for shape in kernel_shapes(bucket))
    vectors = np.full((vector_rows(bucket.reach).total, bucket.reach.width), value, np.float32)
    return Trained(kernels, vectors, np.full(bucket.outputs, value, np.float32))


def moving_zeros(bucket: Bucket) -> Any:
    """Arrays of the shape of moving means and variances."""
    reach = bucket.reach
    return np.zeros((2 * reach.depth if reach.batch_normalization else 0, reach.width), np.float32)


def keeps(reach: Reach, slot: int) -> bool:
    """Whether an optimizer of the bucket keeps this number beside each weight."""
    return any(slot in SLOTS[name] for name in reach.optimizers)
