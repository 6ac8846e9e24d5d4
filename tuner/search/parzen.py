"""Parzen estimators: the density of configurations, learned from some of them.

Every parameter is an axis. A number lies on one from 0 to 1, on a logarithm where its range has one; a category is its
index. A configuration that was tried is a kernel: a product over the axes of a normal density cut off at the ends (of
its mass between two halves of a step, where the steps are wide) and of a category's own probability. One wide kernel in
the middle, the prior, is always among them. Sources: Bergstra et al., 2011 and 2013 (the estimator, a kernel as wide as
the gap to its neighbours); Falkner et al., 2018 (several parameters in one kernel); Watanabe, 2023 (each of its parts).

Points are (points, axes): units of a number, indices of a category.

Owns: axes, kernels, drawing from them, their density. A kernel's density at many points is one product of matrices.
Leaves to others: which trials are its kernels, and what is drawn for (tpe).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from tuner.search.normal import Array, log_mass, log_mass_around, point_below, share_below

_FINEST = 80
"""Of steps so short that this many of them span a range, one is narrower than the narrowest kernel, or nearly."""
_NARROWEST = 100
_AT_ONCE = 200_000
"""Kernels times points in memory at a time."""
_TINY = 1e-300
_LOG_ROOT = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Categories:
    """count: how many there are."""

    count: int

    def inward(self, values: Array) -> Array:
        return values

    def outward(self, units: Array) -> Array:
        return units


@dataclass(frozen=True)
class Numbers:
    """A range as Optuna has it. step: None where every number between is one."""

    low: float
    high: float
    step: float | None
    log: bool

    @cached_property
    def _ends(self) -> tuple[float, float]:
        half = 0.0 if self.step is None else self.step / 2
        low, high = self.low - half, self.high + half
        return (float(np.log(low)), float(np.log(high))) if self.log else (low, high)

    def inward(self, values: Array) -> Array:
        """Of values, their units from 0 to 1; what lies outside, as where the range has changed, is at its end."""
        start, end = self._ends
        lengths = np.log(np.maximum(values, _TINY)) if self.log else values
        return np.clip((lengths - start) / (end - start), 0.0, 1.0)

    def outward(self, units: Array) -> Array:
        """The values of the range that are nearest."""
        start, end = self._ends
        values = start + units * (end - start)
        if self.log:
            values = np.exp(values)
        if self.step is not None:
            values = self.low + np.round((values - self.low) / self.step) * self.step
        return np.clip(values, self.low, self.high)

    def halves(self, units: Array) -> tuple[Array, Array]:
        """Of values on a step, the units half a step below and above."""
        assert self.step is not None
        values = self.outward(units)
        start, end = self._ends
        below, above = values - self.step / 2, values + self.step / 2
        if self.log:
            below, above = np.log(below), np.log(above)
        return (below - start) / (end - start), (above - start) / (end - start)

    @cached_property
    def coarse(self) -> bool:
        """Whether a step is so wide that a kernel has a mass there and not a density."""
        if self.step is None:
            return False
        below, above = self.halves(self.inward(np.array([self.low, self.high])))
        return bool(np.max(above - below) > 1 / _FINEST)


Axis = Categories | Numbers


def axis(distribution: BaseDistribution) -> Axis:
    """The axis of a parameter."""
    match distribution:
        case CategoricalDistribution(choices=choices):
            return Categories(len(choices))
        case IntDistribution(low=low, high=high, step=step, log=log):
            return Numbers(low, high, step, log)
        case FloatDistribution(low=low, high=high, step=step, log=log):
            return Numbers(low, high, step, log)
    raise TypeError(f"{distribution!r} is none of Optuna's three kinds of parameter")


@dataclass(frozen=True)
class Kernels:
    """centres, widths: (kernels, axes). Of a category a centre is its index, -1 in the prior, which favours none.

    weights: of the kernels, not normalized. favour: the share that a category's kernel leaves to the others.
    narrowest: the least width of a number's kernel, as a share of the range, however near its neighbours are.
    ordered: of each axis of numbers the centres in order, without the prior's.
    """

    axes: Sequence[Axis]
    centres: Array
    widths: Array
    weights: Array
    favour: float
    narrowest: float
    ordered: Mapping[int, Array] = field(default_factory=dict)

    def and_those(self, other: "Kernels") -> "Kernels":
        """Both together."""
        centres = np.concatenate([self.centres, other.centres])
        widths = np.concatenate([self.widths, other.widths])
        weights = np.append(self.weights, other.weights)
        return Kernels(self.axes, centres, widths, weights, self.favour, self.narrowest)

    def log_sums(self, points: Array) -> Array:
        """The logarithm of the weighted sum of the kernels at each of these points."""
        rows = max(1, _AT_ONCE // max(1, len(self.weights)))
        parts = [self._log_sums(points[at : at + rows]) for at in range(0, len(points), rows)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _log_sums(self, points: Array) -> Array:
        if not len(self.weights):
            return np.full(len(points), -np.inf)
        each = self._features(points) @ self._coefficients
        for place, (centres, widths, back) in self._steps.items():
            units, which = np.unique(points[:, place], return_inverse=True)
            each += self._step_masses(place, units, centres, widths)[:, back][which]
        most = each.max(axis=1)
        each -= most[:, None]
        np.exp(each, out=each)
        return np.asarray(np.log(each.sum(axis=1)) + most)

    @cached_property
    def _lines(self) -> list[int]:
        """The axes of numbers without wide steps."""
        return [at for at, each in enumerate(self.axes) if isinstance(each, Numbers) and not each.coarse]

    def _features(self, points: Array) -> Array:
        """What a kernel's logarithm is linear in: one, a number and its square, whether a category is this one."""
        numbers = points[:, self._lines]
        categories = [points[:, at, None] == np.arange(table.shape[0]) for at, table in self._tables.items()]
        return np.concatenate([np.ones((len(points), 1)), numbers, numbers**2, *categories], axis=1)

    @cached_property
    def _coefficients(self) -> Array:
        """(features, kernels)."""
        centres, widths = self.centres[:, self._lines], self.widths[:, self._lines]
        narrow = 1.0 / widths**2
        cut = log_mass_around((0.0 - centres) / widths, (1.0 - centres) / widths)
        constant = (-0.5 * centres**2 * narrow - np.log(widths) - cut - _LOG_ROOT).sum(axis=1) + np.log(self.weights)
        return np.concatenate([constant[None], (centres * narrow).T, -0.5 * narrow.T, *self._tables.values()])

    @cached_property
    def _tables(self) -> dict[int, Array]:
        """Of each category by its axis: the logarithm of each one's probability in each kernel."""
        found: dict[int, Array] = {}
        for place, each in enumerate(self.axes):
            if isinstance(each, Categories):
                whole = 1.0 + each.count * self.favour
                table = np.full((each.count, len(self.weights)), np.log(self.favour / whole))
                table[self.centres[:, place] == np.arange(each.count)[:, None]] = np.log((1.0 + self.favour) / whole)
                table[:, self.centres[:, place] < 0] = -np.log(each.count)
                found[place] = table
        return found

    @cached_property
    def _steps(self) -> dict[int, tuple[Array, Array, NDArray[np.intp]]]:
        """Of each number with wide steps by its axis: the centres and widths that differ, and which a kernel has."""
        found = {}
        for place, each in enumerate(self.axes):
            if isinstance(each, Numbers) and each.coarse:
                both = self.centres[:, place] + 1j * self.widths[:, place]
                different, back = np.unique(both, return_inverse=True)
                found[place] = different.real.copy(), different.imag.copy(), back
        return found

    def _step_masses(self, place: int, units: Array, centres: Array, widths: Array) -> Array:
        numbers = self.axes[place]
        assert isinstance(numbers, Numbers)
        below, above = numbers.halves(units)
        inside = log_mass((below[:, None] - centres) / widths, (above[:, None] - centres) / widths)
        return inside - log_mass_around((0.0 - centres) / widths, (1.0 - centres) / widths)

    def draw(self, chances: Array) -> Array:
        """A point of the density for each row of numbers from 0 to 1: one for the kernel, then one for each axis."""
        sums = np.cumsum(self.weights)
        kernel = np.minimum(np.searchsorted(sums, chances[:, 0] * sums[-1], side="right"), len(sums) - 1)
        points = np.empty((len(chances), len(self.axes)))
        for place, each in enumerate(self.axes):
            chance, centre = chances[:, place + 1], self.centres[kernel, place]
            if isinstance(each, Categories):
                table = np.exp(self._tables[place])[:, kernel].cumsum(axis=0)
                points[:, place] = np.minimum((table < chance * table[-1]).sum(axis=0), each.count - 1)
            else:
                width = self.widths[kernel, place]
                start, end = share_below((0.0 - centre) / width), share_below((1.0 - centre) / width)
                units = centre + width * point_below(start + chance * (end - start))
                points[:, place] = each.inward(each.outward(np.clip(units, 0.0, 1.0)))
        return points


def fit(axes: Sequence[Axis], observations: Array, weights: Array, narrowest: float = 0.0) -> Kernels:
    """A kernel for each observation, as wide as the wider of the gaps to its neighbours or as the narrowest may be, and
    the prior, of weight 1."""
    kernels = len(observations) + 1
    widths = np.ones((kernels, len(axes)))
    centres = np.full((kernels, len(axes)), -1.0)
    centres[:-1] = observations
    ordered = {}
    for place, each in enumerate(axes):
        if isinstance(each, Numbers):
            centres[-1, place] = 0.5
            order = _order(observations[:, place], each)
            ordered[place] = observations[order, place]
            widths[order, place] = _widths(ordered[place], narrowest)
    return Kernels(axes, centres, widths, np.append(weights, 1.0), 1.0 / kernels, narrowest, ordered)


def _order(units: Array, numbers: Numbers) -> NDArray[np.intp]:
    """From the least on; of equals the earlier comes first, on every machine."""
    if numbers.step is None:
        # Three times as fast as the stable order, and the only one where no two are equal.
        order = np.argsort(units)
        if (np.diff(units[order]) > 0).all():
            return order
    return np.argsort(units, kind="stable")


def beside(fitted: Kernels, points: Array) -> Kernels:
    """Kernels of further points, each as wide as it would be alone among those of the fitted. Their weight is 1."""
    widths = np.ones(points.shape)
    for place, ordered in fitted.ordered.items():
        widths[:, place] = _widths_among(ordered, points[:, place], fitted.narrowest)
    return Kernels(fitted.axes, points, widths, np.ones(len(points)), fitted.favour, fitted.narrowest)


def _widths(ordered: Array, narrowest: float) -> Array:
    if len(ordered) < 2:
        return np.maximum(ordered, 1.0 - ordered)
    gaps = np.diff(ordered)
    # The outermost have one neighbour: as wide as the way to the end they would cover all of the range.
    return _clipped(np.maximum(np.append(gaps[0], gaps), np.append(gaps, gaps[-1])), len(ordered), narrowest)


def _widths_among(ordered: Array, units: Array, narrowest: float) -> Array:
    if not len(ordered):
        return np.maximum(units, 1.0 - units)
    at = np.searchsorted(ordered, units)
    below = units - ordered[np.maximum(at - 1, 0)]
    above = ordered[np.minimum(at, len(ordered) - 1)] - units
    wider = np.maximum(np.where(at > 0, below, 0.0), np.where(at < len(ordered), above, 0.0))
    return _clipped(wider, len(ordered), narrowest)


def _clipped(widths: Array, observations: int, narrowest: float) -> Array:
    return np.clip(widths, max(narrowest, 1.0 / min(_NARROWEST, 2 + observations)), 1.0)
