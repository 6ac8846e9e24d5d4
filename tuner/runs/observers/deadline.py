"""Begins no epoch that would not end in time: an epoch cannot be left in its middle.

Leaves to others: how much time there is (limits).
"""

from collections.abc import Callable
from typing import Literal

from tuner.database.studies import StudyView
from tuner.runs.observers.port import Beginning, Decision, EpochEnd


class Deadline:
    """left_s: seconds until time is up, None without a limit. late: the state of what is cut short by it.

    quickest_s: of an adopted training that has no epoch, how long one takes at least, or None where it is given one
    however late it is; left out where every training is.
    """

    def __init__(
        self,
        left_s: Callable[[StudyView], float | None],
        late: Literal["complete", "pruned"],
        quickest_s: Callable[[], float | None] | None = None,
    ) -> None:
        self._left_s = left_s
        self._late = late
        self._quickest_s = quickest_s

    def begins(self, beginning: Beginning) -> Decision | None:
        if beginning.attempt == 1 or self._quickest_s is None:
            return None
        left_s = self._left_s(beginning.study)
        if left_s is None:
            return None
        epoch_s = beginning.rows[-1].seconds if beginning.rows else self._quickest_s()
        late = epoch_s is not None and (left_s <= 0 or left_s < epoch_s)
        return self._up(beginning.words) if late else None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        left_s = self._left_s(end.study)
        return self._up(end.words) if left_s is not None and left_s < end.result.seconds else None

    def _up(self, words: str) -> Decision:
        return Decision(self._late, f"time was up at {words}")
