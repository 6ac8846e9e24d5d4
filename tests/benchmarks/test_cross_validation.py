"""The error bar of a cross-validation holds the truth of simulated studies as often as it says."""

import warnings

import numpy as np
import pytest

from benchmarks.cross_validation import KINDS, Kind, coverage


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[3], KINDS[5]], ids=lambda kind: kind.name)
def test_the_interval_of_a_mean_over_folds_holds_the_truth(kind: Kind) -> None:
    # Trees change with the rows that they learn from, as networks do; these ask for numbers that are drawn.
    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        found = coverage(kind, 100, studies=100, seed=1, learner="tree")
    assert 0.90 <= found.held <= 0.99
    # What is corrected is needed.
    assert found.naive < found.held
