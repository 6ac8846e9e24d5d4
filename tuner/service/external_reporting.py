"""A program reports on the trial that it was given, and tells its end.

Owns: the same row, pruning and limits as of a worker's trial, a step a call; that each call may be sent again.
Leaves to others: giving it (external_asking), how it ends (external_ends), the rules that end it early
(runs.search_rules).

Each raises NotFound, NotAllowed, and TrialLost where the trial is another program's by now.
"""

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NoReturn

from tuner.database import leases, programs, runs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.leases import LEASE_S, LeaseLost
from tuner.database.runs import CANCELLED, Job, RunView
from tuner.database.studies import StudyView
from tuner.errors import InputError, TrialLost
from tuner.runs.observers.port import EpochEnd
from tuner.runs.search_rules import search_rules
from tuner.service.external_ends import (
    best_of,
    close,
    end_trial,
    external_study,
    objective_values,
    settle,
    settle_cancelled,
)
from tuner.service.external_views import Standing, planned, standing
from tuner.service.pages import trial_of
from tuner.service.people import HERE, Person
from tuner.service.programs_here import ProgramsHere
from tuner.service.requests import HeldTrial, ReportRequest, TellRequest
from tuner.spec.study_spec import StudySpec
from tuner.training.plan import EpochResult
from tuner.training.stopping import out_of_patience

Figures = Mapping[str, float]


def report(here: ProgramsHere, request: ReportRequest, by: Person = HERE) -> Standing:
    """Store an epoch; says whether to train another. Sent again, it is answered again and stored once.

    Where the answer is to stop, the trial has ended, but for its last planned epoch. Raises TrialLost, InputError.
    """
    view, spec = external_study(here.db, request.study_name, by)
    row = trial_of(here.db, request.study_name, request.trial)
    job = _held(row, request, by)
    if row.state != "running":
        return _over(here, view, spec, job, row)
    done = len(row.epochs)
    if request.epoch > done + 1:
        raise InputError(f"epoch {request.epoch} of {row.trial_in_words}: the next one is epoch {done + 1}.")
    try:
        if request.epoch < done:
            leases.renew(here.db, job.lease)
            return standing(row)
        if request.epoch == done:
            leases.renew(here.db, job.lease)
        else:
            row = _store(here.db, spec, job, row, request.metrics, request.seconds)
        decision = _decided(here, view, spec, job, row, request.metrics)
        if decision is None:
            programs.lives(here.db, job.worker_id)
            return standing(row)
        return _ended(here, view, spec, job, row, *decision)
    except LeaseLost as lost:
        return _taken(here.db, row, lost)


def tell(here: ProgramsHere, request: TellRequest, by: Person = HERE) -> Standing:
    """The trial has ended. Told again, or where it was ended before, this answers how it did.

    Raises TrialLost, and InputError for a complete trial of which no epoch has the objective.
    """
    view, spec = external_study(here.db, request.study_name, by)
    row = trial_of(here.db, request.study_name, request.trial)
    job = _held(row, request, by)
    if row.state != "running":
        return _over(here, view, spec, job, row)
    try:
        known = row.epochs[-1].metrics if row.epochs else None
        if request.metrics and request.metrics != known:
            row = _store(here.db, spec, job, row, request.metrics, None)
        state, reason = request.state, request.reason
        if state == "complete" and (fault := _diverged(spec, row, request.metrics or {})) is not None:
            return _ended(here, view, spec, job, row, "diverged", fault)
        if state == "complete" and best_of(spec, row.epochs)[0] is None:
            raise InputError(
                f"{row.trial_in_words} of study {row.study_name!r} has no {spec.objective.metric} yet: report an "
                "epoch with it, or tell it among the metrics."
            )
        if state == "failed" and not reason:
            reason = "its program says that it failed"
        return _ended(here, view, spec, job, row, state, reason)
    except LeaseLost as lost:
        return _taken(here.db, row, lost)


def keep(here: ProgramsHere, request: HeldTrial, by: Person = HERE) -> Standing:
    """The program is at it still, such as in a long epoch. Raises TrialLost."""
    external_study(here.db, request.study_name, by)
    row = trial_of(here.db, request.study_name, request.trial)
    job = _held(row, request, by)
    if row.state == "running":
        try:
            leases.renew(here.db, job.lease)
        except LeaseLost as lost:
            return _taken(here.db, row, lost)
        programs.lives(here.db, job.worker_id)
    return standing(row)


def hand_back(here: ProgramsHere, request: HeldTrial, by: Person = HERE) -> Standing:
    """Leave it to whoever asks next, with the epochs that are stored. Raises TrialLost."""
    external_study(here.db, request.study_name, by)
    row = trial_of(here.db, request.study_name, request.trial)
    job = _held(row, request, by)
    if row.state == "running":
        leases.hand_back(here.db, job.lease)
        programs.leave(here.db, job.worker_id)
    return standing(row).model_copy(update={"go_on": False, "reason": "handed back"})


def _store(db: Database, spec: StudySpec, job: Job, row: RunView, metrics: Figures, seconds: float | None) -> RunView:
    """Its next epoch. Raises LeaseLost."""
    now = time.time()
    since = row.epochs[-1].measured_at if row.epochs else row.started_at
    took = max(0.0, now - since) if seconds is None else seconds
    epochs = (*row.epochs, EpochView(len(row.epochs) + 1, metrics, took, now, job.worker_id))
    value, at = best_of(spec, epochs)
    runs.finish_epoch(db, job, epochs[-1], value, at)
    return replace(row, epochs=epochs, value=value, best_epoch=at)


def _decided(
    here: ProgramsHere, view: StudyView, spec: StudySpec, job: Job, row: RunView, told: Figures
) -> tuple[str, str] | None:
    """The state in which its last epoch ends it, and why; None lets it go on. told: the figures of that epoch."""
    if (fault := _diverged(spec, row, told)) is not None:
        return "diverged", fault
    last, most = row.epochs[-1], planned(row.params)
    patience, metric = spec.search.patience, spec.objective.metric
    tired = out_of_patience(objective_values(spec, row.epochs), spec.objective.direction, patience)
    result = EpochResult(
        member=0, epoch=last.epoch, metrics=last.metrics, seconds=last.seconds, best_epoch=row.best_epoch,
        best=row.value, ended="patience" if tired else None, reason="", checkpoint=_no_checkpoint,
    )  # fmt: skip
    end = EpochEnd(epoch=last.epoch, planned=most, look=lambda: view, result=result)
    asked = here.optuna_trial(view, spec, job)
    for rule in search_rules(here.db, spec, job, asked, row.epochs):
        decision = rule.epoch_ended(end)
        end.decision = end.decision or decision
    if end.decision is not None and last.epoch != most:
        return end.decision.state, end.decision.reason
    if tired:
        return "complete", f"no better {metric} in {patience} epochs, at {end.words}"
    return None


def _ended(
    here: ProgramsHere, view: StudyView, spec: StudySpec, job: Job, row: RunView, state: str, reason: str
) -> Standing:
    end_trial(here, view, spec, job, row, state, reason)
    close(here, spec, row.study_name, job.worker_id)
    programs.leave(here.db, job.worker_id)
    return standing(trial_of(here.db, row.study_name, row.trial_number or 0))


def _over(here: ProgramsHere, view: StudyView, spec: StudySpec, job: Job, row: RunView) -> Standing:
    """It has ended; where the server died before that was told, it is told now."""
    if not row.finalized:
        with suppress(LeaseLost):
            if row.state == CANCELLED:
                settle_cancelled(here.db, view, spec, job.worker_id)
            else:
                settle(here.db, here.optuna_trial(view, spec, job), job)
        close(here, spec, row.study_name, job.worker_id)
    programs.leave(here.db, job.worker_id)
    return standing(row)


def _held(row: RunView, request: HeldTrial, by: Person) -> Job:
    """Raises TrialLost where it is not this lease's."""
    worker_id, sign, attempt = request.lease.rpartition("#")
    if not sign or not attempt.isdecimal():
        raise InputError(f"lease: {request.lease!r} is none that the answer to an ask gave.")
    mine = (worker_id, int(attempt)) == (row.worker_id, row.attempt)
    # Of a trial that a person has ended, the row names nobody any more.
    if not mine and (row.state != CANCELLED or not worker_id.startswith(f"{by.name}/")):
        raise _lost(row)
    return Job(row.study_name, "search", 0, row.ordinal, int(attempt), worker_id, row.ordinal, row.trial_number)


def _taken(db: Database, row: RunView, lost: LeaseLost) -> Standing:
    """It was taken in the middle of a call: by a person who ended it, which is an answer, or by another program."""
    now = trial_of(db, row.study_name, row.trial_number or 0)
    if now.state == CANCELLED:
        return standing(now)
    raise _lost(row) from lost


def _lost(row: RunView) -> TrialLost:
    return TrialLost(
        f"{row.trial_in_words} of study {row.study_name!r} is another program's by now: this one was silent for "
        f"{LEASE_S:.0f} seconds, gave it back, or asked again. Ask for another trial."
    )


def _diverged(spec: StudySpec, row: RunView, told: Figures) -> str | None:
    """told: by the program, of the last epoch: what is not a number is not stored."""
    metric = spec.objective.metric
    return None if math.isfinite(told.get(metric, 0.0)) else f"{metric} is not finite at epoch {len(row.epochs)}"


def _no_checkpoint() -> NoReturn:
    raise TypeError("a program keeps its checkpoints itself")
