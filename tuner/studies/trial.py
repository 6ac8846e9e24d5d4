"""One trial, from the search space to the record.

Owns: the order of things - ask, build, train, store each epoch, end, tell - such that a worker may die between any two
of them and another goes on.
Leaves to others: which trial (database), how to train (training), when to deliver to MLflow (projection).
"""

import logging
import math
import time
from collections.abc import Mapping, Sequence

import optuna

from tuner.database import leases, trials
from tuner.database.trials import FAILED, Job
from tuner.errors import TrialFailed
from tuner.search.algorithms import trial_seed
from tuner.search.optuna_study import (
    adopt,
    baseline_proposal,
    open_optuna_study,
    tell,
    trial_template,
    worst_values,
)
from tuner.spec.objectives import COSTS
from tuner.spec.space import Value
from tuner.studies import trial_files
from tuner.studies.epoch_callback import EpochCallback
from tuner.studies.job_guard import Checkpoints, given_up, holding
from tuner.studies.network_building import ask_network
from tuner.studies.pareto import values_of
from tuner.studies.status import NOT_SCORED
from tuner.studies.study_context import StudyContext
from tuner.training.checkpoint import Checkpoint
from tuner.training.health.diagnosis import as_tags, judge
from tuner.training.network import Network
from tuner.training.plan import TrainPlan, TrainResult

logger = logging.getLogger(__name__)


def run_trial(context: StudyContext, job: Job) -> None:
    """Run the trial that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(context, job):
        _run(context, job)


def _run(context: StudyContext, job: Job) -> None:
    db, spec = context.db, context.spec
    study = open_optuna_study(db.storage, context.study.study_name, spec, context.study.seed, job.ordinal)
    proposal = baseline_proposal(spec, job.ordinal)
    number = job.trial_number
    if number is None:
        template = trial_template(job.ordinal, proposal)
        number = trials.fill(db, job, template, proposal[0] if proposal else "")
    trial = adopt(study, db.storage, number)
    if job.state != "running":
        _settle(context, job, study, trial.number)
        return
    if job.given_up:
        last = trials.view_trial(db, job.study_name, job.ordinal).reason
        _end(context, job, study, trial.number, "given_up", given_up(last), None, 0, {})
        return
    used: dict[str, Value] = {}
    seed = trial_seed(context.study.seed, job.ordinal, "training")
    tags = {**context.tags, "seed": str(seed)}
    baseline = spec.baselines[job.ordinal].params if proposal is not None else None
    try:
        network = ask_network(spec, context.dataset.info, context.code, trial, baseline, used, seed)
    except TrialFailed as failure:
        trials.start(db, job, used, tags)
        _end(context, job, study, trial.number, failure.state, failure.reason, None, 0, tags)
        return
    checkpoints = Checkpoints(context.store, job)
    checkpoint = checkpoints.last()
    watch = EpochCallback(context, job, checkpoints, trial, used, network.epochs, never_prune=proposal is not None)
    goes_on_after = checkpoint.epoch if checkpoint else 0
    trials.start(db, job, used, tags, repeats=watch.stored - goes_on_after)
    most = watch.granted(goes_on_after)
    if most is None:
        reason = "its worker died, and time was up before another had finished an epoch"
        _end(context, job, study, trial.number, "given_up", reason, None, 0, tags)
        return
    if job.attempt > 1:
        logger.info("trial %d adopted: goes on after epoch %d of %s", number, goes_on_after, network.epochs or "?")
    try:
        result, tags = _train(context, job, network, checkpoint, seed, watch, tags, most)
    except TrialFailed as failure:
        _end(context, job, study, trial.number, failure.state, failure.reason, None, 0, tags)
        return
    if watch.handed_back:
        leases.hand_back(db, job.lease)
        logger.info("trial %d handed back at epoch %d", trial.number, len(result.epochs))
        return
    state, reason = _outcome(result, watch, network.epochs)
    tags |= as_tags(judge(used, result.epochs, state, reason))
    _end(context, job, study, trial.number, state, reason, result.value, result.best_epoch, tags)


def _train(
    context: StudyContext,
    job: Job,
    network: Network,
    checkpoint: Checkpoint | None,
    seed: int,
    watch: EpochCallback,
    tags: Mapping[str, str],
    most: int,
) -> tuple[TrainResult, dict[str, str]]:
    began = time.monotonic()
    plan = TrainPlan(
        batch_size=None,
        epochs=most,
        monitor=context.spec.objective.metric,
        direction=context.spec.objective.direction,
        patience=context.spec.search.patience,
        seed=seed,
        path=context.path,
        health=True,
    )
    context.watch.step("first epoch", whole=network.fits_itself)
    result = network.train(context.dataset, context.preprocessing, plan, checkpoint, watch)
    context.watch.step("finishing")
    watch.note_params()
    model_tags = {}
    if result.best_epoch > 0 and not watch.handed_back:
        exported = network.export()
        if exported.problem:
            logger.warning("the model %s", exported.problem)
            model_tags["model"] = exported.problem
        # Not over the model of a worker that has taken this trial over.
        leases.renew(context.db, job.lease)
        context.store.put(job.blob_name(exported.name), exported.data)
        if not watch.pruned:
            why = network.why_not_scored(context.dataset, result.epochs[result.best_epoch - 1])
            model_tags |= {NOT_SCORED: why} if why else {}
            answers = network.answers(context.dataset)
            trial_files.keep(context.store, job.study_name, job.ordinal, answers, network.in_words())
    seconds = time.monotonic() - began + watch.stored_seconds
    return result, {
        **tags,
        **model_tags,
        **_further_figures(context, network, result),
        "path": result.path,
        "parameters": str(network.parameters()),
        "training_seconds": f"{seconds:.2f}",
    }


def _further_figures(context: StudyContext, network: Network, result: TrainResult) -> dict[str, str]:
    """What further objectives ask for and nobody else measures."""
    found: dict[str, str] = {}
    for each in context.spec.further_objectives if result.best_epoch else ():
        if each.metric == "latency_ms":
            found[each.metric] = f"{network.latency_ms(context.dataset.validation.x):.4f}"
        elif each.metric not in COSTS:
            found[each.metric] = repr(float(result.epochs[result.best_epoch - 1].get(each.metric, math.nan)))
    return found


def _outcome(result: TrainResult, watch: EpochCallback, planned: int | None) -> tuple[str, str]:
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
    context: StudyContext,
    job: Job,
    study: optuna.Study,
    number: int,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    tags: Mapping[str, str],
) -> None:
    # What Optuna is told of a failure is made up for its sampler; the record has what was measured, which is nothing.
    final = None if state in FAILED else value
    trials.finish(context.db, job, state, reason, final, best_epoch, tags)
    logger.info("trial %d %s: %s %s", number, state, "-" if final is None else f"{final:.4f}", reason)
    _settle(context, job, study, number)


def _settle(context: StudyContext, job: Job, study: optuna.Study, number: int) -> None:
    view = trials.view_trial(context.db, job.study_name, job.ordinal)
    told: Sequence[float] | None = None if view.value is None else (view.value,)
    if len(context.spec.objectives) > 1:
        told = values_of(context.spec, view) if view.state == "complete" else None
    final = told or worst_values(study)
    tell(study, context.db.storage, number, view.state, final, view.reason)
    trials.settle(context.db, job)
    Checkpoints(context.store, job).drop_all()
