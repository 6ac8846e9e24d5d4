"""Train a trial once more, and say whether it comes out the same.

Owns: what "the same" is - to the digit where device kind, versions and threads are, else within the noise of seeds.
Leaves to others: the training (run), the noise (comparison, stopping_rules), how it is shown (cli).
"""

import math
import os
import socket
import statistics
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace

from pydantic import computed_field

from tuner.database import reproductions
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.runs import CANCELLED, RunView
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound, TrialFailed, TunerError
from tuner.formatting import plural
from tuner.runs.configurations import Known
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.runs.records import Ending, NotedRecord, StoredRecord
from tuner.runs.roles import REPRODUCTION, Order
from tuner.runs.run import Run
from tuner.runs.study_context import StudyContext
from tuner.studies import comparison
from tuner.studies.finalists import values_by_trial
from tuner.studies.status import StudyStatus
from tuner.studies.stopping_rules import noise
from tuner.studies.stored_study import spec_of
from tuner.studies.views import View
from tuner.training.plan import Metrics

_COMPARED = ("device", "backend", "threads", "precision")


class Reproduction(View):
    """How a trial came out when it was trained again.

    value, again: the objective at the best epoch, then and now. exact: every epoch's is the same to the digit.

    differences: what is not as it was (``version_keras 3.14 -> 3.15``). allowed: the difference of values that noise
    explains; it is allowed only where something is not as it was. not_stored: why the study has no full row of it, or
    empty.
    """

    study_name: str
    trial_number: int
    epochs: int
    value: float
    again: float
    exact: bool
    differences: tuple[str, ...]
    allowed: float
    not_stored: str = ""

    @computed_field  # type: ignore[prop-decorator]  # as pydantic's documentation has it
    @property
    def reproduced(self) -> bool:
        """The same to the digit, or within what noise explains where something is not as it was."""
        return self.exact or (bool(self.differences) and abs(self.again - self.value) <= self.allowed)

    @property
    def came_out(self) -> str:
        """In a word, as it is stored."""
        return "the same" if self.exact else "within noise" if self.reproduced else "differently"

    @property
    def words(self) -> str:
        if self.exact:
            return (
                f"trial {self.trial_number} came out the same, to the digit, in all of {plural(self.epochs, 'epoch')}"
            )
        gap = f"{self.again:.6f} instead of {self.value:.6f}"
        if not self.differences:
            return f"trial {self.trial_number} came out differently: {gap}, on the same device, versions and threads"
        changed = "; ".join(self.differences)
        if self.reproduced:
            within = f"within the noise ({self.allowed:.4f})"
            return f"trial {self.trial_number} came out {gap}, {within}. Not as then: {changed}"
        return f"trial {self.trial_number} came out {gap}, which noise ({self.allowed:.4f}) does not explain: {changed}"


class _Seen:
    """Takes each epoch's metrics, and ends the training after as many as there were."""

    def __init__(self, record: NotedRecord, last: int) -> None:
        self.epochs: list[Metrics] = []
        self._record = record
        self._last = last

    def begins(self, beginning: Beginning) -> Decision | None:
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        result = end.result
        self.epochs.append(result.metrics)
        view = EpochView(end.epoch, result.metrics, result.seconds, measured_at=time.time())
        # Without a checkpoint: nobody goes on with it.
        self._record.finish_epoch(view, result.best, result.best_epoch, "")
        return Decision("complete", f"as many epochs as it had, at {end.words}") if end.epoch >= self._last else None


def reproduce(context: StudyContext, status: StudyStatus, trial: RunView) -> Reproduction:
    """Train a trial again, for as many epochs as it was trained. context: its facts are of this process.

    Raises NotFound for a trial that finished no epoch, TunerError for other data, TrialFailed where it fails.
    """
    spec, dataset = context.spec, context.dataset
    if not trial.epochs or trial.value is None:
        raise NotFound(f"trial {trial.trial_number} of {trial.study_name} finished no epoch: it is {trial.state}.")
    if status.study.data_digest not in (None, dataset.digest):
        raise TunerError(f"{spec.data.name}: these are not the rows that study {trial.study_name!r} was trained on.")
    seed, epochs = trial.facts.seed or 0, len(trial.epochs)
    order = Order(REPRODUCTION, seed, f"trial {trial.trial_number} again", epochs)
    record = NotedRecord(lambda: _stored(context.db, trial, seed, epochs))
    seen = _Seen(record, epochs)
    known = Known(context, trial.params, trial.trial_number or 0)
    try:
        Run(context, order, known, record, [seen])()
        if record.ending is None or record.ending.state not in ("complete", "diverged"):
            raise TrialFailed(record.reason, state=record.state)
    except BaseException as error:
        record.close(record.ending or _broken_off(record, error))
        raise
    made = _compared(context, status, trial, seen, record.ending)
    facts = record.ending.facts.with_more(TrialFacts(came_out=made.came_out))
    record.close(replace(record.ending, reason=made.words, facts=facts))
    return made.model_copy(update={"not_stored": record.not_stored})


def _stored(db: Database, trial: RunView, seed: int, epochs: int) -> StoredRecord:
    worker_id = f"reproduce-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:10]}"
    return StoredRecord(db, reproductions.begin(db, trial, seed, epochs, worker_id))


def _broken_off(record: NotedRecord, error: BaseException) -> Ending:
    by_person = isinstance(error, KeyboardInterrupt)
    words = "interrupted" if by_person else " ".join(f"{type(error).__name__}: {error}".split())
    return Ending(CANCELLED if by_person else "failed", words, record.facts)


def _compared(context: StudyContext, status: StudyStatus, trial: RunView, seen: _Seen, ending: Ending) -> Reproduction:
    metric, again = context.spec.objective.metric, ending.value
    then = [epoch.metrics.get(metric) for epoch in trial.epochs]
    now = [metrics.get(metric) for metrics in seen.epochs]
    return Reproduction(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        epochs=len(now),
        value=trial.value if trial.value is not None else math.nan,
        again=math.nan if again is None else again,
        exact=then == now,
        differences=tuple(_differences(trial.facts.as_tags(), context.facts.as_tags())),
        allowed=_allowed(status),
    )


def _differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = [name for name in now if name in _COMPARED or name.startswith("version_")]
    return [f"{name} {then.get(name, 'not noted')} -> {now[name]}" for name in names if then.get(name) != now[name]]


def _allowed(status: StudyStatus) -> float:
    """Two runs of one configuration differ by less than this in 19 of 20 cases: 1.96 root two deviations."""
    rounds = {each.round for each in status.finalists}
    by_round = ([each for each in status.finalists if each.round == one] for one in rounds)
    deviations = [comparison.noise(values_by_trial(each)) for each in by_round]
    known = [deviation for deviation, freedom in deviations if freedom > 0]
    deviation = statistics.fmean(known) if known else noise(status.trials, spec_of(status.study))
    return 1.96 * math.sqrt(2) * deviation
