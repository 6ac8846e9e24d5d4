"""The files of a trial beside its model: what is kept when it ends, and what is made of it when it is delivered.

Owns: their names. The network is asked once, at the trial's end, and its answers are kept beside the model; so the
files come out the same whenever MLflow is there to take them.
Leaves to others: drawing (tracking), where bytes are kept (database).
"""

import logging
from collections.abc import Callable

from tuner.data.answers import Answers
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.runs import RunView
from tuner.errors import DataError
from tuner.spec.study_spec import StudySpec
from tuner.studies.export import parameters_yaml

logger = logging.getLogger(__name__)

ANSWERS = "answers.npz"
ARCHITECTURE = "architecture.txt"


def keep(store: BlobStore, named: Callable[[str], str], answers: Answers | None, architecture: str) -> None:
    """Store what only the trained network can tell. named: the blob of a trial's file."""
    if answers is not None:
        store.put(named(ANSWERS), answers.to_bytes())
    store.put(named(ARCHITECTURE), architecture.encode())


def texts(store: BlobStore, view: RunView, spec: StudySpec) -> dict[str, bytes]:
    """The files of a complete trial that are words."""
    if view.state != "complete":
        return {}
    found = {"parameters.yaml": parameters_yaml(view, spec).encode()}
    architecture = store.get(blob_name(view.study_name, view.ordinal, ARCHITECTURE))
    return found if architecture is None else {**found, ARCHITECTURE: architecture}


def answers_of(store: BlobStore, view: RunView) -> Answers | None:
    """The answers of a complete trial, where they were kept."""
    data = store.get(blob_name(view.study_name, view.ordinal, ANSWERS)) if view.state == "complete" else None
    try:
        return None if data is None else Answers.from_bytes(data)
    except DataError as error:
        logger.warning("%s is recorded without its pictures: %s", view.trial_in_words, error)
        return None
