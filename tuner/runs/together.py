"""The runs that a worker holds at once: members of cohorts, or trained an epoch at a time beside them.

Owns: which cohort has which run; that one that ends, fails or is lost leaves the others alone; that a cohort that is
full makes room, and that fewer are held where the memory does not suffice.
Leaves to others: a run (run), training (training), what is written of a turn (turns), which runs are taken, and when
none are (workers).

A turn is an epoch of each. What has ended leaves at the end of it, and whoever is added next has its slot.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from tuner.database import adoption, budget
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.runs import Job
from tuner.database.studies import StudyView, view_study
from tuner.errors import TrialFailed
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.compiling import Compiling
from tuner.runs.finalist import finalist_run
from tuner.runs.here import Here
from tuner.runs.job_guard import hung, stepping_back
from tuner.runs.optuna_trial import OptunaTrial, as_it_begins, asked_at_once, baseline_of
from tuner.runs.run import Begun, Run
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import trial_run
from tuner.runs.turns import Turns
from tuner.runs.watchdog import Step
from tuner.spec.baselines import Baseline
from tuner.training import backend
from tuner.training.cohort.alone import Alone
from tuner.training.cohort.bucket import Bucket, Reach, bucket_of, reach_of_space
from tuner.training.cohort.port import Cohort, Entry
from tuner.training.plan import EpochResult

logger = logging.getLogger(__name__)

CHECKPOINT_EVERY_S = 10.0
"""So much work is done again of what a worker held that died."""

_GROWS = 4
"""Times: a cohort begins with a part of the slots that it may have, since nobody knows how many share its program."""

Founded = Callable[[Bucket, Begun, int, bool], Cohort]
"""A cohort of a bucket, of so many slots, for runs such as this one; whether it can look into its members. Raises
TrialFailed where they do not fit."""


def founded_on_jax(bucket: Bucket, begun: Begun, slots: int, looks: bool) -> Cohort:
    from tuner.training.cohort.padded import padded_cohort

    whitening = begun.fitted("whiten") if bucket.whitened else None
    return padded_cohort(bucket, begun.dataset, slots, looks, whitening)


@dataclass(eq=False)
class _Held:
    """last: its last epoch here."""

    job: Job
    run: Run
    begun: Begun
    entry: Entry | None
    last: EpochResult | None = None


@dataclass(eq=False)
class _Company:
    """A cohort and its runs, by their members. key: what they have in common; None of one that is alone."""

    cohort: Cohort
    key: tuple[Bucket, str] | None = None
    held: dict[int, _Held] = field(default_factory=dict)
    stepped: bool = False


class Together:
    """Of one study."""

    def __init__(self, context: StudyContext, most: int, founded: Founded = founded_on_jax) -> None:
        self._context = context
        self._most = most
        self._founded = founded
        self._companies: list[_Company] = []
        self._seen: StudyView | None = None
        self._compiling = Compiling()

    def __len__(self) -> int:
        return sum(len(each.held) for each in self._companies)

    @property
    def free(self) -> int:
        """So many more can be added: none while a suspect shows that it can be trained."""
        return 0 if self._unproved else max(0, self._most - len(self))

    @property
    def jobs(self) -> list[Job]:
        return [held.job for company in self._companies for held in company.held.values()]

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
        first = any(not each.stepped for each in self._companies)
        with self._watched("first epoch" if first else "epoch", self.jobs):
            for company in list(self._companies):
                self._step(company)
                # Of each as soon as it is there: a turn of several cohorts takes as long as all of them.
                self._write()
        self._companies = [each for each in self._companies if each.held]
        if (ended := before - len(self)) > 0:
            backend.name_anew()
        if unproved and self.jobs and adoption.suspects_wait(self._context.db, unproved.job):
            self.hand_back("handed back: others are trained alone first")
        return ended

    def hand_back(self, reason: str) -> None:
        """Leave all of it to others, who go on from where it is. Between two turns."""
        with self._watched("finishing", self.jobs):
            for held in (held for company in self._companies for held in company.held.values()):
                with stepping_back(self._context, held.job):
                    if held.last is not None:
                        held.run.keep(held.last)
                    held.run.hand_back(reason)
        self._companies = []

    @property
    def _unproved(self) -> _Held | None:
        """The suspect that is alone here until an epoch of it has ended (`strikes`)."""
        every = (held for company in self._companies for held in company.held.values())
        return next((each for each in every if each.job.suspect and each.last is None), None)

    def _with_trials(self, jobs: Sequence[Job]) -> list[tuple[Job, Baseline | None]]:
        """Each with its Optuna trial, and the configuration of a person that it tries. Those that are lost are left."""
        db, spec = self._context.db, self._context.spec
        search = [each for each in jobs if each.role == "search"]
        baselines = {each.ordinal: baseline_of(db, spec, each) for each in search}
        new = [each for each in search if each.trial_number is None]
        picture = self._turns.picture
        picture.refresh()
        free = [each.ordinal for each in new if baselines[each.ordinal] is None]
        asked = asked_at_once(picture, self._context.study, spec, free)
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
        held = _Held(job, run, begun, begun.network.entry(*given))
        try:
            if held.entry is not None:
                self._admit(held, held.entry)
            elif (trainer := begun.network.trainer(*given)) is not None:
                alone = Alone(trainer)
                self._companies.append(_Company(alone, held={0: held}))
            else:
                raise RuntimeError(f"{job.lease.what}: its training is one call, and takes no company")
        except TrialFailed as failure:
            run.failed(failure)

    def _step(self, company: _Company) -> None:
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

    def _after(self, cohort: Cohort, member: int, held: _Held, result: EpochResult | None) -> bool:
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

    def _leave(self, company: _Company, member: int) -> None:
        del company.held[member]
        company.cohort.release(member)
        company.cohort.forget(member)

    def _write(self) -> None:
        """What became of all of them. Of those that were lost nothing was written, and they leave."""
        lost = self._turns.write()
        for company in self._companies:
            for member, held in list(company.held.items()):
                if held.job.lease.key in lost:
                    logger.warning("%s is another worker's; stepping back", held.job.lease.what)
                    self._leave(company, member)

    def _admit(self, held: _Held, entry: Entry) -> None:
        begun = held.begun
        bucket = bucket_of(entry.config, begun.dataset.info, self._reach, self._context.spec.metrics)
        key = (bucket, begun.dataset.digest)
        company = next((each for each in self._companies if each.key == key), None)
        if company is None:
            company = _Company(self._found(bucket, begun, max(1, self._most // _GROWS)), key)
            self._companies.append(company)
        elif not company.cohort.free:
            company = self._grown(company, bucket, begun)
        company.held[company.cohort.admit(entry)] = held

    def _found(self, bucket: Bucket, begun: Begun, slots: int) -> Cohort:
        # The search and the comparison of its best share a program; on all rows another one is needed anyhow.
        return self._founded(bucket, begun, slots, begun.dataset is self._context.dataset)

    def _grown(self, small: _Company, bucket: Bucket, begun: Begun) -> _Company:
        """The same members in a larger cohort."""
        slots = min(self._most, small.cohort.slots * _GROWS)
        large = _Company(self._found(bucket, begun, slots), small.key)
        for held in small.held.values():
            assert held.entry is not None
            if held.last is not None:
                held.entry = replace(held.entry, resume=held.last.checkpoint())
            large.held[large.cohort.admit(held.entry)] = held
        self._companies[self._companies.index(small)] = large
        return large

    def _failed(self, company: _Company, failure: TrialFailed) -> None:
        """One that is alone has failed. Of many nobody knows which it was: half as many go on, from what is stored."""
        held = list(company.held.values())
        company.held.clear()
        if len(held) == 1:
            with stepping_back(self._context, held[0].job):
                held[0].run.failed(failure)
            return
        self._most = max(1, len(held) // 2)
        logger.warning("%s; from here on %d networks at once", failure.reason, self._most)
        for each in held:
            with stepping_back(self._context, each.job):
                each.run.hand_back("handed back: the memory does not suffice for so many")

    def _look(self) -> StudyView:
        """Once a turn."""
        if self._seen is None:
            self._seen = view_study(self._context.db, self._context.study.study_name)
        return self._seen

    @cached_property
    def _turns(self) -> Turns:
        name = self._context.study.study_name
        return Turns(self._context.db, name, OptunaPicture(self._context.db, name))

    @cached_property
    def _reach(self) -> Reach:
        spec = self._context.spec
        return reach_of_space(spec.space, spec.task, self._context.dataset.info.images)

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
