"""One finalist: a trial's configuration trained again with another seed, or the winner's on all rows for use.

Owns: the order of things - train, store each epoch, score a final on the test rows, end - such that a worker may die
between any two of them and another goes on.
Leaves to others: which configuration and seed (finalists), how to train (training), who holds the job (database).
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tuner.data.dataset import Dataset, Rows
from tuner.database import finalists, leases, trials
from tuner.database.epochs import EpochView
from tuner.database.finalists import FinalistJob
from tuner.database.studies import view_study
from tuner.errors import TrialFailed
from tuner.studies.job_guard import Checkpoints, given_up, holding
from tuner.studies.network_building import fixed_network
from tuner.studies.scoring import score
from tuner.studies.study_context import StudyContext
from tuner.training.networks.models import load_bytes
from tuner.training.plan import EpochResult, TrainPlan, TrainResult, Verdict

logger = logging.getLogger(__name__)

_WATCHED_ROWS = 256


def run_finalist(context: StudyContext, job: FinalistJob) -> None:
    """Run the finalist that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(context, job):
        _run(context, job)


def all_rows(context: StudyContext) -> StudyContext:
    """The same context with the validation rows among the training rows, made once a worker.

    The few rows that are left to watch the training are trained on: what is measured on them says nothing.
    """
    if context.whole is None:
        data, info = context.dataset, context.dataset.info
        train = Rows(
            np.concatenate([data.train.x, data.validation.x]), np.concatenate([data.train.y, data.validation.y])
        )
        watched = Rows(data.validation.x[:_WATCHED_ROWS], data.validation.y[:_WATCHED_ROWS])
        rows = replace(info, train_rows=len(train), validation_rows=len(watched))
        # Rows are kept ready on the device by their digest, so these have one of their own.
        whole = Dataset(rows, train, watched, data.test, f"{data.digest}-all")
        context.whole = replace(context, dataset=whole, fitted={})
    return context.whole


def _run(context: StudyContext, job: FinalistJob) -> None:
    db, plan = context.db, job.plan
    final = plan.kind == "final"
    here = all_rows(context) if final else context
    trial = trials.view_trial(db, job.study_name, plan.trial_ordinal)
    tags = {
        **context.tags,
        "seed": str(plan.seed),
        "seed_number": str(plan.seed_number),
        "kind": plan.kind,
        "learnt_from": "training and validation rows" if final else "training rows",
        "rows_train": str(len(here.dataset.train)),
    }
    finalists.start(db, job, tags)
    if job.given_up:
        last = finalists.view_finalist(db, job.study_name, job.round, job.ordinal).reason
        _end(context, job, "given_up", given_up(last), None, 0, tags)
        return
    checkpoints = Checkpoints(context.store, job)
    watch = _Watch(context, job, checkpoints)
    train_plan = TrainPlan(
        batch_size=None,
        epochs=plan.epochs,
        monitor=context.spec.objective.metric,
        direction=context.spec.objective.direction,
        patience=None if final else context.spec.search.patience,
        seed=plan.seed,
        path=context.path,
        keep="mean" if final else "best",
    )
    began = time.monotonic()
    try:
        network = fixed_network(context.spec, here.dataset.info, context.code, trial.params, plan.seed)
        context.watch.step("first epoch", whole=network.fits_itself)
        result = network.train(here.dataset, here.preprocessing, train_plan, checkpoints.last(), watch)
        context.watch.step("finishing")
    except TrialFailed as failure:
        _end(context, job, failure.state, failure.reason, None, 0, tags)
        return
    if watch.handed_back:
        leases.hand_back(db, job.lease)
        return
    tags |= {
        "path": result.path,
        "parameters": str(network.parameters()),
        "training_seconds": f"{time.monotonic() - began:.2f}",
        **({"averaged_epochs": str(result.averaged)} if final else {}),
    }
    state, reason = _outcome(result, watch, plan.epochs or network.epochs or 0)
    value = None if state in trials.FAILED else result.value
    test: Mapping[str, float] | None = None
    if final and value is not None:
        # Its own figures are of rows that it has learnt; what is known of it is its configuration's.
        value = known_value(context, job)
    if final and state == "complete":
        exported = network.export()
        whole = exported.name == "model.keras"
        # A worker that died after it had scored this left the figures.
        known = finalists.view_finalist(db, job.study_name, job.round, job.ordinal).test
        try:
            scored = known or score(load_bytes(exported.data) if whole else network.for_use(), context.dataset)
        except TrialFailed as failure:
            _end(context, job, failure.state, failure.reason, None, 0, tags)
            return
        # This also makes sure that it is not put over the model of a worker that has taken this over.
        finalists.keep_score(db, job, scored)
        test = scored
        context.store.put(job.blob_name(exported.name), exported.data)
    _end(context, job, state, reason, value, result.best_epoch, tags, test)


def known_value(context: StudyContext, job: FinalistJob) -> float | None:
    """The mean objective of a configuration over its seeds; that of its trial where it was compared with none."""
    views = finalists.view_finalists(context.db, job.study_name, job.round)
    values = [
        view.value
        for view in views
        if view.plan.kind == "compare"
        and view.plan.trial_ordinal == job.plan.trial_ordinal
        and view.state == "complete"
        and view.value is not None
    ]
    if values:
        return float(np.mean(values))
    return trials.view_trial(context.db, job.study_name, job.plan.trial_ordinal).value


class _Watch:
    """What happens at each epoch's end: the checkpoint, the row, and whether to go on."""

    def __init__(self, context: StudyContext, job: FinalistJob, checkpoints: Checkpoints) -> None:
        self._context = context
        self._job = job
        self._checkpoints = checkpoints
        self.dropped = ""
        self.handed_back = False
        self.time_was_up = False

    def __call__(self, result: EpochResult) -> Verdict:
        db, job = self._context.db, self._job
        epoch, metrics, seconds = result.epoch, result.metrics, result.seconds
        best: float | None = result.best
        self._context.watch.epoch(seconds)
        if job.plan.kind == "final":
            metrics, best = {name: each for name, each in metrics.items() if not name.startswith("val_")}, None
        view = EpochView(epoch, metrics, seconds, measured_at=time.time())
        name = self._checkpoints.put(epoch, result.checkpoint())
        at = result.best_epoch
        self.dropped = finalists.finish_epoch(db, job, view, best, at, name)
        self._checkpoints.counts(name)
        left_s = view_study(db, job.study_name).left_s
        self.time_was_up = left_s is not None and left_s < seconds
        ends = bool(self.dropped) or self.time_was_up
        self.handed_back = not ends and self._context.hand_back()
        return "release" if self.handed_back else "stop" if ends else "go_on"


def _outcome(result: TrainResult, watch: _Watch, planned: int) -> tuple[str, str]:
    epochs = len(result.epochs)
    if result.stopped == "diverged":
        return "diverged", result.reason
    if epochs < planned and watch.dropped:
        return "pruned", f"{watch.dropped}; stopped at epoch {epochs} of {planned}"
    if epochs < planned and watch.time_was_up:
        return "pruned", f"time was up at epoch {epochs} of {planned}"
    return "complete", result.reason


def _end(
    context: StudyContext,
    job: FinalistJob,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    tags: Mapping[str, str],
    test: Mapping[str, float] | None = None,
) -> None:
    finalists.finish(context.db, job, state, reason, value, best_epoch, tags, test)
    plan = job.plan
    logger.info("finalist %d, trial %d seed %d: %s %s", job.ordinal, plan.trial_number, plan.seed_number, state, reason)
    Checkpoints(context.store, job).drop_all()
