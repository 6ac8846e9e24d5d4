"""A worker that holds several trials at once, as a cohort does."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import optuna
from optuna.pruners import BasePruner
from optuna.trial import Trial

from tuner.database import budget, turns
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.runs import Job
from tuner.database.trial_facts import TrialFacts
from tuner.database.turns import EpochDone, RunEnded, Started, Turned
from tuner.search import optuna_study
from tuner.search.optuna_study import trial_template


def filled(db: Database, jobs: Sequence[Job]) -> list[Job]:
    """The same, each with its Optuna trial."""
    numbers = budget.fill_many(db, [budget.Filled(job, trial_template(job.ordinal, None)) for job in jobs])
    return [replace(job, trial_number=number) for job, number in zip(jobs, numbers, strict=True)]


def take(db: Database, worker: str, most: int, held: Sequence[Job] = ()) -> list[Job]:
    return budget.take_many(db, "s", worker, most, [each.ordinal for each in held])


class Cohort:
    """The trials of one worker, told to the picture of it. jobs: by the numbers of the trials."""

    def __init__(self, db: Database, jobs: Sequence[Job], pruner: BasePruner | None = None) -> None:
        self.db = db
        self.picture = OptunaPicture(db, "s")
        self.study = optuna.load_study(
            storage=self.picture,
            study_name="s",
            sampler=optuna.samplers.RandomSampler(seed=1),
            pruner=pruner or optuna.pruners.NopPruner(),
        )
        self.jobs: dict[int, Job] = {}
        self.trials: dict[int, Trial] = {}
        self.hold(jobs)

    def hold(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            number = job.trial_number
            assert number is not None
            self.picture.hold(number)
            self.jobs[number] = job
            self.trials[number] = Trial(self.study, self.picture.id_of(number))

    def start(self, params: Mapping[str, float] | None = None) -> Turned:
        given = [Started(job, TrialFacts(seed=1), params or {"x": 1.0}) for job in self.jobs.values()]
        return turns.write_turn(self.db, "s", self.picture, started=given)

    def epoch(self, epoch: int, values: Mapping[int, float]) -> Turned:
        """values: by the numbers of the trials."""
        done = []
        for number, value in values.items():
            self.trials[number].report(value, epoch)
            view = EpochView(epoch, {"val_accuracy": value}, 0.1, time.time())
            done.append(EpochDone(self.jobs[number], view, value, epoch, f"checkpoint-{epoch}"))
        return turns.write_turn(self.db, "s", self.picture, epochs=done)

    def end(self, states: Mapping[int, str], value: float = 0.5) -> Turned:
        """states: by the numbers of the trials."""
        ended = []
        for number, state in states.items():
            optuna_study.tell(self.study, self.picture, number, state, value, "why")
            ended.append(RunEnded(self.jobs[number], state, "why", TrialFacts(seed=2), value, 1))
        return turns.write_turn(self.db, "s", self.picture, ended=ended)
