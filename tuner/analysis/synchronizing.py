"""Bring what MLflow has of a study up to what SQL has, because a person asked for it.

Owns: that nothing is taken for delivered which is not there any more, and saying what cannot be brought back.
Leaves to others: the delivery (studies), the report (publishing).
"""

from tuner.analysis.publishing import publish, published
from tuner.database import deliveries
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.connection import Database
from tuner.database.runs import view_trials
from tuner.database.studies import view_study
from tuner.settings import public_uri
from tuner.studies import viewing
from tuner.studies.delivery import deliver, look_for_losses
from tuner.studies.views import Refused, View
from tuner.tracking.recorder import Recorder
from tuner.training.plan import WEIGHTS_ONLY


class Synchronized(View):
    """What came of it, also as `tune sync --json` prints it.

    lost: runs that MLflow did not know any more. refused: all that is set aside. postponed: at what MLflow failed.
    without_model: complete trials whose model the store has not (any more), of a study that was delivered anew.
    """

    study_name: str
    mlflow_uri: str
    delivered: int
    lost: int
    refused: tuple[Refused, ...]
    postponed: tuple[str, ...]
    without_model: tuple[int, ...]


class AllSynchronized(View):
    studies: tuple[Synchronized, ...]


def synchronize(
    db: Database, recorder: Recorder, store: BlobStore, study_name: str, worker_id: str, rebuild: bool = False
) -> Synchronized:
    """Deliver what MLflow has missed, what it refused before, and what it has lost.

    rebuild: all of the study, whatever MLflow seems to have. Raises ServiceDown.
    """
    view = view_study(db, study_name)
    if view.finished_at is not None and (rebuild or not published(store, study_name)):
        publish(db, store, study_name)
    deliveries.retry(db, study_name)
    lost = look_for_losses(db, recorder, study_name, runs=True)
    if rebuild:
        deliveries.deliver_anew(db, study_name)
    found = deliver(db, recorder, store, study_name, worker_id)
    return Synchronized(
        study_name=study_name,
        mlflow_uri=public_uri(view.mlflow_uri),
        delivered=found.delivered,
        lost=lost,
        refused=viewing.refusals(deliveries.refusals(db, study_name)),
        postponed=found.postponed,
        without_model=_without_model(db, store, study_name) if rebuild or lost else (),
    )


def none_synchronized(db: Database, study_name: str) -> Synchronized:
    """Of a study whose MLflow does not answer."""
    return Synchronized(
        study_name=study_name,
        mlflow_uri=public_uri(view_study(db, study_name).mlflow_uri),
        delivered=0,
        lost=0,
        refused=viewing.refusals(deliveries.refusals(db, study_name)),
        postponed=(),
        without_model=(),
    )


def _without_model(db: Database, store: BlobStore, study_name: str) -> tuple[int, ...]:
    return tuple(
        trial.trial_number
        for trial in view_trials(db, study_name)
        if trial.state == "complete"
        and trial.trial_number is not None
        and not any(store.has(blob_name(study_name, trial.ordinal, name)) for name in ("model.keras", WEIGHTS_ONLY))
    )
