"""Stores what code asks while it trains: a fit of its own may name parameters that its network did not."""

from collections.abc import Mapping

from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.runs.records import Record
from tuner.spec.space import Value


class Parameters:
    """known: every parameter that was asked so far; it grows."""

    def __init__(self, record: Record, known: Mapping[str, Value]) -> None:
        self._record = record
        self._known = known
        self._stored = 0

    def begins(self, beginning: Beginning) -> Decision | None:
        self._stored = len(self._known)
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        self.note()
        return None

    def note(self) -> None:
        """Store what was asked since."""
        if len(self._known) > self._stored:
            self._record.amend(self._known)
            self._stored = len(self._known)
