"""Which parameters of a study mattered, for many who ask: it is found out once, and again when there are more trials.

Owns: when it is found out again: of 10,000 trials it takes seconds.
Leaves to others: the measure (analysis.importance).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from tuner.analysis.importance import importance
from tuner.analysis.importance_views import StudyImportance, importance_view
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of

_KEPT = 32
_GROWTH = 0.02
"""So much more of trials that ended changes little. Of fewer than fifty, each one counts."""


@dataclass
class _Known:
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: int = -1
    over: bool = False
    found: StudyImportance | None = None


class Weights:
    """Several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, float], _Known] = OrderedDict()

    def importance(self, status: StudyStatus) -> StudyImportance:
        """Raises NotFound where too few trials ended."""
        name = status.study.study_name
        key = (name, status.study.created_at)
        with self._lock:
            known = self._known.pop(key, None) or _Known()
            self._known[key] = known
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        ended = sum(trial.finished_at is not None for trial in status.trials)
        over = status.study.finished_at is not None
        with known.lock:
            if known.found is None or known.over != over or ended - known.ended > _GROWTH * known.ended:
                known.found = importance_view(name, importance(spec_of(status.study), status.trials))
                known.ended, known.over = ended, over
            return known.found
