"""One trial, from the search space to the record.

Owns: the order of things - ask, build, train, store each epoch, end, tell - such that a worker may die between any two
of them and another goes on.
Leaves to others: which trial (database), how to train (training), when to deliver to MLflow (projection).
"""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import optuna

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.database import trials
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.connection import Database, patiently
from tuner.database.studies import StudyView, view_study
from tuner.database.trials import EpochView, Job, LeaseLost
from tuner.errors import DataError, ServiceDown, TrialFailed
from tuner.families import CONFIGURE, MlpConfig
from tuner.search.algorithms import trial_seed
from tuner.search.optuna_study import adopt, baseline_proposal, open_optuna_study, tell, trial_template, worst_value
from tuner.search.suggest import answer_from
from tuner.space import Value
from tuner.spec import StudySpec
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint
from tuner.training.models import build, export_bytes, parameters
from tuner.training.plan import Metrics, Path, TrainPlan, TrainResult
from tuner.training.trainer import train

logger = logging.getLogger(__name__)

_LAST_WORDS_S = 10.0


@dataclass(eq=False)
class Bench:
    """What a worker needs to run the trials of one study.

    tags: of the worker, for the record (host, device, versions). hand_back: asked at each epoch's end whether the
    worker has to leave. path: which training path to take.
    """

    db: Database
    study: StudyView
    spec: StudySpec
    dataset: Dataset
    store: BlobStore
    tags: Mapping[str, str]
    hand_back: Callable[[], bool]
    path: Path = "auto"
    fitted: dict[str, Preprocessing] = field(default_factory=dict)

    def preprocessing(self, kind: str) -> Preprocessing:
        """Fitted on the training rows, once a worker."""
        if kind not in self.fitted:
            self.fitted[kind] = fit(kind, self.dataset.train.x)
        return self.fitted[kind]


def run_trial(bench: Bench, job: Job) -> None:
    """Run the trial that this worker holds to its end, unless the worker has to leave or has lost it."""
    try:
        _run(bench, job)
    except LeaseLost as error:
        logger.warning("%s; stepping back", error)
    except Exception as error:
        # A bug, or a machine in trouble: this worker dies of it, and whoever finds the trial reads why.
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        with contextlib.suppress(ServiceDown):
            patiently(lambda: trials.note_death(bench.db, job, words), _LAST_WORDS_S)
        raise
    finally:
        backend.forget()


def _run(bench: Bench, job: Job) -> None:
    db, spec = bench.db, bench.spec
    study = patiently(
        lambda: open_optuna_study(db.storage, bench.study.study_name, spec, bench.study.seed, job.ordinal)
    )
    proposal = baseline_proposal(spec, job.ordinal)
    number = job.trial_number
    if number is None:
        template = trial_template(job.ordinal, proposal)
        number = patiently(lambda: trials.fill(db, job, template, proposal[0] if proposal else ""))
    trial = patiently(lambda: adopt(study, db.storage, number))
    if job.state != "running":
        _settle(bench, job, study, trial.number)
        return
    if job.given_up:
        _end(bench, job, study, trial.number, "given_up", _deaths(bench, job), None, 0, {})
        return
    used: dict[str, Value] = {}
    ask = answer_from(trial, spec.space, used)
    config = patiently(lambda: CONFIGURE[spec.model](ask, spec.task, bench.dataset.info.images))
    seed = trial_seed(bench.study.seed, job.ordinal, "training")
    tags = {**bench.tags, "seed": str(seed)}
    checkpoint = _checkpoint(bench, job)
    watch = _Watch(bench, job, trial, immune=proposal is not None)
    goes_on_after = checkpoint.epoch if checkpoint else 0
    patiently(lambda: trials.start(db, job, used, tags, repeats=watch.stored - goes_on_after))
    if job.attempt > 1:
        logger.info("trial %d adopted: goes on after epoch %d of %d", number, goes_on_after, config.epochs)
    try:
        result, tags = _train(bench, job, config, checkpoint, seed, watch, tags)
    except TrialFailed as failure:
        _end(bench, job, study, trial.number, failure.state, failure.reason, None, 0, tags)
        return
    if watch.handed_back:
        patiently(lambda: trials.hand_back(db, job))
        logger.info("trial %d handed back at epoch %d", trial.number, len(result.epochs))
        return
    state, reason = _outcome(result, watch, config)
    _end(bench, job, study, trial.number, state, reason, result.value, result.best_epoch, tags)


def _train(
    bench: Bench,
    job: Job,
    config: MlpConfig,
    checkpoint: Checkpoint | None,
    seed: int,
    watch: "_Watch",
    tags: Mapping[str, str],
) -> tuple[TrainResult, dict[str, str]]:
    info = bench.dataset.info
    began = time.monotonic()
    model = build(config, info, bench.preprocessing(config.normalization), bench.spec.metrics, seed=seed)
    plan = TrainPlan(
        batch_size=config.batch_size,
        epochs=config.epochs,
        monitor=bench.spec.objective.metric,
        direction=bench.spec.objective.direction,
        patience=bench.spec.search.patience,
        seed=seed,
        path=bench.path,
    )
    result = train(model, bench.dataset, plan, checkpoint, watch)
    if result.best_epoch > 0 and not watch.handed_back:
        data = export_bytes(model)
        # Not over the model of a worker that has taken this trial over.
        patiently(lambda: trials.renew(bench.db, job))
        bench.store.put(blob_name(job.study_name, job.ordinal, "model.keras"), data)
    seconds = time.monotonic() - began
    return result, {
        **tags,
        "path": result.path,
        "parameters": str(parameters(model)),
        "training_seconds": f"{seconds:.2f}",
    }


def _checkpoint(bench: Bench, job: Job) -> Checkpoint | None:
    data = bench.store.get(blob_name(job.study_name, job.ordinal, job.checkpoint)) if job.checkpoint else None
    if data is None:
        return None
    try:
        return Checkpoint.from_bytes(data)
    except DataError as error:
        logger.warning("trial %s: %s", job.trial_number, error)
        return None


class _Watch:
    """What happens at each epoch's end: the checkpoint, the row, Optuna, and whether to go on.

    stored: how many epochs the rows hold from earlier attempts.
    """

    def __init__(self, bench: Bench, job: Job, trial: optuna.trial.Trial, immune: bool) -> None:
        self._bench = bench
        self._job = job
        self._trial = trial
        self._immune = immune
        self._metric = bench.spec.objective.metric
        self._checkpoint = job.checkpoint
        frozen = patiently(lambda: bench.db.storage.get_trial(trial._trial_id))
        self._reported = set(frozen.intermediate_values)
        rows = patiently(lambda: trials.view_trial(bench.db, job.study_name, job.ordinal)).epochs
        self.stored = len(rows)
        for row in rows:
            # A worker that died between the row and Optuna left this to do.
            self._report(row.epoch, row.metrics)
        self.pruned = False
        self.handed_back = False
        self.time_was_up = False

    def __call__(self, epoch: int, metrics: Metrics, seconds: float, checkpoint: Checkpoint) -> bool:
        db, job = self._bench.db, self._job
        view = EpochView(epoch, metrics, seconds, measured_at=time.time())
        best = checkpoint.epochs[checkpoint.best_epoch - 1][self._metric] if checkpoint.best_epoch else None
        # A name of its own: a worker that was robbed and does not know it writes beside, and the row, which only the
        # holder can write, says which one counts.
        name = f"checkpoint-{job.attempt}-{epoch}.npz"
        self._bench.store.put(blob_name(job.study_name, job.ordinal, name), checkpoint.to_bytes())
        patiently(lambda: trials.finish_epoch(db, job, view, best, checkpoint.best_epoch, name))
        if self._checkpoint:
            self._bench.store.drop(blob_name(job.study_name, job.ordinal, self._checkpoint))
        self._checkpoint = name
        self._report(epoch, metrics)
        # A baseline is there to be compared with, so it is trained to its end.
        self.pruned = not self._immune and patiently(self._trial.should_prune)
        left_s = patiently(lambda: view_study(db, job.study_name)).left_s
        self.time_was_up = left_s is not None and left_s <= 0
        self.handed_back = not self.pruned and not self.time_was_up and self._bench.hand_back()
        return not (self.pruned or self.handed_back or self.time_was_up)

    def _report(self, epoch: int, metrics: Metrics) -> None:
        value = metrics[self._metric]
        if math.isfinite(value) and epoch not in self._reported:
            patiently(lambda: self._trial.report(value, epoch))
            self._reported.add(epoch)


def _outcome(result: TrainResult, watch: _Watch, config: MlpConfig) -> tuple[str, str]:
    """The trial's state and the reason, in our words."""
    epochs = len(result.epochs)
    if result.stopped == "diverged":
        return "diverged", result.reason
    if watch.pruned and epochs < config.epochs:
        return "pruned", f"pruned at epoch {epochs} of {config.epochs}"
    if watch.time_was_up and epochs < config.epochs:
        return "complete", f"time was up at epoch {epochs} of {config.epochs}"
    return "complete", result.reason


def _end(
    bench: Bench,
    job: Job,
    study: optuna.Study,
    number: int,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    tags: Mapping[str, str],
) -> None:
    if value is None or state not in ("complete", "pruned"):
        value = patiently(lambda: worst_value(study))
    final = value
    patiently(lambda: trials.finish(bench.db, job, state, reason, final, best_epoch, tags))
    logger.info("trial %d %s: %.4f %s", number, state, final, reason)
    _settle(bench, job, study, number)


def _settle(bench: Bench, job: Job, study: optuna.Study, number: int) -> None:
    view = patiently(lambda: trials.view_trial(bench.db, job.study_name, job.ordinal))
    patiently(lambda: tell(study, bench.db.storage, number, view.state, view.value or 0.0))
    patiently(lambda: trials.settle(bench.db, job))
    bench.store.drop_all(blob_name(job.study_name, job.ordinal, "checkpoint-"))


def _deaths(bench: Bench, job: Job) -> str:
    last = patiently(lambda: trials.view_trial(bench.db, job.study_name, job.ordinal)).reason
    return f"given up: {trials.STRIKES} workers died on it without finishing an epoch between" + (
        f" ({last})" if last else ""
    )
