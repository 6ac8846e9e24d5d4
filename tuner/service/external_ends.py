"""How a trial of a program ends, and its study: told to Optuna, and closed with what came of it.

Owns: the order - its row, Optuna, its place of the budget - such that whoever comes after a crash goes on from there.
Leaves to others: why a trial ends (external_trials), closing a study once (studies.ending).
"""

import math
from collections.abc import Sequence
from typing import Any

from tuner.analysis.importance import outcome_figures
from tuner.database import budget, runs, studies
from tuner.database.closings import Closing
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.facts import Outcome
from tuner.database.runs import FAILED, INFEASIBLE, Job, RunView
from tuner.database.studies import StudyView
from tuner.database.trial_facts import TrialFacts
from tuner.errors import StudyConflict
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.records import Ending, StoredRecord
from tuner.service.people import Person, check_may_change
from tuner.service.programs_here import ProgramsHere
from tuner.spec.objectives import COSTS
from tuner.spec.study_spec import StudySpec
from tuner.studies import outcome
from tuner.studies.ending import end_if_over
from tuner.studies.feasibility import why_infeasible
from tuner.studies.status import study_status
from tuner.studies.stored_study import is_external, spec_of
from tuner.training.stopping import best_epoch


def external_study(db: Database, study_name: str, by: Person) -> tuple[StudyView, StudySpec]:
    view = studies.view_study(db, study_name)
    check_may_change(by, view)
    spec = spec_of(view)
    if not spec.external:
        raise StudyConflict(
            f"study {study_name!r} is of Keras networks, which workers train. Programs ask for trials of studies "
            "whose space says model: external."
        )
    return view, spec


def best_of(spec: StudySpec, epochs: Sequence[EpochView]) -> tuple[float | None, int]:
    """The objective at its best epoch, and which that is; None and 0 where no epoch has it."""
    values = objective_values(spec, epochs)
    at = best_epoch(values, spec.objective.direction)
    return (values[at - 1], at) if at else (None, 0)


def objective_values(spec: StudySpec, epochs: Sequence[EpochView]) -> list[float]:
    return [each.metrics.get(spec.objective.metric, math.nan) for each in epochs]


def end_trial(
    here: ProgramsHere, study: StudyView, spec: StudySpec, job: Job, row: RunView, state: str, reason: str
) -> None:
    """row: with all of its epochs. Raises LeaseLost."""
    value, at = best_of(spec, row.epochs)
    figures = row.epochs[at - 1].metrics if at else {}
    further = {name: figures[name] for name in spec.further_figures if math.isfinite(figures.get(name, math.nan))}
    # What a network costs has fields of its own, which a program that knows better fills.
    own: dict[str, Any] = {name: further.pop(name) for name in COSTS if name in further}
    own = {"training_seconds": round(row.seconds, 2), **own}
    facts = row.facts.with_more(TrialFacts.model_validate({**own, "figures": further}))
    if state == "complete" and (why := why_infeasible(spec, facts)):
        state, reason = INFEASIBLE, why
    known = None if state in FAILED else value
    StoredRecord(here.db, job).finish(Ending(state, reason, facts, known, at))
    settle(here.db, here.optuna_trial(study, spec, job), job)


def settle(db: Database, asked: OptunaTrial, job: Job) -> None:
    """Tell Optuna how it ended; its place of the budget is spent."""
    asked.tell()
    runs.finalize(db, job)


def settle_cancelled(db: Database, study: StudyView, spec: StudySpec, worker_id: str) -> None:
    """The same of those that a person has ended: no worker comes by that would do it."""
    while (job := budget.take_untold(db, study.study_name, worker_id)) is not None:
        settle(db, OptunaTrial(db, study, spec, job), job)


def _close_if_over(db: Database, spec: StudySpec, study_name: str, worker_id: str) -> bool:
    """End a study whose search is over; tells whether it was us."""

    def made(closing: Closing) -> Outcome:
        status = study_status(db, study_name)
        figures = outcome.figures_of_search(status, spec)
        if status.best is None:
            return Outcome(figures=figures)
        figures |= outcome_figures(spec, status.trials)
        return outcome.with_score(status.best, None, "", figures)

    return end_if_over(db, spec, study_name, worker_id, made)


def close(here: ProgramsHere, spec: StudySpec, study_name: str, worker_id: str) -> bool:
    if not _close_if_over(here.db, spec, study_name, worker_id):
        return False
    here.records.ended(study_name)
    return True


def look_after(here: ProgramsHere, study_name: str) -> None:
    """Close a study of programs that is over since a person has ended a trial, or asked for fewer: none may come by."""
    view = studies.view_study(here.db, study_name)
    if is_external(view) and view.desired_state == "running" and view.finished_at is None:
        close(here, spec_of(view), study_name, "server")
