"""The studies whose workers this process has started and looks after, as a server does.

Leaves to others: watching over the workers of one (supervised), whether a study may be started (starting).
"""

import logging
import threading

from tuner.service.launching import local_workers
from tuner.service.starting import Begun
from tuner.service.supervised import Supervised
from tuner.settings import Settings

logger = logging.getLogger(__name__)

_LEAVE_S = 15.0


class HostedStudies:
    """Several threads may start and end them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._studies: dict[str, Supervised] = {}

    def run(self, begun: Begun) -> None:
        """Start workers for a study, in place of those that this process has for it; none where programs train it."""
        if begun.external:
            return
        name = begun.study.study_name
        self.leave(name)
        with self._lock:
            self._studies = {each: work for each, work in self._studies.items() if work.works}
            self._studies[name] = Supervised(name, local_workers(self._settings, begun))
        logger.info("study %s: %d worker(s) here", name, len(begun.slots))

    def leave(self, study_name: str) -> None:
        """Let the workers of one go: what they have begun is handed back."""
        with self._lock:
            work = self._studies.pop(study_name, None)
        if work is not None:
            work.leave()
            work.join(_LEAVE_S)

    def leave_all(self) -> None:
        """The same of all, at once."""
        with self._lock:
            every, self._studies = list(self._studies.values()), {}
        for each in every:
            each.leave()
        for each in every:
            each.join(_LEAVE_S)
