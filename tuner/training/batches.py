"""Which rows a step gets, in which order: the same for every way to train.

Owns: the order of rows in an epoch.
Leaves to others: cutting the order into batches (the epochs), targets as a loss wants them (labels).
"""

import numpy as np
from numpy.typing import NDArray


def row_order(rows: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """A permutation of the rows for one epoch, from 1. It depends on nothing else, so any epoch can be the first."""
    return np.random.default_rng((seed, epoch)).permutation(rows)
