"""Asynchronous successive halving by epochs, as Optuna's, which at every rung reads all trials of a study.

Owns: what trials have reached at each rung, kept in order, so that a trial's rank is found at once. It decides as
Optuna's pruner does, and writes the same attributes, by which either goes on from the other.
Leaves to others: rungs that are seconds (rungs), brackets of it (Optuna). Source: Li et al., 2018.
"""

import bisect
import math
import threading
from collections import defaultdict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import optuna
from optuna.pruners import BasePruner
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from tuner.optuna_internals import every_trial, storage_of, trial_id
from tuner.search.follower import Follower


class _Reached:
    """The values of one study's trials by rung."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._follower = Follower()
        self._ended: dict[str, list[float]] = defaultdict(list)

    def beside(self, trials: Sequence[FrozenTrial], rung: str, number: int, value: float) -> tuple[int, int, int]:
        """Of all other trials that have come to a rung: how many there are, how many have less, how many have more."""
        with self._lock:
            news = self._follower.news(trials)
            if news.anew:
                self._ended.clear()
            self._add(news.ended)
            ended = self._ended[rung]
            going = [each.system_attrs.get(rung) for each in news.going if each.number != number]
            less = bisect.bisect_left(ended, value)
            more = len(ended) - bisect.bisect_right(ended, value)
        running = [each for each in going if each is not None]
        less += sum(each < value for each in running)
        more += sum(each > value for each in running)
        return len(ended) + len(running), less, more

    def _add(self, ended: Sequence[FrozenTrial]) -> None:
        for trial in ended:
            attributes, at = trial.system_attrs, 0
            while (rung := _rung(at)) in attributes:
                self._ended[rung].append(attributes[rung])
                at += 1
        if ended:
            # Of a list that is in order but for its end, this is no more than to put that in its place.
            for values in self._ended.values():
                values.sort()


class EpochRungs(BasePruner):
    """A trial goes on if it is among the best of those that have come so far, asked when it passes a rung.

    min_epochs: where the first rung is; each further one is reduction_factor times as far. early_stopping_rate: so many
    of the first ones are left out.
    """

    def __init__(self, min_epochs: int, reduction_factor: int, early_stopping_rate: int) -> None:
        # Which says what it takes of each.
        optuna.pruners.SuccessiveHalvingPruner(min_epochs, reduction_factor, early_stopping_rate)
        self._first = min_epochs * reduction_factor**early_stopping_rate
        self._factor = reduction_factor

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        epoch = trial.last_step
        if epoch is None:
            return False
        value = trial.intermediate_values[epoch]
        at = 0
        while _rung(at) in trial.system_attrs:
            at += 1
        while epoch >= self._first * self._factor**at:
            if math.isnan(value):
                return True
            storage_of(study).set_trial_system_attr(trial_id(trial), _rung(at), value)
            if not self._goes_on(study, trial, _rung(at), value):
                return True
            at += 1
        return False

    def _goes_on(self, study: optuna.Study, trial: FrozenTrial, rung: str, value: float) -> bool:
        others, less, more = _reached(study).beside(every_trial(study), rung, trial.number, value)
        better = more if study.direction == StudyDirection.MAXIMIZE else less
        return better <= max(0, (others + 1) // self._factor - 1)


def _rung(at: int) -> str:
    """Optuna's own name of the attribute."""
    return f"completed_rung_{at}"


_EVERY: "WeakKeyDictionary[BaseStorage, dict[str, _Reached]]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def _reached(study: optuna.Study) -> _Reached:
    """What this process knows of a study."""
    with _LOCK:
        return _EVERY.setdefault(storage_of(study), {}).setdefault(study.study_name, _Reached())
