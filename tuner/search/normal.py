"""The standard normal distribution over arrays: its share below a point, the point below which a share lies.

SciPy has both to the last digit, and takes 0.15 s to be imported, for which whoever begins a study would wait.

Owns: both, to seven digits: more than a density learned from some trials knows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TINY = 1e-300
_TAIL = 0.02425

# A Chebyshev fit of the complementary error function, right to 1.2e-7 of itself. Source: Press et al., 1992, 6.2.
_ERFC = (
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
)  # fmt: skip

# Quotients of polynomials for the middle and for a tail, right to 1.2e-9 of themselves. Source: Acklam, 2003.
_MIDDLE = (
    (-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716,
     2.506628277459239),
    (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1.0),
)  # fmt: skip
_OUTSIDE = (
    (-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
     2.938163982698783),
    (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0),
)  # fmt: skip


def share_below(points: Array) -> Array:
    """The mass below each point; exact to seven digits also where it is hardly any."""
    far = np.abs(points) / np.sqrt(2.0)
    near = 1.0 / (1.0 + 0.5 * far)
    tail = 0.5 * near * np.exp(_polynomial(_ERFC, near) - far**2)
    return np.asarray(np.where(points < 0.0, tail, 1.0 - tail))


def point_below(shares: Array) -> Array:
    """The point below which each share, of 0 to 1, lies."""
    shares = np.clip(shares, _TINY, 1.0 - 1e-16)
    middle = shares - 0.5
    squared = middle**2
    found = middle * _polynomial(_MIDDLE[0], squared) / _polynomial(_MIDDLE[1], squared)
    far = np.sqrt(-2.0 * np.log(np.minimum(shares, 1.0 - shares)))
    outside = _polynomial(_OUTSIDE[0], far) / _polynomial(_OUTSIDE[1], far)
    found = np.where(shares < _TAIL, outside, found)
    return np.where(shares > 1.0 - _TAIL, -outside, found)


def log_mass_around(below: Array, above: Array) -> Array:
    """The logarithm of the mass between two points, the lower of which is not right of the middle."""
    return np.asarray(np.log(np.maximum(share_below(above) - share_below(below), _TINY)))


def log_mass(below: Array, above: Array) -> Array:
    """The logarithm of the mass between two points: as exact on the right as on the left."""
    right = below > 0.0
    low, high = np.where(right, -above, below), np.where(right, -below, above)
    return log_mass_around(low, high)


def _polynomial(coefficients: Sequence[float], at: Array) -> Array:
    """Of these coefficients, the highest power first."""
    found = np.full_like(at, coefficients[0])
    for each in coefficients[1:]:
        found *= at
        found += each
    return found
