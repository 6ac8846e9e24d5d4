"""The error of a mean over folds, and that its interval covers what it says."""

import numpy as np
import pytest

from tuner.data.fold_error import chance, half_width, standard_error


def test_the_correction_is_that_of_nadeau_and_bengio() -> None:
    values = [0.8, 0.9, 0.85, 0.95, 0.7]
    deviation = np.std(values, ddof=1)
    assert standard_error(values, 0.25) == pytest.approx(deviation * np.sqrt(1 / 5 + 1 / 4))
    # Student's t of four degrees of freedom.
    assert half_width(values, 0.25) == pytest.approx(2.7764451 * standard_error(values, 0.25))


def test_equal_folds_have_no_error_and_a_difference_of_all_of_them_is_no_chance() -> None:
    assert standard_error([0.5, 0.5, 0.5], 0.5) == 0.0
    assert chance([0.1, 0.1, 0.1], 0.5) == 0.0
    assert chance([0.0, 0.0, 0.0], 0.5) == 1.0
    assert chance([0.1, -0.1, 0.0], 0.5) == pytest.approx(0.5)
