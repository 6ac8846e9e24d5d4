"""What a study's trials can be filtered, ordered and grouped by: columns, each with a name and a value of every trial.

Owns: which columns there are, what they are called, and finding one by its name.
Leaves to others: what is asked of them (trial_filters), what is done with them (trial_lists).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from tuner.database.runs import RunView
from tuner.errors import InputError
from tuner.formatting import nearest
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec

Read = Callable[[RunView], Value | None]


@dataclass(frozen=True)
class Column:
    """values: of a trial; empty where it has none. Only `verdict` can have several. parameter: its name, of one."""

    name: str
    values: Callable[[RunView], tuple[Value, ...]]
    parameter: str | None = None


def _one(name: str, read: Read, parameter: str | None = None) -> Column:
    def values(trial: RunView) -> tuple[Value, ...]:
        value = read(trial)
        # What is no finite number has no place among numbers.
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return ()
        return (value,)

    return Column(name, values, parameter)


OF_TRIALS: Mapping[str, Column] = {
    column.name: column
    for column in (
        _one("number", lambda trial: trial.trial_number),
        _one("state", lambda trial: trial.state),
        _one("value", lambda trial: trial.value),
        _one("epochs", lambda trial: len(trial.epochs)),
        _one("best_epoch", lambda trial: trial.best_epoch or None),
        _one("seconds", lambda trial: trial.seconds),
        _one("started_at", lambda trial: trial.started_at or None),
        _one("finished_at", lambda trial: trial.finished_at),
        _one("worker", lambda trial: trial.worker_id),
        _one("baseline", lambda trial: trial.baseline or None),
        Column("verdict", lambda trial: tuple(each.kind for each in trial.facts.verdicts if each.kind)),
    )
}


@dataclass(frozen=True)
class Columns:
    """Of one study. parameters, metrics: their names, as its trials have them."""

    parameters: tuple[str, ...]
    metrics: tuple[str, ...]

    def named(self, name: str) -> Column | None:
        """A word of its own comes first, then a parameter, then a metric; `params.` and `metrics.` tell them apart."""
        if name in OF_TRIALS:
            return OF_TRIALS[name]
        for prefix, among, make in (("params.", self.parameters, _parameter), ("metrics.", self.metrics, _metric)):
            bare = name.removeprefix(prefix)
            for called in (name, bare):
                if called in among:
                    return make(called)
        return None

    def find(self, name: str, where: str) -> Column:
        """Raises InputError. where: what asks for it, as the message has it."""
        found = self.named(name)
        if found is None:
            known = [*OF_TRIALS, *self.parameters, *self.metrics]
            raise InputError(f"{where}: trials have no column {name!r}{nearest(name, known)}")
        return found


def columns_of(spec: StudySpec, trials: Sequence[RunView]) -> Columns:
    """What the space names, then what only trials have, in the order in which it was first seen. Among the metrics are
    further objectives and what is bounded, which may be of the network and of no epoch."""
    parameters, metrics = _seen(_These(trials))
    named = [each.name for each in spec.space]
    return Columns(
        tuple(dict.fromkeys((*named, *parameters))),
        tuple(dict.fromkeys((spec.objective.metric, *spec.further_figures, *metrics))),
    )


class _These:
    """Trials as a key: by which list it is. Of one look at a study the columns are asked for several times."""

    def __init__(self, trials: Sequence[RunView]) -> None:
        self.trials = trials

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _These) and other.trials is self.trials

    def __hash__(self) -> int:
        return id(self.trials)


@lru_cache(maxsize=4)
def _seen(these: _These) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parameters = dict.fromkeys(chain.from_iterable(map(attrgetter("params"), these.trials)))
    metrics = dict.fromkeys(chain.from_iterable(map(attrgetter("best_metrics"), these.trials)))
    return tuple(parameters), tuple(metrics)


def _parameter(name: str) -> Column:
    return _one(f"params.{name}", lambda trial: trial.params.get(name), name)


def _metric(name: str) -> Column:
    return _one(f"metrics.{name}", lambda trial: trial.best_metrics.get(name, trial.facts.figure(name)))
