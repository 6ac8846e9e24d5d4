"""A study as it is looked at: all that is known of it, its state in words, its best trial.

Leaves to others: what is asked of it (service), what is stored (stored_study), how it looks (cli, python, analysis).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuner.database import admission, leases, runs, studies, workers
from tuner.database.connection import Database
from tuner.database.runs import CANCELLED, RunView
from tuner.database.studies import StudyView
from tuner.database.tables import FINALISTS
from tuner.database.workers import WorkerView
from tuner.errors import NotFound, SpecError
from tuner.formatting import plural
from tuner.spec.metrics import Direction, sign
from tuner.studies.skipped_study import Reason, reasons
from tuner.studies.stopping_rules import why_ended
from tuner.studies.stored_study import spec_of

StudyState = Literal["waiting", "running", "stopping", "stopped", "interrupted", "cancelled", "finished"]
STARTING = "starting"
"""What a worker says that it does until its framework is there."""

CLOSING = "closing the study"
"""What a worker says that it does when the search is over: the winner's score, the report."""

DELIVERING = "delivering what is left to MLflow"
"""What a worker says that it does before it goes, where that takes a while."""

NOT_SCORED = "not_scored"
"""Why there are no figures on the test rows: a tag of a trial, and a word of the outcome."""

_NAMED = 3


@dataclass(frozen=True)
class StudyStatus:
    """All that is known of a study at one moment.

    counts: trials by state; `waiting` are places of the budget that no worker has taken. best: of the complete ones.
    why_ended: why trials of the budget are not run any more (`not_run`), in words.
    left_s: seconds to go, estimated from the pace so far; None where nothing is known yet. finalists: of this round.
    passed_over: why workers do not work on it, where they do not. silent_s: a worker that holds a run gives no sign of
    life, and others wait; after so many seconds it is free. reproductions: trials that were trained once more.
    waits: what it waits for before any worker may begin, or nothing.
    """

    study: StudyView
    state: StudyState
    trials: tuple[RunView, ...]
    workers: tuple[WorkerView, ...]
    counts: Mapping[str, int]
    best: RunView | None
    left_s: float | None
    finalists: tuple[RunView, ...] = ()
    why_ended: str = ""
    passed_over: tuple[Reason, ...] = ()
    silent_s: float | None = None
    reproductions: tuple[RunView, ...] = ()
    waits: str = ""

    @property
    def elapsed_s(self) -> float:
        """A study's duration: from the begin of its first trial to its end, or until now.

        While nobody works on it, to the last thing that happened. All by the database's clock.
        """
        if not self.trials:
            return 0.0
        return max(0.0, self._until - min([trial.started_at for trial in self.trials]))

    @property
    def _until(self) -> float:
        if self.study.finished_at is not None:
            return self.study.finished_at
        if self.state in ("running", "stopping"):
            return self.study.created_at + self.study.age_s
        return max(run.finished_at or run.last_epoch_at or run.started_at for run in (*self.trials, *self.finalists))

    @property
    def stage(self) -> str:
        """What is done now, beside the trials, or nothing.

        ``finalists 4 of 9``, ``training the winner on all rows, 1 of 3 seeds``.
        """
        if self.waits:
            return self.waits
        if self.silent_s is not None and self.state == "running":
            about_s = 20 * max(1, math.ceil(self.silent_s / 20))
            return f"a worker is silent; what it held is free in about {about_s} s"
        if self.study.finished_at is not None:
            return DELIVERING if any(worker.stage == DELIVERING for worker in self.workers) else ""
        if any(worker.stage == CLOSING for worker in self.workers):
            return CLOSING
        if not self.finalists:
            return ""
        finals = [each for each in self.finalists if each.role == "final"]
        shown = finals or self.finalists
        done = sum(each.finalized for each in shown)
        if finals:
            return f"training the winner on all rows, {done} of {plural(len(shown), 'seed')}"
        return f"finalists {done} of {len(shown)}"


def study_status(db: Database, study_name: str, epochs: bool = False) -> StudyStatus:
    """Look at a study. epochs: with each trial's epochs. Raises NotFound."""
    return status_of(
        db,
        studies.view_study(db, study_name),
        runs.view_runs(db, study_name, epochs),
        workers.view_workers(db),
    )


def status_of(db: Database, view: StudyView, every: Sequence[RunView], everyone: Sequence[WorkerView]) -> StudyStatus:
    """A study of which this was read. every: its runs, of all roles. everyone: the workers that live, of any study."""
    trials = tuple([each for each in every if each.role == "search"])
    others = [each for each in every if each.role != "search"]
    finalists = tuple(each for each in others if each.role in FINALISTS and each.round == view.round)
    active = tuple(each for each in everyone if each.study_name == view.study_name)
    counts = Counter([trial.state for trial in trials])
    silent_s = _silent_s(db, view, [each for each in (*trials, *finalists) if each.held], everyone)
    waits = silent_s is not None and any(each.study_name is None for each in everyone)
    spec = spec_of(view)
    why = why_ended(view, spec, len(trials))
    counts["not_run" if why else "waiting"] = max(0, view.trials - len(trials))
    return StudyStatus(
        study=view,
        state=_state(view, begun=bool(trials), active=bool(active) or waits, external=spec.external),
        trials=trials,
        workers=active,
        counts=dict(counts),
        best=_best(view, trials),
        left_s=_left_s(view, trials),
        why_ended=why,
        finalists=finalists,
        silent_s=silent_s,
        passed_over=reasons(db, view.study_name) if view.finished_at is None else (),
        reproductions=tuple(each for each in others if each.role == "reproduction"),
        waits=_waits(db, view),
    )


def all_statuses(db: Database) -> tuple[list[StudyStatus], dict[str, str]]:
    """Every study, the oldest first; and why those that this version cannot read are not among them, by their names."""
    found, unreadable = [], {}
    for view in studies.view_studies(db):
        try:
            found.append(study_status(db, view.study_name))
        except SpecError as error:
            unreadable[view.study_name] = str(error)
    return found, unreadable


def _state(view: StudyView, begun: bool, active: bool, external: bool) -> StudyState:
    """external: programs come and go, and between two of its trials nobody is there."""
    if view.finished_at is not None:
        return "finished"
    if view.desired_state == CANCELLED:
        return "cancelled"
    if view.desired_state == "stopping":
        return "stopping" if active else "stopped"
    if view.admitted_at is None:
        return "waiting"
    if active:
        return "running"
    return "interrupted" if begun and not external else "waiting"


def _waits(db: Database, view: StudyView) -> str:
    """Why no worker may begin a trial yet, in words."""
    if view.admitted_at is not None or view.finished_at is not None or view.desired_state != "running":
        return ""
    full = admission.why_it_waits(db, view.study_name)
    if full is None:
        return "waits for a worker"
    most = plural(full.most, "running study", "running studies")
    named = ", ".join(full.running[:_NAMED]) + (", ..." if len(full.running) > _NAMED else "")
    return f"waits: {full.owner} has {most}, the most ({named})"


def _silent_s(db: Database, view: StudyView, held: Sequence[RunView], everyone: Sequence[WorkerView]) -> float | None:
    living = {each.worker_id for each in everyone if each.seen_s < leases.GAP_S}
    if view.finished_at is not None or all(each.worker_id in living for each in held):
        return None
    return leases.free_in_s(db, view.study_name, living)


def _best(view: StudyView, every: tuple[RunView, ...]) -> RunView | None:
    """The winner, once the study has ended; before that, the best so far."""
    ordinal = view.outcome.best_ordinal if view.outcome else None
    chosen = next((trial for trial in every if trial.ordinal == ordinal), None)
    return chosen or best_trial(every, spec_of(view).objective.direction)


def best_trial(every: tuple[RunView, ...], direction: Direction) -> RunView | None:
    """The best complete trial; of equals, the earliest."""
    values = [trial.value for trial in every if trial.state == "complete" and trial.value is not None]
    if not values:
        return None
    # In two steps: of thousands of trials it is asked for at each look.
    best = max(values) if direction == "maximize" else min(values)
    same = [trial for trial in every if trial.state == "complete" and trial.value == best]
    return min(same, key=lambda trial: trial.ordinal, default=None)


def ranked(every: tuple[RunView, ...], direction: Direction) -> list[RunView]:
    """Trials from best to worst: complete, then pruned, running, failed; those without a value last of their kind."""
    kinds = {"complete": 0, "pruned": 1, "running": 2}

    def rank(trial: RunView) -> tuple[int, bool, float, int]:
        value = trial.value
        return kinds.get(trial.state, 3), value is None, -sign(direction) * (value or 0.0), trial.ordinal

    return sorted(every, key=rank)


def _left_s(view: StudyView, every: tuple[RunView, ...]) -> float | None:
    """From the pace of the trials that ended; what is running counts half, as on average it is half done."""
    ended = [trial.finished_at for trial in every if trial.finished_at is not None]
    if view.finished_at is not None:
        return 0.0
    if len(ended) < 2:
        return view.left_s
    began = min([trial.started_at for trial in every])
    until = max(ended)
    to_go = view.trials - len(ended) - 0.5 * (len(every) - len(ended))
    left_s = max(0.0, to_go * (until - began) / len(ended))
    return left_s if view.left_s is None else max(0.0, min(left_s, view.left_s))


def find_trial(db: Database, study_name: str, trial_number: int) -> RunView:
    """One trial by Optuna's number, with its epochs. Raises NotFound."""
    for trial in study_status(db, study_name).trials:
        if trial.trial_number == trial_number:
            return runs.view_trial(db, study_name, trial.ordinal)
    raise NotFound(f"study {study_name!r} has no trial {trial_number}.")
