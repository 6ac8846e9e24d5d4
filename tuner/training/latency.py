"""How long a network takes to answer.

Owns: the measurement. Leaves to others: when it is worth making (studies).
"""

import statistics
import time
from typing import Any

import numpy as np

from tuner.data.records import for_keras

_WARM_UP = 3
_TIMES = 30


def latency_ms(model: Any, rows: Any) -> float:
    """Milliseconds for the prediction of one raw row, the median of thirty.

    rows: at least one, as the model takes them.
    """
    one = for_keras(np.asarray(rows[:1]))
    taken = []
    for turn in range(_WARM_UP + _TIMES):
        began = time.perf_counter()
        model.predict_on_batch(one)
        if turn >= _WARM_UP:
            taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)
