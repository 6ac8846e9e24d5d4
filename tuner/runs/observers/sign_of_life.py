"""Tells the watchdog that an epoch has ended."""

from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.runs.watchdog import Watch


class SignOfLife:
    """Comes first: from here on the next epoch is waited for."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def begins(self, beginning: Beginning) -> Decision | None:
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        self._watch.epoch(end.result.seconds)
        return None
