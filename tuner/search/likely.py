"""What a trial that was not trained to its end would have reached.

Under successive halving the first trials to reach a rung go on whatever they are worth. A search that counts every
completed trial as better than every pruned one searches around these few, good or not. Here a pruned trial counts for
what it would have reached, and a running one for what it will likely reach: its best value so far, and the median of
what those trials gained from that epoch on that were trained longer.

Owns: that estimate.
Leaves to others: the curves (history), what follows from it (tpe).
"""

import numpy as np
from numpy.typing import NDArray

from tuner.search.normal import Array


def gains(best: Array, ends: NDArray[np.intp], wanted: NDArray[np.intp]) -> Array:
    """What a trial gains after each of these epochs: the sum of what the median gained from one rung to the next.

    best: (trials, epochs), the best value until then, higher is better. ends: of each trial its last epoch. wanted:
    epochs too. All of them are columns of `best`.
    """
    known: dict[int, float] = {}
    for column in sorted(set(wanted.tolist()), reverse=True):
        _gain(best, ends, column, known)
    return np.array([known[column] for column in wanted.tolist()])


def _gain(best: Array, ends: NDArray[np.intp], column: int, known: dict[int, float]) -> float:
    """The same after one epoch. known: receives the gain after it and after every rung that follows."""
    rungs: list[tuple[int, float]] = []
    at, after = column, 0.0
    while at not in known:
        longer = np.flatnonzero(ends > at)
        if not len(longer):
            known[at] = 0.0
            break
        until = int(ends[longer].min())
        rungs.append((at, float(np.median(best[longer, until] - best[longer, at]))))
        at = until
    after = known[at]
    for passed, gained in reversed(rungs):
        after = known[passed] = gained + after
    return after
