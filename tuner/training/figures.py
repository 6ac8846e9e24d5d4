"""What a metric gave, as numbers by name.

Owns: names for a metric of several numbers.
Leaves to others: which metrics there are (compiled_metrics, model_fit, custom_fit).
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

_MOST_COMPONENTS = 100


def figures(results: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Every number of such results, by name; what is no number is left out.

    Of several numbers, such as one a class, the mean has the metric's own name, as in Keras' progress bar, and each has
    that and its place: ``f1_score``, ``f1_score_0``, ``f1_score_1``; of more than 100 only the mean is told. A metric
    that gives a dictionary gives several by the dictionary's names, as in Keras' logs.
    """
    found: dict[str, float] = {}
    for name, value in results.items():
        if isinstance(value, Mapping):
            found |= figures(value, prefix)
            continue
        array = _array(value)
        if array is None or not array.size:
            continue
        found[f"{prefix}{name}"] = float(array.reshape(-1)[0] if array.size == 1 else array.mean())
        if 1 < array.size <= _MOST_COMPONENTS:
            for at in np.ndindex(array.shape):
                found["_".join((f"{prefix}{name}", *map(str, at)))] = float(array[at])
    return found


def _array(value: Any) -> Any | None:
    try:
        array = np.asarray(keras.ops.convert_to_numpy(value) if keras.ops.is_tensor(value) else value)
    except (TypeError, ValueError):
        return None
    if array.dtype.kind not in "biuf":
        # 16 bits of a kind that NumPy does not know by itself.
        if not np.can_cast(array.dtype, np.float32):
            return None
        array = array.astype(np.float32)
    return array.astype(np.float64)
