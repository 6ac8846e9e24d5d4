"""How sure a mean over folds is. Pure.

Owns: its standard error, and the 95% interval.
Leaves to others: which rows a fold has (partitions), what is compared by it (studies).

Networks of two folds learn from mostly the same rows, so that their figures lie closer together than those of
networks that learnt from rows drawn anew, and the standard deviation over the root of the folds is too small; no
unbiased estimate of it exists. The correction adds, to 1 / folds, the rows that a fold validates over the rows it
learns from; the interval has Student's t at one degree of freedom less than there are folds. What it covers was
measured (`benchmarks/cross_validation.py`): nearly all truths for linear models, which hardly change with the rows
that they learn from, and about 95% for trees and networks, of which the uncorrected one covers 70 to 90%.
Sources: Nadeau & Bengio, "Inference for the generalization error", 2003; Bengio & Grandvalet, "No unbiased estimator of
the variance of k-fold cross-validation", 2004.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from tuner.data.dataset import Dataset


def held_to_learnt(folds: Sequence[Dataset]) -> float:
    """Rows that a fold validates over rows that it learns from, of a mean fold."""
    return float(np.mean([len(each.validation) / len(each.train) for each in folds]))


def standard_error(values: Sequence[float], ratio: float) -> float:
    """Of the mean of at least two folds' figures, or of two configurations' differences by fold. ratio: as
    `held_to_learnt` has it."""
    return float(np.std(values, ddof=1)) * math.sqrt(1 / len(values) + ratio)


def half_width(values: Sequence[float], ratio: float) -> float:
    """The mean plus and minus this is the 95% interval."""
    return float(stdtrit(len(values) - 1, 0.975)) * standard_error(values, ratio)


def chance(differences: Sequence[float], ratio: float) -> float:
    """How likely differences by fold have such a mean, or a larger one, where there is none (one-sided)."""
    error, mean = standard_error(differences, ratio), float(np.mean(differences))
    if error == 0:
        return 0.0 if mean > 0 else 1.0
    return 1.0 - float(stdtr(len(differences) - 1, mean / error))
