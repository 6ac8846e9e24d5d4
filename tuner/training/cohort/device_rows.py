"""A data set's rows as a cohort takes them: on the device, as they are; each member normalizes its own batches.

Owns: the arrays, kept between cohorts of one data set; the rows of a validation batch.
Leaves to others: what linear normalization is (numbers), which rows make a batch (orders).
"""

from collections import OrderedDict

import jax
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.program import DeviceRows
from tuner.training.health.looked import probed

_KINDS_KEPT = 2
_ROWS_AT_ONCE = 4096
_BYTES_OF_A_BATCH = 256 << 20
_MOST_VALIDATED = 1024
_kept: "OrderedDict[tuple[object, ...], DeviceRows]" = OrderedDict()


def device_rows(dataset: Dataset, bucket: Bucket, batch: int, whitening: Preprocessing | None) -> DeviceRows:
    """batch: of validation. whitening: for a bucket of whitened rows."""
    key = (dataset.digest, bucket.task, bucket.whitened, batch)
    if key not in _kept:
        while len(_kept) >= _KINDS_KEPT:
            _kept.popitem(last=False)
        _kept[key] = _made(dataset, bucket, batch, whitening)
    _kept.move_to_end(key)
    return _kept[key]


def validation_batch(bucket: Bucket, slots: int, rows: int) -> int:
    """How many rows all members look at together, so that what a layer gives fits the memory."""
    widest = max(bucket.features, bucket.reach.width, bucket.outputs)
    most = min(_MOST_VALIDATED, _BYTES_OF_A_BATCH // (4 * slots * widest), rows)
    return 1 << (max(16, most).bit_length() - 1)


def _made(dataset: Dataset, bucket: Bucket, batch: int, whitening: Preprocessing | None) -> DeviceRows:
    x, validation_x = (_flat(part.x, whitening) for part in (dataset.train, dataset.validation))
    kind = np.float32 if bucket.task == "regression" else np.int32
    y, validation_y = (part.y.astype(kind) for part in (dataset.train, dataset.validation))
    if bucket.task == "regression":
        y, validation_y = (each.reshape(len(each), -1) for each in (y, validation_y))
    filled = -len(validation_x) % batch
    probe = probed(dataset)
    arrays = (x, y, _filled(validation_x, filled), _filled(validation_y, filled), x[probe], y[probe])
    # Not jnp.asarray, which compiles a program of its own for each shape.
    return DeviceRows(*map(jax.device_put, arrays))


def _flat(x: Array, whitening: Preprocessing | None) -> Array:
    if whitening is not None:
        parts = [whitening.apply(x[at : at + _ROWS_AT_ONCE]) for at in range(0, len(x), _ROWS_AT_ONCE)]
        x = np.concatenate(parts) if parts else x.astype(np.float32)
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def _filled(array: Array, more: int) -> Array:
    return np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])
