"""A study as one worker trains it: its specification, its data and its code, read once.

Leaves to others: what is trained with them (runs), where a study cannot be read (loop).
"""

import logging
from collections.abc import Callable

from tuner.data.dataset import rows_digest
from tuner.data.sources import load
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.database.trial_facts import TrialFacts
from tuner.runs.study_context import StudyContext
from tuner.runs.watchdog import Watch
from tuner.studies.code import code_for
from tuner.studies.stored_study import bind_data, spec_of
from tuner.training import keras_state
from tuner.workers.told import WorkerSettings

logger = logging.getLogger(__name__)


def open_context(
    db: Database,
    view: StudyView,
    told: WorkerSettings,
    store: BlobStore,
    facts: TrialFacts,
    watch: Watch,
    leaving: Callable[[], bool],
) -> StudyContext:
    """facts: of the worker. Raises TunerError where the study's data or code are not to be had here."""
    spec = spec_of(view)
    code = code_for(view, spec, told.codes)
    if code is not None and spec.code is not None:
        # KerasTuner and its like cost a second, which studies of the families need not spend.
        from tuner.training.custom.loading import load_object

        # Before the first trial, also where there is only a winner to be scored: its classes are the code's.
        load_object(code, spec.code.name)
    # What code for the data says to Keras is not for the networks.
    with watch.during("loading", view.study_name, logger.error), keras_state.kept():
        dataset = load(spec.data, view.seed, told.codes)
    bind_data(db, view, spec.data.name, dataset.digest)
    if dataset.folds:
        logger.info("%s: trials are trained in %d folds, one after another", view.study_name, len(dataset.folds))
    info = dataset.info
    of_data = TrialFacts(
        dataset=spec.data.name,
        dataset_digest=dataset.digest,
        rows_train=info.train_rows,
        rows_validation=dataset.validated_rows,
        rows_test=info.test_rows,
        test_digest=(rows_digest(dataset.test) if dataset.streams is None else dataset.digest)[:16],
    )
    known = facts.with_more(of_data)
    return StudyContext(db, view, spec, dataset, store, known, leaving, told.path, code, watch=watch)
