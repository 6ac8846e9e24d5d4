"""What an older study says of a new one: its trials, over the parameters that both search.

Two studies have no common scale, so what counts of an old trial is its rank. What a configuration is worth is foretold
by the old ones near it, each the more the nearer it is (Nadaraya, 1964; Watson, 1964). How far that is believed is
measured: the rank correlation of what was foretold for the new study's own trials with what they came to. It begins as
a guess and may fall to nothing: evidence that misleads is unlearnt. And it fades as the new study learns for itself.

Owns: the old trials in the form in which a study keeps them, what they foretell, how far they are believed.
Leaves to others: what is proposed by them (proposals, tpe), which study they are taken from and where they are kept
(service, database).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from tuner.optuna_internals import every_trial, storage_of, trial_id
from tuner.search.history import History, Tried, groups_of
from tuner.search.normal import Array
from tuner.search.parzen import Categories, axis
from tuner.search.suggest import distributions
from tuner.search.tpe import as_asked
from tuner.spec.space import Space

ATTRIBUTE = "tuner_evidence"
"""Of Optuna's study, under which it is kept: it stays what it was, whatever becomes of the old study."""
FEWEST = 5
"""Of fewer trials nothing is learnt."""
_MOST = 200
_NEAR = 0.3
"""Of a range: numbers so far apart have little to say of each other."""
_AT_ONCE = 5.0
"""In a space of many parameters, configurations are near that would not be by each of them."""
_PRIOR = 1e-3
_BELIEVED, _GUESSED = 0.5, 5
"""The correlation before anything is known, and how many trials that guess is worth."""
_FADES = 20
"""After so many trials of its own a study listens half as much."""


class Evidence:
    """trials: of the old study, parameters by name and a rank from 0 to 1, the best.

    space: of the new study; what it does not hold is passed over.
    """

    def __init__(
        self, trials: Sequence[tuple[Mapping[str, Any], float]], space: Mapping[str, BaseDistribution]
    ) -> None:
        # A space that was narrowed since holds fewer of them.
        held = [(_held(params, space), rank) for params, rank in trials]
        held = [(params, rank) for params, rank in held if params]
        known = {name: each for name, each in space.items() if any(name in params for params, _ in held)}
        table = np.full((len(held), len(known)), np.nan)
        for row, (params, _) in enumerate(held):
            for column, (name, each) in enumerate(known.items()):
                if name in params:
                    table[row, column] = each.to_internal_repr(params[name])
        scores = np.array([rank for _, rank in held], dtype=float)
        self._axes = {name: axis(each) for name, each in known.items()}
        self._units = self._inward(table, list(known))
        self.tried = Tried(
            known=known,
            groups=groups_of(list(known), ~np.isnan(table)),
            params=table,
            scores=scores,
            order=np.argsort(-scores, kind="stable"),
            unscored=np.empty((0, len(known))),
        )

    def _inward(self, table: Array, names: Sequence[str]) -> Array:
        units = np.full(table.shape, np.nan)
        for at, name in enumerate(names):
            there = ~np.isnan(table[:, at])
            units[there, at] = self._axes[name].inward(table[there, at])
        return units

    def beside(self, tried: Tried) -> Tried:
        """The old study as if what the new one has tried were under way in it, so that it is not proposed again."""
        under_way = [self._rows(tried, tried.params), self._rows(tried, tried.unscored)]
        return replace(self.tried, unscored=np.concatenate(under_way))

    def _rows(self, tried: Tried, params: Array) -> Array:
        """Of a table of the new study, the columns that the old one has."""
        rows = np.full((len(params), len(self.tried.known)), np.nan)
        places = {name: at for at, name in enumerate(tried.known)}
        for column, (name, asked) in enumerate(self.tried.known.items()):
            if name in places:
                rows[:, column] = as_asked(params[:, places[name]], tried.known[name], asked)
        return rows

    def foretold(self, points: Array, names: Sequence[str]) -> Array:
        """The rank that each of these is expected to have, 0.5 where nothing is known.

        points: (points, names), units of a number, indices of a category, not a number where it has none.
        """
        columns = {name: at for at, name in enumerate(self.tried.known)}
        shared = [(at, columns[name], name) for at, name in enumerate(names) if name in columns]
        apart = np.zeros((len(points), len(self._units)))
        for at, column, name in shared:
            theirs, ours = self._units[:, column][None], points[:, at][:, None]
            if isinstance(self._axes[name], Categories):
                distance = np.where(theirs == ours, 0.0, 1.0)
            else:
                distance = ((theirs - ours) / _NEAR) ** 2 / 2
            lacks, lack = np.isnan(theirs), np.isnan(ours)
            apart += np.where(lacks & lack, 0.0, np.where(lacks | lack, 1.0, distance))
        near = np.exp(-apart * min(1.0, _AT_ONCE / max(1, len(shared))))
        return np.asarray((near @ self.tried.scores + 0.5 * _PRIOR) / (near.sum(axis=1) + _PRIOR))

    def weight(self, tried: Tried) -> float:
        """How much is made of it in a study that has tried this: from 0, nothing, to 1."""
        count = len(tried.order)
        found = 0.0
        if count > 2:
            units = self._inward(self._rows(tried, tried.params), list(self.tried.known))
            found = _correlation(self.foretold(units, list(self.tried.known)), tried.scores)
        believed = (count * found + _GUESSED * _BELIEVED) / (count + _GUESSED)
        return max(0.0, believed) * _FADES / (_FADES + count)


def _held(params: Mapping[str, Any], space: Mapping[str, BaseDistribution]) -> dict[str, Any]:
    """The part of a configuration that a space searches; nothing where a value lies outside it."""
    found = {name: params[name] for name in space if name in params}
    return found if all(_is_in(space[name], value) for name, value in found.items()) else {}


def _is_in(distribution: BaseDistribution, value: Any) -> bool:
    match distribution:
        case CategoricalDistribution(choices=choices):
            return value in choices
        case IntDistribution(low=low, high=high) | FloatDistribution(low=low, high=high):
            return isinstance(value, int | float) and low <= value <= high
    return False


def _correlation(one: Array, other: Array) -> float:
    """Of the ranks (Spearman, 1904); 0 where one of them is the same throughout."""
    first, second = _ranks(one), _ranks(other)
    spread = float(first.std() * second.std())
    return 0.0 if spread == 0 else float(((first - first.mean()) * (second - second.mean())).mean()) / spread


def _ranks(values: Array) -> Array:
    """Equals share the mean of theirs."""
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[where], dtype=float)


Kept = list[tuple[dict[str, Any], float]]
"""Trials as a study keeps them: the parameters, and the rank from 0 to 1, the best."""


def recorded(old: optuna.Study, space: Space) -> Kept:
    """The trials of an old study that a new space holds, the best first; none of too few.

    A parameter that the new space does not search is left out. Pruned trials count for what they would have reached.
    """
    if len(old.directions) > 1:
        return []
    searched = distributions(space)
    tried = History(old.direction).at(every_trial(old))
    names, found = list(tried.known), []
    ranks = np.linspace(1.0, 0.0, len(tried.order))
    for row, rank in zip(tried.order.tolist(), ranks.tolist(), strict=True):
        params = {
            name: tried.known[name].to_external_repr(float(value))
            for name, value in zip(names, tried.params[row], strict=True)
            if not np.isnan(value)
        }
        if held := _held(params, searched):
            found.append((held, round(rank, 4)))
    if len(found) > _MOST:
        # The best, where it matters, and some of all the others.
        rest = np.linspace(_MOST // 2, len(found) - 1, _MOST - _MOST // 2).round().astype(int)
        found = [*found[: _MOST // 2], *(found[at] for at in rest.tolist())]
    return found if len(found) >= FEWEST else []


_READ: "WeakKeyDictionary[BaseStorage, dict[str, tuple[object, Evidence | None]]]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def evidence_of(
    study: optuna.Study, trials: Sequence[FrozenTrial], space: Mapping[str, BaseDistribution]
) -> Evidence | None:
    """What a study was given when it was started, read once; None of nearly all. trials: all of the study."""
    # By its first trial a study is told from another of its name; and its space may be changed.
    which = (trial_id(trials[0]), trials[0].datetime_start) if trials else None, dict(space)
    with _LOCK:
        known = _READ.setdefault(storage_of(study), {})
        if study.study_name not in known or known[study.study_name][0] != which:
            kept: Kept | None = study.user_attrs.get(ATTRIBUTE)
            known[study.study_name] = which, Evidence(kept, space) if kept else None
        return known[study.study_name][1]
