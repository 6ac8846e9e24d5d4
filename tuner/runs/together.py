"""The runs that a worker holds at once: members of cohorts, or trained an epoch at a time beside them.

Owns: that one that ends, fails or is lost leaves the others alone; that fewer are held where the memory does not
suffice; that one whose training is a single call has it while the others wait.
Leaves to others: which cohort has which run (companies), a run (run), training (training), what is written of a turn
(turns), which runs are taken, and when none are (workers).

A turn is an epoch of each. What has ended leaves at the end of it, and whoever is added next has its slot.

Whether the networks of a person's code can be members, only a network shows: so the first one is taken alone, and as
long as they cannot, one after the other.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

from tuner.database import adoption, budget
from tuner.database.leases import LeaseLost
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.runs import Job
from tuner.database.studies import StudyView, view_study
from tuner.database.tables import RunKey
from tuner.errors import TrialFailed
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.companies import Companies, Company, Founded, Held, NoRoom, founded_on_jax
from tuner.runs.compiling import Compiling
from tuner.runs.finalist import finalist_run
from tuner.runs.here import Here
from tuner.runs.job_guard import hung, stepping_back
from tuner.runs.one_call import train_in_one_call
from tuner.runs.optuna_trial import OptunaTrial, as_it_begins, asked_at_once, baseline_of
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import trial_run
from tuner.runs.turns import Turns
from tuner.runs.watchdog import Step
from tuner.spec.baselines import Baseline
from tuner.training import backend
from tuner.training.cohort.alone import Alone
from tuner.training.cohort.port import Cohort, ModelEntry
from tuner.training.plan import EpochResult

logger = logging.getLogger(__name__)

CHECKPOINT_EVERY_S = 10.0
"""So much work is done again of what a worker held that died."""


_NOT_SO_MANY = "handed back: the memory does not suffice for so many"


class Together:
    """Of one study."""

    def __init__(self, context: StudyContext, most: int, founded: Founded = founded_on_jax) -> None:
        self._context = context
        self._companies = Companies(context, most, founded)
        self._waiting: list[Held] = []
        self._one_by_one = context.code is not None
        self._seen: StudyView | None = None
        self._compiling = Compiling()

    def begins_with(self, context: StudyContext) -> None:
        """What is added from here on is of this context: the study searches another space."""
        self._context = context

    def __len__(self) -> int:
        return sum(1 for _ in self._every())

    @property
    def free(self) -> int:
        """So many more can be added: none while a suspect shows that it can be trained."""
        most = 1 if self._one_by_one else self._companies.most
        return 0 if self._unproved else max(0, most - len(self))

    @property
    def jobs(self) -> list[Job]:
        return [held.job for held in self._every()]

    def _every(self) -> Iterator[Held]:
        yield from self._waiting
        for company in self._companies.every:
            yield from company.held.values()

    def add(self, jobs: Sequence[Job]) -> None:
        """Begin what this worker has taken, between two turns."""
        if not jobs:
            return
        self._seen = None
        with self._watched("building", jobs):
            for job, baseline in self._with_trials(jobs):
                with stepping_back(self._context, job):
                    self._begin(job, baseline)
            self._write()

    def turn(self) -> int:
        """An epoch of each; how many have ended. Raises what ends the worker."""
        before = len(self)
        unproved = self._unproved
        self._seen = None
        if self._waiting:
            with self._watched("building", self.jobs):
                self._join()
        first = any(not each.stepped for each in self._companies.every)
        with self._watched("first epoch" if first else "epoch", self.jobs):
            for company in list(self._companies.every):
                self._step(company)
                # Of each as soon as it is there: a turn of several cohorts takes as long as all of them.
                self._write()
        self._companies.every = [each for each in self._companies.every if each.held]
        if (ended := before - len(self)) > 0:
            backend.name_anew()
        if unproved and self.jobs and adoption.suspects_wait(self._context.db, unproved.job):
            self.hand_back("handed back: others are trained alone first")
        return ended

    def hand_back(self, reason: str) -> None:
        """Leave all of it to others, who go on from where it is. Between two turns."""
        with self._watched("finishing", self.jobs):
            for held in self._every():
                with stepping_back(self._context, held.job):
                    if held.last is not None:
                        held.run.keep(held.last)
                    held.run.hand_back(reason)
        self._companies.every, self._waiting = [], []

    @property
    def _unproved(self) -> Held | None:
        """The suspect that is alone here until an epoch of it has ended (`strikes`)."""
        return next((each for each in self._every() if each.job.suspect and each.last is None), None)

    def _with_trials(self, jobs: Sequence[Job]) -> list[tuple[Job, Baseline | None]]:
        """Each with its Optuna trial, and the configuration of a person that it tries. Those that are lost are left."""
        db, spec = self._context.db, self._context.spec
        search = [each for each in jobs if each.role == "search"]
        baselines = {each.ordinal: baseline_of(db, spec, each) for each in search}
        new = [each for each in search if each.trial_number is None]
        picture = self._turns.picture
        picture.refresh()
        free = [each.ordinal for each in new if baselines[each.ordinal] is None]
        asked = asked_at_once(picture, self._context.study, spec, free, self._context.keeps_to)
        begun = [as_it_begins(spec, each, baselines[each.ordinal], asked.get(each.ordinal)) for each in new]
        numbers = dict(zip((each.ordinal for each in new), budget.fill_many(db, begun) if new else (), strict=True))
        picture.refresh()
        known: list[tuple[Job, Baseline | None]] = []
        for job in jobs:
            if job.role != "search":
                known.append((job, None))
            elif (number := numbers.get(job.ordinal, job.trial_number)) is not None:
                picture.hold(number)
                known.append((replace(job, trial_number=number), baselines[job.ordinal]))
        return known

    def _begin(self, job: Job, baseline: Baseline | None) -> None:
        context = self._context
        checkpoints = Checkpoints(context.store, job, CHECKPOINT_EVERY_S)
        here = Here(self._turns.record(job), checkpoints, look=self._look, compiling=self._compiling)
        if job.role == "search":
            asked = OptunaTrial(context.db, context.study, context.spec, job, self._turns.picture, baseline)
            run = trial_run(context, job, asked, here)
        else:
            run = finalist_run(context, job, here)
        if (begun := run.begin()) is None:
            return
        given = (begun.dataset, begun.fitted, begun.plan, begun.checkpoint)
        try:
            held = Held(job, run, begun, begun.network.entry(*given))
            trainer = None if held.entry is not None else begun.network.trainer(*given)
            if held.entry is None and trainer is None:
                self._one_by_one = self._context.code is not None
                train_in_one_call(held, self._written, self._context.hand_back)
                return
            self._one_by_one = False
            if trainer is not None:
                self._companies.every.append(Company(Alone(trainer), held={0: held}))
            elif isinstance(held.entry, ModelEntry):
                # How many are alike is known when all have been built.
                self._waiting.append(held)
            else:
                self._admit(held)
        except TrialFailed as failure:
            run.failed(failure)

    def _join(self) -> None:
        """Those that wait become members."""
        groups, self._waiting = self._companies.together(self._waiting), []
        for each in groups:
            for i, held in enumerate(each):
                with stepping_back(self._context, held.job):
                    try:
                        self._admit(held, coming=len(each) - i)
                    except TrialFailed as failure:
                        held.run.failed(failure)
        self._write()

    def _admit(self, held: Held, coming: int = 1) -> None:
        """As `Companies.admit`; where there is no room for it, others may train it, or it is taken again."""
        try:
            self._companies.admit(held, coming)
        except NoRoom:
            held.run.hand_back(_NOT_SO_MANY)

    def _step(self, company: Company) -> None:
        try:
            results = {each.member: each for each in company.cohort.step()}
        except TrialFailed as failure:
            self._failed(company, failure)
            return
        company.stepped = True
        for member, held in list(company.held.items()):
            over = True
            with stepping_back(self._context, held.job):
                # A step says nothing of one that had ended before it was added.
                over = self._after(company.cohort, member, held, results.get(member))
            if over:
                self._leave(company, member)

    def _after(self, cohort: Cohort, member: int, held: Held, result: EpochResult | None) -> bool:
        """Whether its training is over. Raises LeaseLost."""
        if result is not None:
            held.last = result
            verdict = "go_on" if result.ended == "diverged" else held.run.epoch_ended(result)
            if verdict == "stop":
                cohort.stop(member)
            elif verdict == "release":
                cohort.release(member)
            elif result.ended is None:
                return False
        came_to = cohort.result(member)
        if held.entry is not None:
            held.begun.network.take(cohort.model(member), cohort.outputs(member))
        held.run.trained(came_to)
        return True

    def _leave(self, company: Company, member: int) -> None:
        del company.held[member]
        company.cohort.release(member)
        company.cohort.forget(member)

    def _written(self, held: Held) -> None:
        """What became of one while the others wait. Raises LeaseLost."""
        if held.job.lease.key in self._write():
            raise LeaseLost(f"{held.job.lease.what} is another worker's")
        self._seen = None

    def _write(self) -> frozenset[RunKey]:
        """What became of all of them. Of those that were lost nothing was written, and they leave; gives them."""
        lost = self._turns.write()
        self._waiting = [each for each in self._waiting if not self._is_lost(each, lost)]
        for company in self._companies.every:
            for member, held in list(company.held.items()):
                if self._is_lost(held, lost):
                    self._leave(company, member)
        return lost

    def _is_lost(self, held: Held, lost: frozenset[RunKey]) -> bool:
        if held.job.lease.key in lost:
            logger.warning("%s is another worker's; stepping back", held.job.lease.what)
        return held.job.lease.key in lost

    def _failed(self, company: Company, failure: TrialFailed) -> None:
        """One that is alone has failed. Of many nobody knows which it was: half as many go on, from what is stored."""
        held = list(company.held.values())
        company.held.clear()
        if len(held) == 1:
            with stepping_back(self._context, held[0].job):
                held[0].run.failed(failure)
            return
        self._companies.most = max(1, len(held) // 2)
        logger.warning("%s; from here on %d networks at once", failure.reason, self._companies.most)
        for each in held:
            with stepping_back(self._context, each.job):
                each.run.hand_back(_NOT_SO_MANY)

    def _look(self) -> StudyView:
        """Once a turn."""
        if self._seen is None:
            self._seen = view_study(self._context.db, self._context.study.study_name)
        return self._seen

    @cached_property
    def _turns(self) -> Turns:
        name = self._context.study.study_name
        return Turns(self._context.db, name, OptunaPicture(self._context.db, name))

    @contextmanager
    def _watched(self, step: Step, jobs: Sequence[Job]) -> Iterator[None]:
        """What hangs fails all of them: nobody can tell which it was."""

        def last_words(words: str) -> None:
            for each in jobs:
                hung(self._context, each, words)

        study, given = self._context.study.study_name, self._context.spec.search.epoch_timeout
        search = all(each.role == "search" for each in jobs)
        with self._context.watch.during(step, study, last_words, given, search):
            yield
