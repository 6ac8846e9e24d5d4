"""What happens at the end of each epoch of a trial.

Owns: the order of things - the checkpoint, the row, Optuna's report and its pruner, the rules that end a search - and
with it whether the next epoch is trained.
Leaves to others: the rest of the trial (trial), what is granted, exactly (database), an epoch itself (training).
"""

import math
import time
from collections.abc import Mapping

import optuna

from tuner.database import rules, trials
from tuner.database.epochs import EpochView, quickest_epoch
from tuner.database.studies import StudyView, view_study
from tuner.database.trials import Job
from tuner.optuna_internals import trial_id
from tuner.search.rungs import note_seconds
from tuner.spec.space import Value
from tuner.studies.job_guard import Checkpoints
from tuner.studies.limits import is_first, search_left_s
from tuner.studies.stopping_rules import reached
from tuner.studies.study_context import StudyContext
from tuner.studies.system_metrics import SystemMetrics
from tuner.training.plan import EpochResult, Metrics, Verdict


class EpochCallback:
    """What happens at each epoch's end: the checkpoint, the row, Optuna, and whether to go on.

    used: the configuration; code may ask for more of it while it trains. stored: how many epochs the rows hold from
    earlier attempts.
    """

    def __init__(
        self,
        context: StudyContext,
        job: Job,
        checkpoints: Checkpoints,
        trial: optuna.trial.Trial,
        used: Mapping[str, Value],
        planned: int | None,
        never_prune: bool,
    ) -> None:
        self._context = context
        self._job = job
        self._trial = trial
        self._never_prune = never_prune
        self._planned = planned
        self._used = used
        self._known = len(used)
        self._metric = context.spec.objective.metric
        self._one_objective = len(context.spec.objectives) == 1
        self._checkpoints = checkpoints
        self._system = SystemMetrics() if context.study.options.get("system_metrics") else None
        frozen = context.db.storage.get_trial(trial_id(trial))
        self._reported = set(frozen.intermediate_values)
        rows = trials.view_trial(context.db, job.study_name, job.ordinal).epochs
        self.stored = len(rows)
        self.stored_seconds = sum(row.seconds for row in rows)
        self._last_seconds = rows[-1].seconds if rows else 0.0
        for row in rows:
            # A worker that died between the row and Optuna left this to do.
            self._report(row.epoch, row.metrics, row.seconds)
        self.pruned = False
        self.handed_back = False
        self.time_was_up = False
        self.rule = ""

    def granted(self, done: int) -> int | None:
        """Up to which epoch training may go on, where the study's time or its budget of epochs is spent by now.

        done: epochs that are trained. 0 sets no bound; None: an adopted trial has none to show, and no time for one.
        """
        db, job, spec = self._context.db, self._job, self._context.spec
        view = view_study(db, job.study_name)
        left_s = search_left_s(db, view, spec)
        if job.attempt > 1 and left_s is not None and not is_first(db, job):
            epoch_s = self._last_seconds or quickest_epoch(db, job.study_name)
            if left_s <= 0 or left_s < epoch_s:
                self.time_was_up = True
                return done or None
        if "epochs" not in rules.limits_of(view.options) or rules.grant(
            db, job.study_name, job.ordinal, job.attempt, done + 1
        ):
            return 0
        self.rule = "the budget of epochs is spent"
        return done

    def __call__(self, result: EpochResult) -> Verdict:
        db, job = self._context.db, self._job
        epoch, metrics, seconds, best = result.epoch, result.metrics, result.seconds, result.best
        self._context.watch.epoch(seconds)
        self.note_params()
        if self._system is not None:
            metrics = {**metrics, **self._system()}
        view = EpochView(epoch, metrics, seconds, measured_at=time.time())
        name = self._checkpoints.put(epoch, result.checkpoint())
        trials.finish_epoch(db, job, view, best, result.best_epoch, name)
        self._checkpoints.counts(name)
        self._report(epoch, metrics, seconds)
        # A baseline is there to be compared with, so it is trained to its end. Asked after its last epoch, too, since
        # some pruners note then what later trials are compared with; but a trial that has ended is not cut short.
        asked = self._one_objective and not self._never_prune
        self.pruned = asked and self._trial.should_prune() and epoch != self._planned
        study = view_study(db, job.study_name)
        left_s = search_left_s(db, study, self._context.spec)
        # An epoch cannot be left in its middle: one that would not end in time is not begun.
        self.time_was_up = left_s is not None and left_s < seconds
        self.rule = self._rule(study, epoch, best)
        ends = self.pruned or self.time_was_up or bool(self.rule)
        self.handed_back = not ends and self._context.hand_back()
        return "release" if self.handed_back else "stop" if ends else "go_on"

    def _rule(self, study: StudyView, epoch: int, best: float | None) -> str:
        """Why a rule of the study ends this trial here, or nothing; otherwise its next epoch is granted."""
        db, job = self._context.db, self._job
        limits = rules.limits_of(study.options)
        if reached(self._context.spec, limits, best):
            rules.end(db, job.study_name, "target")
            return "the target is reached"
        if study.ended == "target":
            return "another trial has reached the target"
        more = not (self.pruned or self.time_was_up) and epoch != self._planned
        if more and "epochs" in limits and not rules.grant(db, job.study_name, job.ordinal, job.attempt, epoch + 1):
            return "the budget of epochs is spent"
        return ""

    def note_params(self) -> None:
        """Store what the code asked since."""
        if len(self._used) > self._known:
            trials.amend(self._context.db, self._job, self._used)
            self._known = len(self._used)

    def _report(self, epoch: int, metrics: Metrics, seconds: float) -> None:
        # Code of its own may say the objective only in the end.
        value = metrics.get(self._metric, math.nan)
        # Optuna takes no epochs of studies with several objectives, and does not prune them.
        if self._one_objective and math.isfinite(value) and epoch not in self._reported:
            if self._context.spec.search.cost == "seconds":
                note_seconds(self._trial, epoch, seconds)
            self._trial.report(value, epoch)
            self._reported.add(epoch)
