"""A program asks for a trial, to train what is not Keras, or not Python: under leases, and of the budget, as workers.

Leaves to others: what becomes of the trial (external_reporting), asking over HTTP (web).

What a silent program left is given to one that has been asking for a while, as workers take over from each other: the
same trial, with the epochs that are stored. A program that has checkpoints of its own may go on from there; one that
begins anew reports its epochs again, which are answered as known and not stored twice.
"""

from dataclasses import replace

from tuner.database import budget, programs, runs, studies
from tuner.database.connection import Database
from tuner.database.leases import LEASE_S
from tuner.database.runs import Job, RunView
from tuner.database.studies import StudyView
from tuner.database.trial_facts import TrialFacts
from tuner.hints import command
from tuner.runs.observers.port import Beginning, Decision
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.records import given_up
from tuner.runs.search_rules import search_rules
from tuner.search.algorithms import trial_seed
from tuner.search.suggest import answer_from
from tuner.service.external_ends import close, end_trial, external_study, settle
from tuner.service.external_views import Asked, AskedTrial, planned
from tuner.service.people import HERE, Person
from tuner.service.programs_here import ProgramsHere
from tuner.service.requests import AskRequest
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec
from tuner.studies import limits, stopping_rules

WAIT_S = 5.0
"""After so long a program asks again that was given no trial, where there may be one later."""

_NONE_NOW = "no trial is free: others are at its last ones, or as many train as may"


def ask(here: ProgramsHere, request: AskRequest, by: Person = HERE) -> Asked:
    """A trial for this program; or none, and whether there may be one later."""
    name = request.study_name
    view, spec = external_study(here.db, name, by)
    if view.finished_at is not None:
        return Asked.none(name, f"study {name!r} has ended")
    worker = f"{by.name}/{request.worker}"
    programs.enter(here.db, worker, name, request.host, "asking")
    here.records.watch(name)
    if view.timeout_s is not None and view.deadline_at is None:
        studies.start_clock(here.db, name)
        view = studies.view_study(here.db, name)
    stopping_rules.look(here.db, view, spec)
    late = limits.too_late(here.db, view, spec)
    while view.desired_state == "running":
        job = budget.take_own(here.db, name, worker) or budget.take(here.db, name, worker, late)
        if job is None:
            break
        trial = _begin(here, view, spec, job, request.host)
        if trial is not None:
            programs.enter(here.db, worker, name, request.host, "training")
            return Asked(study_name=name, trial=trial, wait_s=None, words="")
    over = close(here, spec, name, worker)
    view = studies.view_study(here.db, name)
    if not over and view.finished_at is None and view.desired_state == "running":
        return Asked.none(name, _NONE_NOW, WAIT_S)
    programs.leave(here.db, worker)
    if over or view.finished_at is not None:
        return Asked.none(name, f"study {name!r} has ended")
    return Asked.none(name, f"study {name!r} gives no trials now; go on with: {command('tune resume', name)}")


def _begin(here: ProgramsHere, view: StudyView, spec: StudySpec, job: Job, host: str) -> AskedTrial | None:
    """The trial, to be trained; None where it has ended, and only that was left to be told."""
    row = runs.view_trial(here.db, view.study_name, job.ordinal)
    if row.state != "running":
        settle(here.db, here.optuna_trial(view, spec, job), job)
        return None
    if job.given_up:
        end_trial(here, view, spec, job, row, "given_up", given_up(row.reason))
        return None
    asked = here.optuna_trial(view, spec, job)
    job = replace(job, trial_number=asked.number)
    used: dict[str, Value] = {}
    spec.configure(answer_from(asked.trial, spec.space, used))
    seed = trial_seed(view.seed, job.ordinal, "training")
    runs.start(here.db, job, TrialFacts(host=host, device=programs.PROGRAM, seed=seed), used)
    row = runs.view_trial(here.db, view.study_name, job.ordinal)
    if job.attempt > 1 and (decision := _at_adoption(here.db, view, spec, job, row, asked)) is not None:
        if row.epochs:
            end_trial(here, view, spec, job, row, decision.state, decision.reason)
        else:
            why = "its program was silent, and time was up before another had finished an epoch"
            end_trial(here, view, spec, job, row, "given_up", why)
        return None
    return AskedTrial(
        trial_number=asked.number,
        baseline=row.baseline or None,
        params=used,
        seed=seed,
        epochs=len(row.epochs),
        attempt=job.attempt,
        lease=f"{job.worker_id}#{job.attempt}",
        lease_s=LEASE_S,
    )


def _at_adoption(
    db: Database, view: StudyView, spec: StudySpec, job: Job, row: RunView, asked: OptunaTrial
) -> Decision | None:
    beginning = Beginning(
        epoch=len(row.epochs), planned=planned(row.params), look=lambda: view, rows=row.epochs, attempt=job.attempt,
    )  # fmt: skip
    for rule in search_rules(db, spec, job, asked):
        decision = rule.begins(beginning)
        beginning.decision = beginning.decision or decision
    return beginning.decision
