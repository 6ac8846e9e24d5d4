"""What this process does for a study beside looking at it: starts its workers, and ends them.

Owns: which workers of a study are this process' own.
Leaves to others: the requests (service), watching over the workers (supervised).
"""

from tuner.notifying.deliverer import delivering
from tuner.python.opened import Opened
from tuner.service.launching import workers_of
from tuner.service.requests import Devices, Place
from tuner.service.starting import Begun
from tuner.service.supervised import Supervised


class Work:
    """Of one study. devices, place, codes, fit: as it was started here last, for going on in the same way."""

    def __init__(self, opened: Opened, study_name: str) -> None:
        self._opened = opened
        self._study_name = study_name
        self.supervised: Supervised | None = None
        self.devices = Devices()
        self.place = Place()
        self.codes: tuple[str, ...] = ()
        self.fit = False

    @property
    def works_here(self) -> bool:
        """Workers that this process started are at it."""
        return self.supervised is not None and self.supervised.works

    @property
    def trouble(self) -> str:
        """What ended the workers, or what was warned of last; nothing where all is well."""
        if self.supervised is None:
            return ""
        if self.supervised.error is not None:
            return str(self.supervised.error)
        return self.supervised.said if self.supervised.works else ""

    def begin(self, begun: Begun, devices: Devices) -> None:
        """Start the workers; their logs are in `tuner-logs`. None where programs ask for its trials."""
        self.devices, self.place, self.fit = devices, begun.place, begun.fit
        self.codes = tuple(each.named for each in begun.codes)
        if begun.external:
            return
        beside = delivering(begun.db, self._study_name)
        self.supervised = Supervised(self._study_name, workers_of(self._opened.settings, begun), beside)

    def leave(self) -> None:
        """End this process' workers now; they hand back what they have not finished. Returns when they are gone. Those
        on a cluster go on."""
        if self.supervised is not None:
            self.supervised.leave()
            self.supervised.join()
