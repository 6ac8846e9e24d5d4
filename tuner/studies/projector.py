"""Delivery beside the training, in a thread of its own.

Owns: when it is tried, and tried again; that the record never costs a trial, nor another study its record.
Leaves to others: what is delivered (delivery), when it may end (workers).
"""

import logging
import threading
import time
from collections.abc import Callable

from tuner.database import studies
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database, is_outage
from tuner.errors import NotFound, ServiceDown
from tuner.studies.delivery import Delivery, deliver
from tuner.tracking.recorder import Recorder

logger = logging.getLogger(__name__)

# Each time costs as much as a few small epochs; nobody watches MLflow by the second.
_PAUSE_S = 2.0
_PAUSE_AWAY_S = 5.0
_LAST_PAUSE_S, _LAST_TRIES = 0.5, 40


class Projector:
    """Delivers beside the training, in a thread of its own, until it is closed, what studies with one record miss.

    connect: makes the recorder, in that thread: MLflow takes seconds to import.
    """

    def __init__(self, db: Database, connect: Callable[[], Recorder], store: BlobStore, worker_id: str) -> None:
        # What is not delivered now is delivered in the next round.
        self._db = db.waiting(0.0)
        self._connect = connect
        self._recorder: Recorder | None = None
        self._store = store
        self._worker_id = worker_id
        self._study_names: dict[str, None] = {}
        self._told = 0
        self._lock = threading.Lock()
        self._away = self._held = False
        self._failed: set[str] = set()
        self._postponed: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._thread.start()

    def watch(self, study_name: str) -> None:
        """Deliver this study's rows too, until it has ended and all is delivered."""
        with self._lock:
            self._study_names[study_name] = None
            self._told += 1

    def watched(self) -> set[str]:
        """The studies that have not ended, or of which not all is delivered."""
        with self._lock:
            return set(self._study_names)

    def close(self, wait_s: float) -> bool:
        """Deliver what is left, for so many seconds at most, and end; tells whether all was delivered."""
        self._over.set()
        self._thread.join(wait_s)
        return not self.delivers and not (self._away or self._failed or self._postponed)

    @property
    def delivers(self) -> bool:
        """It has not ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._over.wait(_PAUSE_AWAY_S if self._away or self._failed or self._postponed else _PAUSE_S):
            self._deliver()
        self._deliver()
        # Who ends last delivers what the other's record did not have yet, such as the report.
        for _ in range(_LAST_TRIES):
            if not self._held:
                break
            time.sleep(_LAST_PAUSE_S)
            self._deliver()

    def _deliver(self) -> None:
        away = self._held = False
        for study_name in list(self._study_names):
            try:
                self._deliver_study(study_name)
            except NotFound:
                # It was deleted, or has another name: whoever goes on with it says so.
                with self._lock:
                    self._study_names.pop(study_name, None)
            except ServiceDown as error:
                if not self._away:
                    logger.warning("%s Training goes on; the record is delivered when it is back.", error)
                away = True
            except Exception as error:
                away = away or is_outage(error)
                # The record never costs a trial, nor another study its record; the rows stay.
                if not is_outage(error) and study_name not in self._failed:
                    logger.exception("the record of study %s could not be delivered", study_name)
                    self._failed.add(study_name)
            else:
                self._failed.discard(study_name)
            if away:
                break
        if self._away and not away:
            logger.info("MLflow answers again; everything is delivered")
        self._away = away

    def _deliver_study(self, study_name: str) -> None:
        if self._recorder is None:
            self._recorder = self._connect()
        told = self._told
        found = deliver(self._db, self._recorder, self._store, study_name, self._worker_id)
        self._held = self._held or found.held
        if found.postponed and study_name not in self._postponed:
            logger.warning("%s It is tried again; no other record waits for it.", found.postponed[0])
        (self._postponed.add if found.postponed else self._postponed.discard)(study_name)
        ended = studies.view_study(self._db, study_name).finished_at is not None
        with self._lock:
            # Not where it was told of anew meanwhile: a report may have been made since this looked.
            if found == Delivery() and ended and told == self._told:
                self._study_names.pop(study_name, None)
