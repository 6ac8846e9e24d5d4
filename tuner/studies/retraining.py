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
from tuner.database.connection import patiently
from tuner.database.epochs import EpochView
from tuner.database.finalists import FinalistJob
from tuner.database.studies import view_study
from tuner.errors import TrialFailed
from tuner.studies.asking import fixed_network
from tuner.studies.bench import Bench
from tuner.studies.held import Checkpoints, given_up, holding
from tuner.studies.scoring import score
from tuner.training.checkpoint import Checkpoint
from tuner.training.models import load_bytes
from tuner.training.plan import Metrics, TrainPlan, TrainResult

logger = logging.getLogger(__name__)

_WATCHED_ROWS = 256


def run_finalist(bench: Bench, job: FinalistJob) -> None:
    """Run the finalist that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(bench, job):
        _run(bench, job)


def all_rows(bench: Bench) -> Bench:
    """The same bench with the validation rows among the training rows, made once a worker.

    The few rows that are left to watch the training are trained on: what is measured on them says nothing.
    """
    if bench.whole is None:
        data, info = bench.dataset, bench.dataset.info
        train = Rows(
            np.concatenate([data.train.x, data.validation.x]), np.concatenate([data.train.y, data.validation.y])
        )
        watched = Rows(data.validation.x[:_WATCHED_ROWS], data.validation.y[:_WATCHED_ROWS])
        rows = replace(info, train_rows=len(train), validation_rows=len(watched))
        # Rows are kept ready on the device by their digest, so these have one of their own.
        whole = Dataset(rows, train, watched, data.test, f"{data.digest}-all")
        bench.whole = replace(bench, dataset=whole, fitted={})
    return bench.whole


def _run(bench: Bench, job: FinalistJob) -> None:
    db, plan = bench.db, job.plan
    final = plan.kind == "final"
    here = all_rows(bench) if final else bench
    trial = patiently(lambda: trials.view_trial(db, job.study_name, plan.trial_ordinal))
    tags = {
        **bench.tags,
        "seed": str(plan.seed),
        "seed_number": str(plan.seed_number),
        "kind": plan.kind,
        "learnt_from": "training and validation rows" if final else "training rows",
        "rows_train": str(len(here.dataset.train)),
    }
    patiently(lambda: finalists.start(db, job, tags))
    if job.given_up:
        last = patiently(lambda: finalists.view_finalist(db, job.study_name, job.round, job.ordinal)).reason
        _end(bench, job, "given_up", given_up(last), None, 0, tags)
        return
    checkpoints = Checkpoints(bench.store, job)
    watch = _Watch(bench, job, checkpoints)
    train_plan = TrainPlan(
        batch_size=None,
        epochs=plan.epochs,
        monitor=bench.spec.objective.metric,
        direction=bench.spec.objective.direction,
        patience=None if final else bench.spec.search.patience,
        seed=plan.seed,
        path=bench.path,
        keep="mean" if final else "best",
    )
    began = time.monotonic()
    try:
        network = fixed_network(bench.spec, here.dataset.info, bench.code, trial.params, plan.seed)
        bench.watch.step("first epoch", whole=network.fits_itself)
        result = network.train(here.dataset, here.preprocessing, train_plan, checkpoints.last(), watch)
        bench.watch.step("finishing")
    except TrialFailed as failure:
        _end(bench, job, failure.state, failure.reason, None, 0, tags)
        return
    if watch.handed_back:
        patiently(lambda: leases.hand_back(db, job.lease))
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
        value = patiently(lambda: known_value(bench, job))
    if final and state == "complete":
        exported = network.export()
        whole = exported.name == "model.keras"
        # A worker that died after it had scored this left the figures.
        known = patiently(lambda: finalists.view_finalist(db, job.study_name, job.round, job.ordinal)).test
        try:
            scored = known or score(load_bytes(exported.data) if whole else network.for_use(), bench.dataset)
        except TrialFailed as failure:
            _end(bench, job, failure.state, failure.reason, None, 0, tags)
            return
        # This also makes sure that it is not put over the model of a worker that has taken this over.
        patiently(lambda: finalists.keep_score(db, job, scored))
        test = scored
        bench.store.put(job.blob_name(exported.name), exported.data)
    _end(bench, job, state, reason, value, result.best_epoch, tags, test)


def known_value(bench: Bench, job: FinalistJob) -> float | None:
    """The mean objective of a configuration over its seeds; that of its trial where it was compared with none."""
    views = finalists.view_finalists(bench.db, job.study_name, job.round)
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
    return trials.view_trial(bench.db, job.study_name, job.plan.trial_ordinal).value


class _Watch:
    """What happens at each epoch's end: the checkpoint, the row, and whether to go on."""

    def __init__(self, bench: Bench, job: FinalistJob, checkpoints: Checkpoints) -> None:
        self._bench = bench
        self._job = job
        self._metric = bench.spec.objective.metric
        self._checkpoints = checkpoints
        self.dropped = ""
        self.handed_back = False
        self.time_was_up = False

    def __call__(self, epoch: int, metrics: Metrics, seconds: float, checkpoint: Checkpoint) -> bool:
        db, job = self._bench.db, self._job
        self._bench.watch.epoch(seconds)
        best: float | None = checkpoint.epochs[checkpoint.best_epoch - 1].get(self._metric)
        if job.plan.kind == "final":
            metrics, best = {name: each for name, each in metrics.items() if not name.startswith("val_")}, None
        view = EpochView(epoch, metrics, seconds, measured_at=time.time())
        name = self._checkpoints.put(epoch, checkpoint)
        at = checkpoint.best_epoch
        self.dropped = patiently(lambda: finalists.finish_epoch(db, job, view, best, at, name))
        self._checkpoints.counts(name)
        left_s = patiently(lambda: view_study(db, job.study_name)).left_s
        self.time_was_up = left_s is not None and left_s < seconds
        ends = bool(self.dropped) or self.time_was_up
        self.handed_back = not ends and self._bench.hand_back()
        return not (ends or self.handed_back)


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
    bench: Bench,
    job: FinalistJob,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    tags: Mapping[str, str],
    test: Mapping[str, float] | None = None,
) -> None:
    patiently(lambda: finalists.finish(bench.db, job, state, reason, value, best_epoch, tags, test))
    plan = job.plan
    logger.info("finalist %d, trial %d seed %d: %s %s", job.ordinal, plan.trial_number, plan.seed_number, state, reason)
    Checkpoints(bench.store, job).drop_all()
