"""From the rows in SQL to the record that people compare runs in.

Owns: what is delivered when and by whom; while the other side is away, it is delivered later, and comes out the same.
Leaves to others: how a record looks (tracking), the rows (database).
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from tuner.database import finalists, studies, trials
from tuner.database.blobs import BlobStore, blob_name, finalist_blob_name, study_blob_name
from tuner.database.connection import Database, is_outage
from tuner.database.finalists import FinalistView
from tuner.database.studies import StudyView
from tuner.database.trials import TrialView
from tuner.errors import NotFound, ServiceDown
from tuner.space import Choice
from tuner.spec import StudySpec
from tuner.studies import trial_files
from tuner.studies.champion import Decision, crown
from tuner.studies.service import find_trial, spec_of
from tuner.tracking.recorder import EpochRecord, Recorder, StudyRecord, TrialRecord

logger = logging.getLogger(__name__)

STUDY_FILES = (
    "report.html",
    *(
        f"pictures/{name}.png"
        for name in ("history", "pareto", "finalists", "baselines", "parallel", "importance", "curves", "timeline")
    ),
)
"""What is made of a study when it has ended, and delivered to its run."""

# Each time costs as much as a few small epochs; nobody watches MLflow by the second.
_PAUSE_S = 2.0
_PAUSE_AWAY_S = 5.0


def deliver(db: Database, recorder: Recorder, store: BlobStore, study_name: str, worker_id: str) -> int:
    """Deliver all that is not yet shown and is ours to deliver; gives how many records there were.

    Raises ServiceDown where the other side does not answer; what was delivered before that stays.
    """
    study = studies.view_study(db, study_name)
    delivered = 0
    if study.mlflow_run_id is None:
        run_id = recorder.record_study(study_record(study))
        # Of a study that ended before MLflow answered, files and champion are still to come, after its trials.
        seen = study if study.finished_at is None else replace(study, changes=study.recorded)
        studies.study_recorded(db, seen, run_id)
        study = studies.view_study(db, study_name)
        delivered += 1
    record = study_record(study)
    for ordinal in trials.unrecorded(db, study_name, worker_id):
        if trials.claim_recording(db, study_name, ordinal, worker_id):
            view = trials.view_trial(db, study_name, ordinal)
            _deliver_trial(db, recorder, store, record, spec_of(study), view)
            delivered += 1
    for round, ordinal in finalists.unrecorded(db, study_name, worker_id):
        if finalists.claim_recording(db, study_name, round, ordinal, worker_id):
            finalist = finalists.view_finalist(db, study_name, round, ordinal)
            with finalist_record(db, store, finalist) as seen_now:
                run_id = recorder.record_trial(record, seen_now)
            finalists.recorded(db, finalist, run_id)
            delivered += 1
    if study.changes > study.recorded:
        run_id = recorder.record_study(replace(record, files=_files(store, study)))
        _deliver_champion(db, recorder, store, record, study)
        studies.study_recorded(db, study, run_id)
        delivered += 1
    return delivered


def _deliver_trial(
    db: Database, recorder: Recorder, store: BlobStore, study: StudyRecord, spec: StudySpec, view: TrialView
) -> None:
    with trial_record(store, view, spec) as record:
        run_id = recorder.record_trial(study, record)
    trials.recorded(db, view, run_id)


def _deliver_champion(
    db: Database, recorder: Recorder, store: BlobStore, record: StudyRecord, study: StudyView
) -> None:
    with _winner(db, store, study) as best:
        if best is not None and best.model is not None:
            _noted(db, study, crown(recorder, record, best))


def crown_trial(
    db: Database, recorder: Recorder, store: BlobStore, study: StudyView, trial_number: int | None, force: bool
) -> Decision:
    """Put a trial's model into the registry as its space's champion, by the rule or by force.

    trial_number: None takes the study's winner. Raises NotFound, ServiceDown.
    """
    with _winner(db, store, study) if trial_number is None else _named(db, store, study, trial_number) as record:
        if record is None:
            raise NotFound(f"study {study.study_name!r} has not ended with a winner. Name a trial with --trial.")
        if record.model is None:
            raise NotFound(f"trial {record.trial_number} of {study.study_name} has no model: it is {record.state}.")
        return _noted(db, study, crown(recorder, study_record(study), record, force))


def _noted(db: Database, study: StudyView, decision: Decision) -> Decision:
    """The decision, kept where the person who started the study sees it."""
    if study.finished_at is not None:
        studies.note_champion(db, study, asdict(decision))
    return decision


@contextmanager
def _winner(db: Database, store: BlobStore, study: StudyView) -> Iterator[TrialRecord | None]:
    """The model for use of a study that has ended: the last of its finalists, or else its best trial."""
    outcome = study.outcome or {}
    if outcome.get("best_ordinal") is None:
        yield None
    elif outcome.get("finalists"):
        final = finalists.view_finalist(db, study.study_name, **outcome["finalists"]["final"])
        with finalist_record(db, store, final) as record:
            yield record
    else:
        view = trials.view_trial(db, study.study_name, outcome["best_ordinal"])
        with trial_record(store, view, spec_of(study)) as record:
            yield record


@contextmanager
def _named(db: Database, store: BlobStore, study: StudyView, trial_number: int) -> Iterator[TrialRecord]:
    with trial_record(store, find_trial(db, study.study_name, trial_number), spec_of(study)) as record:
        yield record


def _files(store: BlobStore, study: StudyView) -> dict[str, bytes]:
    """The files of the study's report, those that are there."""
    if study.finished_at is None:
        return {}
    found = {name: store.get(study_blob_name(study.study_name, name)) for name in STUDY_FILES}
    return {name: data for name, data in found.items() if data is not None}


@contextmanager
def finalist_record(db: Database, store: BlobStore, view: FinalistView) -> Iterator[TrialRecord]:
    """A finalist as a record: its trial's configuration, its own seed. Its model is a file while the context lasts."""
    trial = trials.view_trial(db, view.study_name, view.plan.trial_ordinal)
    name = finalist_blob_name(view.study_name, view.round, view.ordinal, "model.keras")
    data = store.get(name) if view.state == "complete" else None
    with _in_file(data) as model:
        yield TrialRecord(
            study_name=view.study_name,
            trial_number=view.plan.trial_number,
            role="finalist",
            state=view.state,  # type: ignore[arg-type]  # only what was begun is delivered
            reason=view.reason,
            baseline=trial.baseline,
            params=trial.params,
            tags={**view.tags, "worker": view.worker_id or "", **_test_tags(view)},
            epochs=tuple(EpochRecord(e.epoch, e.measured_at, e.seconds, e.metrics) for e in view.epochs),
            value=view.value,
            best_epoch=view.best_epoch,
            started_at=view.started_at,
            finished_at=view.finished_at,
            run_id=view.mlflow_run_id,
            model=model,
        )


def _test_tags(view: FinalistView) -> dict[str, str]:
    return {f"test_{name}": f"{value:.6g}" for name, value in (view.test or {}).items()}


@contextmanager
def _in_file(data: bytes | None) -> Iterator[Path | None]:
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        model = Path(folder) / "model.keras"
        if data is not None:
            model.write_bytes(data)
        yield model if data is not None else None


@contextmanager
def trial_record(store: BlobStore, view: TrialView, spec: StudySpec) -> Iterator[TrialRecord]:
    """The trial as a record; its model is a file while the context lasts."""
    assert view.trial_number is not None
    final = view.state != "running"
    data = store.get(blob_name(view.study_name, view.ordinal, "model.keras")) if final else None
    with _in_file(data) as model:
        yield TrialRecord(
            study_name=view.study_name,
            trial_number=view.trial_number,
            role="trial",
            state=view.state,  # type: ignore[arg-type]  # the table holds these words only
            reason=view.reason,
            baseline=view.baseline,
            params=view.params,
            tags={**view.tags, "worker": view.worker_id or ""},
            epochs=tuple(EpochRecord(e.epoch, e.measured_at, e.seconds, e.metrics) for e in view.epochs),
            value=view.value,
            best_epoch=view.best_epoch,
            started_at=view.started_at,
            finished_at=view.finished_at,
            run_id=view.mlflow_run_id,
            model=model,
            files=trial_files.texts(store, view, spec) if final else {},
            answers=trial_files.answers_of(store, view) if final else None,
        )


def study_record(view: StudyView) -> StudyRecord:
    """The study as a record, without files."""
    outcome = view.outcome or {}
    spec = spec_of(view)
    objective = spec.objective
    single = {each.name for each in spec.space if isinstance(each.domain, Choice) and len(each.domain.values) == 1}
    return StudyRecord(
        study_name=view.study_name,
        experiment=view.space_name,
        spec_yaml=view.spec_text,
        tags={
            "seed": str(view.seed),
            "trials": str(view.trials),
            "metric": objective.metric,
            "direction": objective.direction,
            **({"dataset_digest": view.data_digest} if view.data_digest else {}),
        },
        started_at=view.created_at,
        finished_at=view.finished_at,
        outcome={key: value for key, value in outcome.get("figures", {}).items() if value is not None},
        run_id=view.mlflow_run_id,
        searched=tuple(each.name for each in spec.space if each.name not in single),
    )


class Projector:
    """Delivers beside the training, in a thread of its own, until it is closed, what studies with one record miss.

    connect: makes the recorder, in that thread: MLflow takes seconds to import.
    """

    def __init__(self, db: Database, connect: Callable[[], Recorder], store: BlobStore, worker_id: str) -> None:
        self._db = db
        self._connect = connect
        self._recorder: Recorder | None = None
        self._store = store
        self._worker_id = worker_id
        self._study_names: dict[str, None] = {}
        self._away = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._thread.start()

    def watch(self, study_name: str) -> None:
        """Deliver this study's rows too, until it has ended and all is delivered."""
        self._study_names[study_name] = None

    def close(self, wait_s: float) -> bool:
        """Deliver what is left, for so many seconds at most, and end; tells whether all was delivered."""
        self._over.set()
        self._thread.join(wait_s)
        return not self._thread.is_alive() and not self._away

    def _run(self) -> None:
        while not self._over.wait(_PAUSE_AWAY_S if self._away else _PAUSE_S):
            self._deliver()
        self._deliver()

    def _deliver(self) -> None:
        try:
            for study_name in list(self._study_names):
                if self._recorder is None:
                    self._recorder = self._connect()
                delivered = deliver(self._db, self._recorder, self._store, study_name, self._worker_id)
                if delivered == 0 and studies.view_study(self._db, study_name).finished_at is not None:
                    self._study_names.pop(study_name, None)
            if self._away:
                logger.info("MLflow answers again; everything is delivered")
            self._away = False
        except ServiceDown as error:
            if not self._away:
                logger.warning("%s Training goes on; the record is delivered when it is back.", error)
            self._away = True
        except Exception as error:
            # The record never costs a trial; the rows stay, and `tune sync` shows the error.
            if not self._away and not is_outage(error):
                logger.exception("the record could not be delivered")
            self._away = True
