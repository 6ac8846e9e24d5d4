"""Rows of SQL delivered to the record that people compare runs in.

Owns: what is delivered when and by whom; while the other side is away, it is delivered later, and comes out the same.
What the other side refuses is set aside with its reason, and what it has lost is delivered anew.
Leaves to others: what makes a record (projection), how it looks (tracking), the rows (database).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from tuner.database import deliveries, runs, studies
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database, is_outage
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import Key, Recorded, RunKey, RunRow, StudyRow
from tuner.errors import Postponed, Refused, ServiceDown, TunerError
from tuner.studies.projection import (
    deliver_champion,
    finalist_record,
    study_files,
    study_record,
    trial_record,
    winner_key,
)
from tuner.studies.stored_study import spec_of
from tuner.tracking.recorder import Recorder, StudyRecord

logger = logging.getLogger(__name__)

_AT_ONCE = 64
_ALL_DRAWN, _BEST_DRAWN = 10, 5
"""Trials of a study that all have their pictures; of a larger one, those that were so good when they were delivered."""
_TRAINING_AT_ONCE = 2
"""Of the trials that a worker is training, in each round: they take turns, and those that have ended come first."""


@dataclass(frozen=True)
class Delivery:
    """How many records were delivered in full, how many MLflow refused; at which it failed, so that they wait.

    held: another worker delivers the study's own record just now, perhaps as it was before.
    """

    delivered: int = 0
    refused: int = 0
    postponed: tuple[str, ...] = ()
    held: bool = False


def deliver(db: Database, recorder: Recorder, store: BlobStore, study_name: str, worker_id: str) -> Delivery:
    """Deliver all that is not yet shown and is ours to deliver.

    Raises ServiceDown where the other side does not answer; what was delivered before that stays.
    """
    round = _Round(db, recorder, store, worker_id)
    round.deliver(study_name)
    return Delivery(round.delivered, round.refused, tuple(round.postponed), round.held)


def look_for_losses(db: Database, recorder: Recorder, study_name: str, runs: bool = False) -> int:
    """Let what MLflow has lost be delivered anew; gives how many runs that are.

    runs: each run is looked for, not only the study's. One that a person deleted is not lost. Raises ServiceDown.
    """
    study = studies.view_study(db, study_name)
    if study.mlflow_run_id is None:
        return 0
    lost = recorder.missing(study_record(study), deliveries.run_ids(db, study_name) if runs else ())
    if study.mlflow_run_id in lost:
        lost |= {study.mlflow_run_id, *deliveries.run_ids(db, study_name)}
    if lost:
        logger.warning(
            "MLflow does not know %d runs of study %s any more; they are delivered anew", len(lost), study_name
        )
        deliveries.deliver_anew(db, study_name, lost)
    return len(lost)


class _Round:
    """One delivery of what is left of a study."""

    def __init__(self, db: Database, recorder: Recorder, store: BlobStore, worker_id: str) -> None:
        self._db = db
        self._recorder = recorder
        self._store = store
        self._worker_id = worker_id
        self.delivered = self.refused = 0
        self.postponed: list[str] = []
        self.held = False
        self._worth_drawing: dict[str, float | None] = {}

    def deliver(self, study_name: str) -> None:
        if not self._left(study_name):
            return
        look_for_losses(self._db, self._recorder, study_name)
        study = studies.view_study(self._db, study_name)
        if study.mlflow_run_id is None:
            self._make_run(study)
            study = studies.view_study(self._db, study_name)
        if study.mlflow_run_id is None:
            # Without a run of its own it has no place for those of its trials.
            return
        record = study_record(study)
        keys = self._waiting(study_name)
        trials = [key for key in keys if key[1] == "search"]
        together: set[RunKey] = set()
        for start in range(0, len(trials), _AT_ONCE):
            if len(part := trials[start : start + _AT_ONCE]) > 1:
                together |= self._deliver_together(study, record, part)
        for key in keys:
            if key not in together:
                self._deliver_run(study, record, key)
        if _is_left(study):
            self._deliver_study(study, record)

    def _left(self, study_name: str) -> bool:
        """Whether there is anything to deliver: MLflow is not asked for nothing."""
        return _is_left(studies.view_study(self._db, study_name)) or bool(self._waiting(study_name))

    def _waiting(self, study_name: str) -> list[RunKey]:
        return deliveries.runs_to_deliver(self._db, study_name, self._worker_id, _TRAINING_AT_ONCE)

    def _make_run(self, study: StudyView) -> None:
        if not _is_left(study):
            return
        # Of a study that ended before MLflow answered, files and champion are still to come, after its trials.
        changes = study.changes if study.finished_at is None else study.recorded
        with self._taken(StudyRow, (study.study_name,)) as taken:
            if taken:
                self._send(
                    StudyRow, (study.study_name,), changes, lambda: self._recorder.record_study(study_record(study))
                )
            else:
                self.held = True

    def _deliver_together(self, study: StudyView, record: StudyRecord, keys: Sequence[RunKey]) -> set[RunKey]:
        """Deliver those trials at once that can be; gives them. The others are delivered one by one."""
        db, worker_id = self._db, self._worker_id
        taken = deliveries.claim_many(db, keys, worker_id)
        done: list[tuple[RunKey, int, str]] = []
        try:
            views = runs.view_several(db, study.study_name, [key[3] for key in keys if key in taken])
            spec = spec_of(study)
            with ExitStack() as stack:
                records = [
                    stack.enter_context(trial_record(self._store, each, spec, self._is_drawn(study, each)))
                    for each in views
                ]
                made = self._recorder.record_together(record, records)
            done = [(views[place].key, views[place].changes, run_id) for place, run_id in made.items()]
            deliveries.recorded_many(db, done)
            self.delivered += len(done)
            return {key for key, _, _ in done}
        except ServiceDown:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            # Whichever it was of them, delivered alone it is set aside.
            logger.debug("%d trials of %s are delivered one by one: %s", len(keys), study.study_name, error)
            return set()
        finally:
            deliveries.unclaim_many(db, [key for key in taken if key not in {each for each, _, _ in done}], worker_id)

    def _deliver_run(self, study: StudyView, record: StudyRecord, key: RunKey) -> None:
        with self._taken(RunRow, key) as taken:
            if taken:
                view = runs.view_run(self._db, *key)

                def send() -> str:
                    made = (
                        trial_record(self._store, view, spec_of(study), self._is_drawn(study, view))
                        if view.role == "search"
                        else finalist_record(self._db, self._store, view)
                    )
                    with made as seen:
                        return self._recorder.record_trial(record, seen)

                self._send(RunRow, key, view.changes, send)

    def _is_drawn(self, study: StudyView, trial: RunView) -> bool:
        """Whether a trial has pictures in MLflow: they take half a second, and of a thousand nobody looks at most."""
        if study.trials <= _ALL_DRAWN or trial.value is None:
            return True
        maximizes = spec_of(study).objective.direction == "maximize"
        if study.study_name not in self._worth_drawing:
            self._worth_drawing[study.study_name] = runs.value_of_rank(
                self._db, study.study_name, spec_of(study).objective.direction, _BEST_DRAWN
            )
        least = self._worth_drawing[study.study_name]
        return least is None or (trial.value >= least if maximizes else trial.value <= least)

    def _deliver_study(self, study: StudyView, record: StudyRecord) -> None:
        def send() -> str:
            refused = []
            run_id = study.mlflow_run_id or ""
            try:
                run_id = self._recorder.record_study(replace(record, files=study_files(self._store, study)))
            except Refused as error:
                refused.append(error.reason)
            # What is refused of the study is no obstacle to its champion.
            if _may_be_champion(study):
                try:
                    deliver_champion(self._db, self._recorder, self._store, record, study)
                except Refused as error:
                    refused.append(f"its champion: {error.reason}")
            if refused:
                raise Refused("; ".join(refused), run_id)
            return run_id

        with self._winner_taken(study) as mine, self._taken(StudyRow, (study.study_name,)) as taken:
            if mine and taken:
                self._send(StudyRow, (study.study_name,), study.changes, send)
            else:
                self.held = True
                if taken:
                    deliveries.unclaim(self._db, StudyRow, (study.study_name,), self._worker_id)

    @contextmanager
    def _winner_taken(self, study: StudyView) -> Iterator[bool]:
        """A champion's run is made where MLflow has none yet: not while another worker is about to make it."""
        key = winner_key(study) if _may_be_champion(study) else None
        if key is None:
            yield True
            return
        mine = deliveries.claim(self._db, RunRow, key, self._worker_id)
        try:
            yield mine
        finally:
            if mine:
                deliveries.unclaim(self._db, RunRow, key, self._worker_id)

    @contextmanager
    def _taken(self, row: type[Recorded], key: Key) -> Iterator[bool]:
        """A row's delivery is this worker's for the length of the context, unless it is another's."""
        taken = deliveries.claim(self._db, row, key, self._worker_id)
        try:
            yield taken
        except ServiceDown:
            if taken:
                deliveries.unclaim(self._db, row, key, self._worker_id)
            raise

    def _send(self, row: type[Recorded], key: Key, changes: int, record: Callable[[], str]) -> None:
        """Deliver one record, and write down what came of it."""
        try:
            run_id = record()
        except Refused as error:
            self._set_aside(row, key, changes, error.reason, error.run_id)
        except Postponed as error:
            self.postponed.append(str(error))
            deliveries.unclaim(self._db, row, key, self._worker_id)
        except ServiceDown:
            raise
        except TunerError as error:
            self._set_aside(row, key, changes, str(error), None)
        except Exception as error:
            if is_outage(error):
                raise
            # A fault of our own must not hold up the others either.
            reason = f"it could not be made ({type(error).__name__}: {error}); this is a fault of tuner"
            if self._set_aside(row, key, changes, reason, None):
                logger.exception("the record of %s could not be made", " ".join(map(str, key)))
        else:
            deliveries.recorded(self._db, row, key, changes, run_id)
            self.delivered += 1

    def _set_aside(self, row: type[Recorded], key: Key, changes: int, reason: str, run_id: str | None) -> bool:
        self.refused += 1
        news = deliveries.refused(self._db, row, key, changes, reason, run_id)
        if news:
            logger.warning("MLflow does not take the record of %s: %s", " ".join(map(str, key)), reason)
        return news


def _is_left(study: StudyView) -> bool:
    return study.changes > max(study.recorded, study.refused)


def _may_be_champion(study: StudyView) -> bool:
    """Delivered anew, a study whose model was not the champion does not take the place that the champion's has lost."""
    decision = study.outcome.champion if study.outcome else None
    return study.recorded > 0 or decision is None or decision.stands
