"""Stores each epoch: its checkpoint, then the row that names it.

Owns: that order, and what of an epoch is stored. A worker that dies between the two leaves a checkpoint that no row
names, and the epoch is trained again; the row, once written, never names a checkpoint that is not there.
Leaves to others: the bytes (checkpoints), the statement (records).
"""

import time
from collections.abc import Callable, Mapping

from tuner.database.epochs import EpochView
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.runs.records import Record

Measure = Callable[[], Mapping[str, float]]


class Row:
    """measure: more figures of an epoch, taken at its end. validated: whether those of validation rows say anything."""

    def __init__(self, record: Record, checkpoints: Checkpoints, measure: Measure | None, validated: bool) -> None:
        self._record = record
        self._checkpoints = checkpoints
        self._measure = measure
        self._validated = validated

    def begins(self, beginning: Beginning) -> Decision | None:
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        result = end.result
        metrics, best = dict(result.metrics), result.best
        if not self._validated:
            metrics, best = {name: each for name, each in metrics.items() if not name.startswith("val_")}, None
        if self._measure is not None:
            metrics |= self._measure()
        view = EpochView(end.epoch, metrics, result.seconds, measured_at=time.time())
        name = self._checkpoints.put(end.epoch, result.checkpoint)
        dropped = self._record.finish_epoch(view, best, result.best_epoch, name)
        self._record.once_written(lambda: self._checkpoints.counts(name))
        return Decision("pruned", f"{dropped}; stopped at {end.words}") if dropped else None
