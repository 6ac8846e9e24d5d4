"""One trial, from the search space to the record.

Owns: the order of things - ask, build, train, store each epoch, end, tell - such that a worker may die between any two
of them and another goes on.
Leaves to others: which trial (database), how to train (training), when to deliver to MLflow (projection).
"""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import optuna

from tuner.code import Code
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.database import rules, trials
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.connection import Database, patiently
from tuner.database.studies import StudyView, view_study
from tuner.database.trials import EpochView, Job, LeaseLost
from tuner.errors import DataError, ServiceDown, TrialFailed
from tuner.objectives import COSTS
from tuner.search.algorithms import trial_seed
from tuner.search.optuna_study import (
    adopt,
    baseline_proposal,
    open_optuna_study,
    tell,
    trial_template,
    worst_value,
    worst_values,
)
from tuner.search.rungs import note_seconds
from tuner.space import Value
from tuner.spec import StudySpec
from tuner.studies import trial_files
from tuner.studies.asking import ask_network
from tuner.studies.limits import search_left_s
from tuner.studies.pareto import values_of
from tuner.studies.stopping_rules import reached
from tuner.studies.system_metrics import SystemMetrics
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint
from tuner.training.network import Network
from tuner.training.plan import Metrics, Path, TrainPlan, TrainResult
from tuner.training.verdicts import as_tags, judge

logger = logging.getLogger(__name__)

_LAST_WORDS_S = 10.0


@dataclass(eq=False)
class Bench:
    """What a worker needs to run the trials of one study.

    tags: of the worker, for the record (host, device, versions). hand_back: asked at each epoch's end whether the
    worker has to leave. path: which training path to take. code: what makes the network, if a person's code does.
    whole: the same with the validation rows among the training rows, once it was needed (retraining).
    """

    db: Database
    study: StudyView
    spec: StudySpec
    dataset: Dataset
    store: BlobStore
    tags: Mapping[str, str]
    hand_back: Callable[[], bool]
    path: Path = "auto"
    code: Code | None = None
    fitted: dict[str, Preprocessing] = field(default_factory=dict)
    whole: "Bench | None" = None

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
    seed = trial_seed(bench.study.seed, job.ordinal, "training")
    tags = {**bench.tags, "seed": str(seed)}
    baseline = spec.baselines[job.ordinal].params if proposal is not None else None
    try:
        network = ask_network(spec, bench.dataset.info, bench.code, trial, baseline, used, seed)
    except TrialFailed as failure:
        patiently(lambda: trials.start(db, job, used, tags))
        _end(bench, job, study, trial.number, failure.state, failure.reason, None, 0, tags)
        return
    checkpoint = _checkpoint(bench, job)
    watch = _Watch(bench, job, trial, used, network.epochs, immune=proposal is not None)
    goes_on_after = checkpoint.epoch if checkpoint else 0
    patiently(lambda: trials.start(db, job, used, tags, repeats=watch.stored - goes_on_after))
    most = _granted(bench, job, goes_on_after, watch)
    if most is None:
        reason = "its worker died, and time was up before another had finished an epoch"
        _end(bench, job, study, trial.number, "given_up", reason, None, 0, tags)
        return
    if job.attempt > 1:
        logger.info("trial %d adopted: goes on after epoch %d of %s", number, goes_on_after, network.epochs or "?")
    try:
        result, tags = _train(bench, job, network, checkpoint, seed, watch, tags, most)
    except TrialFailed as failure:
        _end(bench, job, study, trial.number, failure.state, failure.reason, None, 0, tags)
        return
    if watch.handed_back:
        patiently(lambda: trials.hand_back(db, job))
        logger.info("trial %d handed back at epoch %d", trial.number, len(result.epochs))
        return
    state, reason = _outcome(result, watch, network.epochs)
    tags |= as_tags(judge(used, result.epochs, state, reason))
    _end(bench, job, study, trial.number, state, reason, result.value, result.best_epoch, tags)


def _train(
    bench: Bench,
    job: Job,
    network: Network,
    checkpoint: Checkpoint | None,
    seed: int,
    watch: "_Watch",
    tags: Mapping[str, str],
    most: int,
) -> tuple[TrainResult, dict[str, str]]:
    began = time.monotonic()
    plan = TrainPlan(
        batch_size=None,
        epochs=most,
        monitor=bench.spec.objective.metric,
        direction=bench.spec.objective.direction,
        patience=bench.spec.search.patience,
        seed=seed,
        path=bench.path,
        health=True,
    )
    result = network.train(bench.dataset, bench.preprocessing, plan, checkpoint, watch)
    watch.note_params()
    model_tags = {}
    if result.best_epoch > 0 and not watch.handed_back:
        exported = network.export()
        if exported.problem:
            logger.warning("the model %s", exported.problem)
            model_tags["model"] = exported.problem
        # Not over the model of a worker that has taken this trial over.
        patiently(lambda: trials.renew(bench.db, job))
        bench.store.put(blob_name(job.study_name, job.ordinal, exported.name), exported.data)
        if not watch.pruned:
            answers = network.answers(bench.dataset)
            trial_files.keep(bench.store, job.study_name, job.ordinal, answers, network.in_words())
    seconds = time.monotonic() - began + watch.stored_seconds
    return result, {
        **tags,
        **model_tags,
        **_further_figures(bench, network, result),
        "path": result.path,
        "parameters": str(network.parameters()),
        "training_seconds": f"{seconds:.2f}",
    }


def _further_figures(bench: Bench, network: Network, result: TrainResult) -> dict[str, str]:
    """What further objectives ask for and nobody else measures."""
    found: dict[str, str] = {}
    for each in bench.spec.further_objectives if result.best_epoch else ():
        if each.metric == "latency_ms":
            found[each.metric] = f"{network.latency_ms(bench.dataset.validation.x):.4f}"
        elif each.metric not in COSTS:
            found[each.metric] = repr(float(result.epochs[result.best_epoch - 1].get(each.metric, math.nan)))
    return found


def _granted(bench: Bench, job: Job, done: int, watch: "_Watch") -> int | None:
    """Up to which epoch training may go on, where the study's time or its budget of epochs is spent by now.

    0 sets no bound; None: an adopted trial has no epoch to show, and no time for one.
    """
    view = patiently(lambda: view_study(bench.db, job.study_name))
    left_s = search_left_s(view, bench.spec)
    if job.attempt > 1 and left_s is not None:
        epoch_s = watch.last_seconds or patiently(lambda: trials.quickest_epoch(bench.db, job.study_name))
        if left_s <= 0 or left_s < epoch_s:
            watch.time_was_up = True
            return done or None
    if "epochs" not in rules.limits_of(view.options) or patiently(
        lambda: rules.grant(bench.db, job.study_name, job.ordinal, job.attempt, done + 1)
    ):
        return 0
    watch.rule = "the budget of epochs is spent"
    return done


def _checkpoint(bench: Bench, job: Job) -> Checkpoint | None:
    data = bench.store.get(blob_name(job.study_name, job.ordinal, job.checkpoint)) if job.checkpoint else None
    if data is None:
        return None
    try:
        found = Checkpoint.from_bytes(data)
        # Training that is one call of somebody's `fit` cannot be entered in its middle, and stores no weights.
        return found if found.weights else None
    except DataError as error:
        logger.warning("trial %s: %s", job.trial_number, error)
        return None


class _Watch:
    """What happens at each epoch's end: the checkpoint, the row, Optuna, and whether to go on.

    used: the configuration; code may ask for more of it while it trains. stored: how many epochs the rows hold from
    earlier attempts.
    """

    def __init__(
        self,
        bench: Bench,
        job: Job,
        trial: optuna.trial.Trial,
        used: Mapping[str, Value],
        planned: int | None,
        immune: bool,
    ) -> None:
        self._bench = bench
        self._job = job
        self._trial = trial
        self._immune = immune
        self._planned = planned
        self._used = used
        self._known = len(used)
        self._metric = bench.spec.objective.metric
        self._one_objective = len(bench.spec.objectives) == 1
        self._checkpoint = job.checkpoint
        self._system = SystemMetrics() if bench.study.options.get("system_metrics") else None
        frozen = patiently(lambda: bench.db.storage.get_trial(trial._trial_id))
        self._reported = set(frozen.intermediate_values)
        rows = patiently(lambda: trials.view_trial(bench.db, job.study_name, job.ordinal)).epochs
        self.stored = len(rows)
        self.stored_seconds = sum(row.seconds for row in rows)
        self.last_seconds = rows[-1].seconds if rows else 0.0
        for row in rows:
            # A worker that died between the row and Optuna left this to do.
            self._report(row.epoch, row.metrics, row.seconds)
        self.pruned = False
        self.handed_back = False
        self.time_was_up = False
        self.rule = ""

    def __call__(self, epoch: int, metrics: Metrics, seconds: float, checkpoint: Checkpoint) -> bool:
        db, job = self._bench.db, self._job
        self.note_params()
        if self._system is not None:
            metrics = {**metrics, **self._system()}
        view = EpochView(epoch, metrics, seconds, measured_at=time.time())
        best = checkpoint.epochs[checkpoint.best_epoch - 1].get(self._metric) if checkpoint.best_epoch else None
        # A name of its own: a worker that was robbed and does not know it writes beside, and the row, which only the
        # holder can write, says which one counts.
        name = f"checkpoint-{job.attempt}-{epoch}.npz"
        self._bench.store.put(blob_name(job.study_name, job.ordinal, name), checkpoint.to_bytes())
        patiently(lambda: trials.finish_epoch(db, job, view, best, checkpoint.best_epoch, name))
        if self._checkpoint:
            self._bench.store.drop(blob_name(job.study_name, job.ordinal, self._checkpoint))
        self._checkpoint = name
        self._report(epoch, metrics, seconds)
        # A baseline is there to be compared with, so it is trained to its end.
        self.pruned = self._one_objective and not self._immune and patiently(self._trial.should_prune)
        left_s = search_left_s(patiently(lambda: view_study(db, job.study_name)), self._bench.spec)
        # An epoch cannot be left in its middle: one that would not end in time is not begun.
        self.time_was_up = left_s is not None and left_s < seconds
        self.rule = self._rule(epoch, best)
        ends = self.pruned or self.time_was_up or bool(self.rule)
        self.handed_back = not ends and self._bench.hand_back()
        return not (ends or self.handed_back)

    def _rule(self, epoch: int, best: float | None) -> str:
        """Why a rule of the study ends this trial here, or nothing; otherwise its next epoch is granted."""
        db, job = self._bench.db, self._job
        view = patiently(lambda: view_study(db, job.study_name))
        limits = rules.limits_of(view.options)
        if reached(self._bench.spec, limits, best):
            patiently(lambda: rules.end(db, job.study_name, "target"))
            return "the target is reached"
        if view.ended == "target":
            return "another trial has reached the target"
        more = not (self.pruned or self.time_was_up) and epoch != self._planned
        if (
            more
            and "epochs" in limits
            and not patiently(lambda: rules.grant(db, job.study_name, job.ordinal, job.attempt, epoch + 1))
        ):
            return "the budget of epochs is spent"
        return ""

    def note_params(self) -> None:
        """Store what the code asked since."""
        if len(self._used) > self._known:
            patiently(lambda: trials.amend(self._bench.db, self._job, self._used))
            self._known = len(self._used)

    def _report(self, epoch: int, metrics: Metrics, seconds: float) -> None:
        # Code of its own may say the objective only in the end.
        value = metrics.get(self._metric, math.nan)
        # Optuna takes no epochs of studies with several objectives, and does not prune them.
        if self._one_objective and math.isfinite(value) and epoch not in self._reported:
            if self._bench.spec.search.cost == "seconds":
                patiently(lambda: note_seconds(self._trial, epoch, seconds))
            patiently(lambda: self._trial.report(value, epoch))
            self._reported.add(epoch)


def _outcome(result: TrainResult, watch: _Watch, planned: int | None) -> tuple[str, str]:
    """The trial's state and the reason, in our words. planned: epochs, where they are known."""
    epochs = len(result.epochs)
    early = planned is None or epochs < planned
    of = f"epoch {epochs}" if planned is None else f"epoch {epochs} of {planned}"
    if result.stopped == "diverged":
        return "diverged", result.reason
    if watch.pruned and early:
        return "pruned", f"pruned at {of}"
    if watch.rule and early:
        return "complete", f"{watch.rule}, at {of}"
    if watch.time_was_up and early:
        return "complete", f"time was up at {of}"
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
    told: Sequence[float] = (view.value or 0.0,)
    if len(bench.spec.objectives) > 1:
        ended_well = view.state == "complete"
        told = (values_of(bench.spec, view) if ended_well else None) or patiently(lambda: worst_values(study))
    patiently(lambda: tell(study, bench.db.storage, number, view.state, told))
    patiently(lambda: trials.settle(bench.db, job))
    bench.store.drop_all(blob_name(job.study_name, job.ordinal, "checkpoint-"))


def _deaths(bench: Bench, job: Job) -> str:
    last = patiently(lambda: trials.view_trial(bench.db, job.study_name, job.ordinal)).reason
    return f"given up: {trials.STRIKES} workers died on it without finishing an epoch between" + (
        f" ({last})" if last else ""
    )
