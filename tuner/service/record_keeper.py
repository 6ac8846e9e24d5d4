"""What programs train is delivered to MLflow, and a report made when a study has ended, by whoever takes their calls.

Owns: that this is done beside the calls, in threads of its own, and brought to an end with the process.
Leaves to others: the deliveries (studies.delivery), the report (analysis.publishing).
"""

import logging
import queue
import secrets
import socket
import threading
from collections.abc import Callable

from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.database.studies import StudyView, view_study
from tuner.errors import NotFound
from tuner.hints import command
from tuner.settings import Settings
from tuner.studies.projector import Projector
from tuner.tracking.recorder import Recorder
from tuner.tracking.recording import recorder_at

logger = logging.getLogger(__name__)

_GOODBYE_S = 15.0

Connect = Callable[[StudyView], Recorder]


class RecordKeeper:
    """Of one process; several threads may call. connect: makes the recorder of a study, in the thread that delivers."""

    def __init__(self, settings: Settings, db: Database, connect: Connect | None = None) -> None:
        self._db = db
        self._store = blob_store(db, settings.artifacts)
        self._connect = connect or (
            lambda view: recorder_at(settings.tracking_uri_of(view.mlflow_uri), view.options.tensorboard)
        )
        self._name = f"server-{socket.gethostname()}-{secrets.token_hex(4)}"
        self._lock = threading.Lock()
        self._projectors: dict[tuple[str, str], Projector] = {}
        self._watched: dict[str, Projector] = {}
        self._ended: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._publisher: threading.Thread | None = None

    def watch(self, study_name: str) -> None:
        """From now on what is stored of it is delivered."""
        with self._lock:
            known = self._watched.get(study_name)
            if known is not None and study_name in known.watched():
                return
            self._watched[study_name] = projector = self._projector(view_study(self._db, study_name))
            projector.watch(study_name)

    def ended(self, study_name: str) -> None:
        """It was closed: its report is made, and delivered."""
        with self._lock:
            if self._publisher is None:
                self._publisher = threading.Thread(target=self._publish, name="publisher", daemon=True)
                self._publisher.start()
        self._ended.put(study_name)

    def leave(self) -> None:
        """Deliver what is left, for some seconds at most; `tune sync` delivers the rest."""
        with self._lock:
            publisher, projectors = self._publisher, list(self._projectors.values())
        if publisher is not None:
            self._ended.put(None)
            publisher.join(_GOODBYE_S)
        for each in projectors:
            if not each.close(_GOODBYE_S):
                logger.warning("not all of the record is in MLflow yet; it is delivered by: %s", command("tune sync"))

    def _projector(self, view: StudyView) -> Projector:
        place = (view.mlflow_uri, view.options.tensorboard)
        if place not in self._projectors:
            self._projectors[place] = Projector(self._db, lambda: self._connect(view), self._store, self._name)
        return self._projectors[place]

    def _publish(self) -> None:
        # Pictures take seconds to import, which only who ends a study needs.
        from tuner.analysis.publishing import publish

        while (study_name := self._ended.get()) is not None:
            publish(self._db, self._store, study_name)
            with self._lock:
                # It may have been whole, and let go of, while the report was being made.
                try:
                    self._projector(view_study(self._db, study_name)).watch(study_name)
                except NotFound:
                    continue  # it was deleted meanwhile
