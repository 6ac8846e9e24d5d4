"""Prunes a trial of several objectives that cannot come to the front any more.

Owns: what is known of a trial by an epoch: its network's parameters from the beginning, the seconds of its training so
far, which only grow, and each metric's best value. What is known at the end alone, such as a latency, may yet be the
best of all: a study with such an objective prunes nothing.
Leaves to others: the comparison (search.front), what the others came to (database).
"""

import math
from collections.abc import Mapping, Sequence

from tuner.database import epochs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.search.front import Standing, is_behind, rule_of
from tuner.spec.metrics import sign
from tuner.spec.objectives import COSTS
from tuner.spec.study_spec import StudySpec


class FrontPruning:
    """Of one trial that may be pruned. rows: the epochs so far, where `begins` is not called."""

    def __init__(self, db: Database, study_name: str, spec: StudySpec, rows: Sequence[EpochView] = ()) -> None:
        self._db, self._study_name = db, study_name
        self._rule = rule_of(spec.search.pruner)
        signs = {each.metric: sign(each.direction) for each in spec.objectives}
        # A program reports whatever it knows epoch by epoch.
        self._known = {name: each for name, each in signs.items() if name in COSTS and not spec.external}
        self._learnt = {name: each for name, each in signs.items() if name not in self._known}
        self._parameters: int | None = None
        self._metrics = {row.epoch: row.metrics for row in rows}
        self._seconds = {row.epoch: row.seconds for row in rows}

    def begins(self, beginning: Beginning) -> Decision | None:
        self._parameters = beginning.parameters
        for row in beginning.rows:
            self._metrics[row.epoch], self._seconds[row.epoch] = row.metrics, row.seconds
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        result = end.result
        self._metrics[end.epoch], self._seconds[end.epoch] = result.metrics, result.seconds
        mine = self._mine(end.epoch)
        if self._rule is None or mine is None or end.epoch == end.planned:
            return None
        complete = epochs.with_costs_of_complete_trials(self._db, self._study_name, end.epoch)
        others = [each for figures in complete if (each := self._standing(figures, figures)) is not None]
        if is_behind(self._rule, end.epoch, mine, others):
            return Decision("pruned", f"pruned at {end.words}")
        return None

    def _mine(self, epoch: int) -> Standing | None:
        costs = {"training_seconds": sum(self._seconds.values())}
        if self._parameters is not None:
            costs["parameters"] = self._parameters
        best = {
            name: up
            * max(up * each[name] for each in self._metrics.values() if math.isfinite(each.get(name, math.nan)))
            for name, up in self._learnt.items()
            if math.isfinite(self._metrics[epoch].get(name, math.nan))
        }
        return self._standing(costs, best)

    def _standing(self, costs: Mapping[str, float], metrics: Mapping[str, float]) -> Standing | None:
        """None where something is not known yet."""
        if not self._known.keys() <= costs.keys() or not self._learnt.keys() <= metrics.keys():
            return None
        known = [up * costs[name] for name, up in self._known.items()]
        return Standing(known, [up * metrics[name] for name, up in self._learnt.items()])
