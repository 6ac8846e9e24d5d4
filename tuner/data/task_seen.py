"""Whether targets are classes or amounts, by their looks.

Owns: the rule.
Leaves to others: what a person is asked where it may be either (python, service).
"""

from typing import Any

import numpy as np

from tuner.spec.families import Task

FEW = 20


def task_seen(y: Any) -> Task | None:
    """y: targets, (rows,) or (rows, outputs). None for many different whole numbers, which may be either."""
    if y.dtype.kind in "US" or y.dtype.kind == "b":
        return "classification"
    distinct = len(np.unique(y, axis=0)) if y.size else 0
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        return "classification" if one_hot else "regression"
    whole = y.dtype.kind in "iu"
    if whole and distinct <= max(FEW, len(y) // 10):
        return "classification"
    if not whole and (distinct > FEW or not np.equal(y, np.round(y)).all()):
        return "regression"
    return None
