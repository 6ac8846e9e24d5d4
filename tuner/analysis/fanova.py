"""fANOVA: which share of the values' variance a parameter explains alone, by a forest of regression trees.

Owns: the forest, and the exact marginal of each parameter in each of its trees, computed for all leaves at once.
Leaves to others: which trials count, and how the shares are shown (importance).

A leaf of a tree is a product of one set a parameter: an interval of a range, or some of the categories of a choice. So
the prediction of a tree at one value of one parameter, averaged over all others, is a weighted sum over the leaves that
hold this value, and no tree is walked. Categories are told to the trees as a column each, and only what can be chosen
has a weight: one category at a time, and the values of a range as the file gives it, not their logarithms.
Source: Hutter, Hoos and Leyton-Brown, 2014.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from tuner.spec.space import Params

_TREES = 64
_MOST_DEPTH = 64

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Column:
    """A parameter as the trees see it. begin: its first column; categories: 0 for a number, which has one column."""

    name: str
    begin: int
    categories: tuple[Any, ...]
    low: float
    high: float

    @property
    def width(self) -> int:
        return len(self.categories) or 1


def fanova(
    rows: Sequence[Params], values: Sequence[float], searched: Mapping[str, BaseDistribution]
) -> dict[str, float]:
    """Each parameter's share of the variance that the parameters explain alone; the shares add up to 1.

    rows: configurations, each with every parameter of `searched`. values: what each came to.
    """
    columns = _columns({name: sampled for name, sampled in searched.items() if not sampled.single()})
    if not columns:
        return dict.fromkeys(searched, 0.0)
    trees = _leaves(_encoded(rows, columns), np.asarray(values, dtype=np.float64), columns)
    shares = dict.fromkeys(searched, 0.0)
    for low, high, predicted in trees:
        for name, share in _shares_of_tree(low, high, predicted, columns).items():
            shares[name] += share
    total = sum(shares.values())
    return {name: share / total if total > 0.0 else 0.0 for name, share in shares.items()}


def _columns(searched: Mapping[str, BaseDistribution]) -> list[_Column]:
    columns: list[_Column] = []
    begin = 0
    # In one order, whatever that of the file is: on it depends how ties between splits are broken.
    for name, sampled in sorted(searched.items()):
        if isinstance(sampled, CategoricalDistribution):
            columns.append(_Column(name, begin, tuple(sampled.choices), 0.0, 1.0))
        else:
            assert isinstance(sampled, IntDistribution | FloatDistribution)
            columns.append(_Column(name, begin, (), float(sampled.low), float(sampled.high)))
        begin += columns[-1].width
    return columns


def _encoded(rows: Sequence[Params], columns: Sequence[_Column]) -> Floats:
    encoded = np.zeros((len(rows), sum(each.width for each in columns)))
    for each in columns:
        for row, params in enumerate(rows):
            value = params[each.name]
            if each.categories:
                encoded[row, each.begin + each.categories.index(value)] = 1.0
            else:
                encoded[row, each.begin] = float(value)
    return encoded


def _leaves(encoded: Floats, values: Floats, columns: Sequence[_Column]) -> list[tuple[Floats, Floats, Floats]]:
    """Of each tree its leaves: the lower and the upper bounds of each, and what it predicts."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(n_estimators=_TREES, max_depth=_MOST_DEPTH, random_state=0)
    forest.fit(encoded, values)
    low = np.concatenate([np.full(each.width, each.low) for each in columns])
    high = np.concatenate([np.full(each.width, each.high) for each in columns])
    return [_leaves_of(tree.tree_, low, high) for tree in forest.estimators_]


def _leaves_of(tree: Any, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    lows, highs = np.tile(low, (tree.node_count, 1)), np.tile(high, (tree.node_count, 1))
    left, right, feature, threshold = tree.children_left, tree.children_right, tree.feature, tree.threshold
    # scikit-learn numbers a parent before its children.
    for node in np.flatnonzero(feature >= 0):
        for child in (left[node], right[node]):
            lows[child], highs[child] = lows[node], highs[node]
        split = feature[node]
        highs[left[node], split] = lows[right[node], split] = threshold[node]
    leaf = feature < 0
    return lows[leaf], highs[leaf], tree.value[leaf].reshape(-1)


def _shares_of_tree(low: Floats, high: Floats, predicted: Floats, columns: Sequence[_Column]) -> dict[str, float]:
    sizes = np.stack([_sizes(low, high, each) for each in columns], axis=1)
    weights = np.prod(sizes, axis=1)
    mean = float(weights @ predicted)
    variance = float(weights @ (predicted - mean) ** 2)
    if variance <= 0.0:
        return {}
    shares = {}
    for place, each in enumerate(columns):
        # The other parameters' part of a leaf's weight.
        others = np.prod(np.delete(sizes, place, axis=1), axis=1)
        cells, marginal = _marginal(low, high, predicted * others, each)
        shares[each.name] = float(cells @ (marginal - mean) ** 2) / variance
    return shares


def _sizes(low: Floats, high: Floats, column: _Column) -> Floats:
    """The share of a parameter's values that each leaf has."""
    if column.categories:
        return np.asarray(_chosen(low, high, column).mean(axis=1))
    return np.asarray((high[:, column.begin] - low[:, column.begin]) / (column.high - column.low))


def _chosen(low: Floats, high: Floats, column: _Column) -> NDArray[np.bool_]:
    """Which categories each leaf has: for one of them its column is 1, and that of every other is 0."""
    mine = slice(column.begin, column.begin + column.width)
    may_be, need_not = high[:, mine] == 1.0, low[:, mine] == 0.0
    barred = (~need_not).sum(axis=1, keepdims=True) - ~need_not
    return np.asarray(may_be & (barred == 0))


def _marginal(low: Floats, high: Floats, summands: Floats, column: _Column) -> tuple[Floats, Floats]:
    """The sizes of the pieces of a parameter's range on which a tree's marginal is constant, and it on each."""
    if column.categories:
        each = len(column.categories)
        return np.full(each, 1.0 / each), summands @ _chosen(low, high, column)
    begin, end = low[:, column.begin], high[:, column.begin]
    edges = np.unique(np.concatenate([begin, end]))
    steps = np.zeros(len(edges))
    np.add.at(steps, np.searchsorted(edges, begin), summands)
    np.add.at(steps, np.searchsorted(edges, end), -summands)
    return np.diff(edges) / (column.high - column.low), np.cumsum(steps)[:-1]
