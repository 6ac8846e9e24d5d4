"""What a study has tried so far, as arrays that grow with it.

A search asks of every trial what it tried and how good that was. Made anew from ten thousand of Optuna's trials, the
answer takes a second.

Owns: the arrays, each trial's score, what is under way.
Leaves to others: which trials have ended since the last time (follower), what a trial would have reached (likely),
what is learned from it all (tpe).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from tuner.optuna_internals import storage_of
from tuner.search.follower import Follower
from tuner.search.likely import gains
from tuner.search.normal import Array

_NUMBER, _TEACHES, _VIOLATION, _SCORE, _PRUNED, _END = range(6)
"""What is kept of an ended trial: columns. The score of a pruned one is its best; its end is the epoch it came to."""


@dataclass(frozen=True)
class Tried:
    """A study at one moment: its trials with a score, in the order of their numbers.

    known: every parameter that an ended trial had, by name. groups: these names; those together that every trial has
    together or not at all.
    params: (trials, names) in Optuna's internal representation, not a number where a trial has none.
    scores: of these trials, more is better: the objective, or minus it, that a trial has or would reach.
    order: rows of `params`, the best first and those that were infeasible last.
    unscored: the same as params, of the trials that run and have shown nothing yet.
    """

    known: Mapping[str, BaseDistribution]
    groups: Sequence[Sequence[str]]
    params: Array
    scores: Array
    order: NDArray[np.intp]
    unscored: Array

    def columns(self, names: Sequence[str]) -> list[int]:
        places = {name: at for at, name in enumerate(self.known)}
        return [places[name] for name in names]


class History:
    """Of one study with one objective."""

    def __init__(self, direction: StudyDirection) -> None:
        self._sign = 1.0 if direction == StudyDirection.MAXIMIZE else -1.0
        self._lock = threading.Lock()
        self._follower = Follower()
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, BaseDistribution] = {}
        self._known_since: dict[str, int] = {}
        self._steps: list[int] = []
        self._facts, self._params, self._curves = _Rows(6), _Rows(0), _Rows(0)

    def at(self, trials: Sequence[FrozenTrial], but: int | None = None) -> Tried:
        """The study as these have it: all of its trials in the order of their numbers, as Optuna gives them.

        but: the number of one that is left out.
        """
        with self._lock:
            news = self._follower.news(trials)
            if news.anew:
                self._forget()
            for trial in news.ended:
                self._add(trial)
            return self._tried([each for each in news.going if each.state == TrialState.RUNNING and each.number != but])

    def _add(self, trial: FrozenTrial) -> None:
        teaches = trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
        if teaches:
            for name, distribution in trial.distributions.items():
                # The first trial's, whichever ended first.
                if trial.number < self._known_since.get(name, trial.number + 1):
                    self._known_since[name] = trial.number
                    self._known[name] = joined(self._known.get(name), distribution, distribution)
                else:
                    self._known[name] = joined(self._known[name], distribution, self._known[name])
            self._params.widen(len(self._known))
        curve = self._curve(trial)
        value = np.nan if trial.value is None else self._sign * trial.value
        pruned = trial.state == TrialState.PRUNED
        if pruned:
            value = np.nan if curve is None else float(curve[-1])
        violation = sum(each for each in trial.constraints.values() if each > 0)
        end = np.nan if curve is None else max(trial.intermediate_values)
        self._facts.add(np.array([trial.number, teaches, violation, value, pruned, end]))
        self._params.add(self._row(trial))
        self._curves.add(np.full(len(self._steps), np.nan) if curve is None else curve)

    def _row(self, trial: FrozenTrial) -> Array:
        row = np.full(len(self._known), np.nan)
        for at, (name, known) in enumerate(self._known.items()):
            # Of another kind than it was first, a value has no place among the others.
            if name in trial.params and type(trial.distributions[name]) is type(known):
                row[at] = _internal(known, trial.params[name])
        return row

    def _curve(self, trial: FrozenTrial) -> Array | None:
        """The best value at each epoch that any trial came to, more is better; None where a trial shows none."""
        steps = sorted(trial.intermediate_values)
        values = np.array([self._sign * trial.intermediate_values[step] for step in steps])
        finite = np.isfinite(values)
        if not finite.any():
            return None
        for step in set(steps).difference(self._steps):
            self._new_step(step)
        values = np.fmax.accumulate(np.where(finite, values, np.nan))
        values[np.isnan(values)] = values[finite][0]
        at = np.searchsorted(steps, self._steps, side="right") - 1
        return np.asarray(values[np.maximum(at, 0)])

    def _new_step(self, step: int) -> None:
        at = int(np.searchsorted(self._steps, step))
        self._steps.insert(at, step)
        # Until the next value the last one is the best; before the first, the first.
        self._curves.double_column(at, max(0, at - 1))

    def _tried(self, running: Sequence[FrozenTrial]) -> Tried:
        shown = [(trial, self._curve(trial)) for trial in running]
        scored = [(trial, curve) for trial, curve in shown if curve is not None]
        facts, params = self._facts.filled, self._params.filled
        under_way = [
            np.array([trial.number, 1.0, 0.0, curve[-1], 1.0, max(trial.intermediate_values)])
            for trial, curve in scored
        ]
        facts = np.concatenate([facts, np.array(under_way).reshape(len(scored), 6)])
        params = np.concatenate([params, self._rows([trial for trial, _ in scored])])
        scores = facts[:, _SCORE].copy()
        unfinished = (facts[:, _PRUNED] > 0) & ~np.isnan(facts[:, _END])
        scores[unfinished] += self._gains(facts[unfinished, _END])
        scores[np.isnan(scores)] = -np.inf
        present = ~np.isnan(self._params.filled)
        rows = np.flatnonzero(facts[:, _TEACHES] > 0)
        rows = rows[np.argsort(facts[rows, _NUMBER])]
        return Tried(
            known=dict(self._known),
            groups=groups_of(list(self._known), present[self._facts.filled[:, _TEACHES] > 0]),
            params=params[rows],
            scores=scores[rows],
            order=np.lexsort((-scores[rows], facts[rows, _VIOLATION])),
            unscored=self._rows([trial for trial, curve in shown if curve is None]),
        )

    def _rows(self, trials: Sequence[FrozenTrial]) -> Array:
        return np.array([self._row(trial) for trial in trials]).reshape(len(trials), len(self._known))

    def _gains(self, ends: Array) -> Array:
        facts = self._facts.filled
        shown = ~np.isnan(facts[:, _END])
        columns = np.searchsorted(self._steps, facts[shown, _END])
        return gains(self._curves.filled[shown], columns, np.searchsorted(self._steps, ends))


def joined(known: BaseDistribution | None, more: BaseDistribution, first: BaseDistribution) -> BaseDistribution:
    """Of a parameter whose space was changed: every choice that there was, each keeping its index. Ranges are those of
    the first trial; of two kinds, that is the kind."""
    if known is not None and type(known) is not type(more):
        return known
    if not isinstance(known, CategoricalDistribution) or not isinstance(more, CategoricalDistribution):
        return first
    if known.choices == more.choices:
        return known
    new = [each for each in more.choices if not _among(each, known.choices)]
    return CategoricalDistribution((*known.choices, *new)) if new else known


def _among(value: object, choices: Sequence[object]) -> bool:
    return any(value == each and type(value) is type(each) for each in choices)


def _internal(known: BaseDistribution, value: Any) -> float:
    if isinstance(known, CategoricalDistribution) and not _among(value, known.choices):
        return np.nan
    return known.to_internal_repr(value)


def groups_of(names: Sequence[str], present: NDArray[np.bool_]) -> list[list[str]]:
    """The names that every trial has together or not at all. present: (trials, names)."""
    together: dict[bytes, list[str]] = {}
    for at, name in enumerate(names):
        together.setdefault(present[:, at].tobytes(), []).append(name)
    return sorted(sorted(group) for group in together.values())


class _Rows:
    """A table of numbers that grows in both directions; what is not given is not a number."""

    def __init__(self, columns: int) -> None:
        self._table = np.full((64, columns), np.nan)
        self._count = 0

    @property
    def filled(self) -> Array:
        return self._table[: self._count]

    def add(self, row: Array) -> None:
        if self._count == len(self._table):
            self._table = np.concatenate([self._table, np.full_like(self._table, np.nan)])
        self._table[self._count] = row
        self._count += 1

    def widen(self, columns: int) -> None:
        missing = columns - self._table.shape[1]
        if missing:
            self._table = np.concatenate([self._table, np.full((len(self._table), missing), np.nan)], axis=1)

    def double_column(self, at: int, source: int) -> None:
        """A further column at this place, with what that one holds."""
        copied = self._table[:, source] if self._table.shape[1] else np.full(len(self._table), np.nan)
        self._table = np.insert(self._table, at, copied, axis=1)


_HISTORIES: "WeakKeyDictionary[BaseStorage, dict[str, History]]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def history_of(study: optuna.Study) -> History:
    """The history that this process keeps of a study."""
    with _LOCK:
        known = _HISTORIES.setdefault(storage_of(study), {})
        return known.setdefault(study.study_name, History(study.direction))
