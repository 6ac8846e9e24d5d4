"""What does a trial of a cohort cost beside its training: to be asked for, recorded, pruned and told?

    python -m benchmarks.record_overhead [--before 1000 10000] [--members 1 16 64] [--trials 128] [--database sqlite]

A worker's turns with synthetic epochs of 20 figures, in a study that has so many trials already, of the default space
with its default search: it holds so many members at once, and who ends makes room for the next. What has ended is
delivered to MLflow, on SQLite, after each stretch, as the thread does that delivers; models are not in it, and of
pictures those of the best alone.
Each part counts without the others; the medians of several stretches are printed, in milliseconds a trial, and beside
all of them the processor time of this process, which a busy machine does not lengthen as much. Goal: all parts together
at most 30 ms a trial after 1,000 trials and 50 ms after 10,000, in SQLite and PostgreSQL, for cohorts of 16 and more.
Exits with 1 where it is missed.
"""

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, Trial

from benchmarks.machine import machine
from tests.postgres import postgres
from tuner.database import budget, deliveries, runs, turns
from tuner.database.blobs import BlobStore, FolderStore
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.runs import Job
from tuner.database.studies import view_study
from tuner.database.trial_facts import TrialFacts
from tuner.database.turns import EpochDone, RunEnded, Started
from tuner.search import optuna_study
from tuner.search.history import history_of
from tuner.search.optuna_study import open_optuna_study, trial_template
from tuner.search.proposals import proposals
from tuner.search.suggest import distributions
from tuner.service.creating import create_study
from tuner.spec.space import Params
from tuner.spec.study_spec import StudySpec, read_spec
from tuner.studies.delivery import deliver
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import Recorder

GOALS_S = {1_000: 0.03, 10_000: 0.05}
FEW = 16
"""Members, from which on the goal counts: a worker that trains them one by one does nothing in bulk."""
EPOCHS = 12
_STRETCHES = 3
_AT_ONCE = 500
_RUNGS = (1, 3, 9)
_BESTS = (0.7, 0.9)
_HEALTH = tuple(
    f"health/layer_{layer}/{what}"
    for layer in (1, 2, 3)
    for what in ("gradient_norm", "gradient_to_weights", "activation_spread", "unit_spread", "dead_units")
)
PARTS = ("taking", "asking", "making", "reporting", "pruning", "telling", "writing", "MLflow")


@dataclass
class Stopwatch:
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor: float = 0.0

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        began, processor = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began
            self.processor += time.process_time() - processor


@dataclass
class Member:
    """A synthetic training: a curve that rises to its best."""

    job: Job
    trial: Trial
    best: float
    epoch: int = 0
    value: float = 0.0

    def step(self, draw: random.Random) -> EpochView:
        self.epoch += 1
        self.value = self.best * (1.0 - 0.5**self.epoch) + draw.gauss(0.0, 0.003)
        figures = {name: draw.random() for name in ("loss", "accuracy", "val_loss", "learning_rate", *_HEALTH)}
        return EpochView(self.epoch, {**figures, "val_accuracy": self.value}, 0.1, time.time())


def template_of(job: Job, space: Mapping[str, BaseDistribution], params: Params) -> FrozenTrial:
    """The trial of a place that tries these values."""
    template = trial_template(job.ordinal, None)
    template.distributions = {name: space[name] for name in params}
    template.params = dict(params)
    return template


def by_chance(space: Mapping[str, BaseDistribution], seed: int) -> Params:
    sampler = optuna.samplers.RandomSampler(seed)
    return {name: sampler.sample_independent(None, None, name, each) for name, each in space.items()}  # type: ignore[arg-type]


class Worker:
    """So many members at once, until enough trials have ended."""

    def __init__(self, db: Database, spec: StudySpec, name: str) -> None:
        self._db, self._spec, self._name = db, spec, name
        self._seed = view_study(db, name).seed
        self._picture = OptunaPicture(db, name)
        self._study = open_optuna_study(self._picture, name, spec, self._seed, 0)
        self._space = distributions(spec.space)
        self._history = history_of(self._study)
        self._members: dict[int, Member] = {}
        self._draw = random.Random(1)

    def run(self, members: int, trials: int, watch: Stopwatch) -> None:
        ended = 0
        while ended < trials:
            self._take(members - len(self._members), watch)
            ended += self._turn(watch)

    def deliver(self, recorder: Recorder, store: BlobStore, watch: Stopwatch) -> None:
        with watch.part("MLflow"):
            deliver(self._db, recorder, store, self._name, "w")

    def end(self) -> None:
        """Give up what it holds."""
        given_up = []
        for member in self._members.values():
            number = member.job.trial_number
            assert number is not None
            optuna_study.tell(self._study, self._picture, number, "cancelled", 0.0)
            given_up.append(RunEnded(member.job, "cancelled", "", TrialFacts()))
        turns.write_turn(self._db, self._name, self._picture, ended=given_up)
        self._members.clear()

    def _take(self, free: int, watch: Stopwatch) -> None:
        if not free:
            return
        with watch.part("taking"):
            jobs = budget.take_many(self._db, self._name, "w", free, list(self._members))
        with watch.part("asking"):
            self._picture.refresh()
            tried = self._history.at(self._picture.get_all_trials(0))
            asked = proposals(self._spec, self._seed, tried, [job.ordinal for job in jobs])
        with watch.part("making"):
            places = []
            for job, params in zip(jobs, asked, strict=True):
                places.append(budget.Filled(job, template_of(job, self._space, params)))
            numbers = budget.fill_many(self._db, places)
            self._picture.refresh()
            started = []
            for job, number, params in zip(jobs, numbers, asked, strict=True):
                assert number is not None
                self._picture.hold(number)
                job = replace(job, trial_number=number)
                trial = Trial(self._study, self._picture.id_of(number))
                self._members[job.ordinal] = Member(job, trial, self._draw.uniform(*_BESTS))
                started.append(Started(job, TrialFacts(seed=1, host="here", device="cpu"), params))
            turns.write_turn(self._db, self._name, self._picture, started=started)

    def _turn(self, watch: Stopwatch) -> int:
        done, ended = [], []
        for member in self._members.values():
            view = member.step(self._draw)
            done.append(EpochDone(member.job, view, member.value, member.epoch))
            with watch.part("reporting"):
                member.trial.report(member.value, member.epoch)
        for member in list(self._members.values()):
            with watch.part("pruning"):
                pruned = member.trial.should_prune()
            if not pruned and member.epoch < EPOCHS:
                continue
            state = "pruned" if pruned and member.epoch < EPOCHS else "complete"
            with watch.part("telling"):
                number = member.job.trial_number
                assert number is not None
                optuna_study.tell(self._study, self._picture, number, state, member.value)
            facts = TrialFacts(seed=1, host="here", device="cpu", parameters=100_000, training_seconds=1.0)
            ended.append(RunEnded(member.job, state, "", facts, member.value, member.epoch))
            del self._members[member.job.ordinal]
        with watch.part("writing"):
            turns.write_turn(self._db, self._name, self._picture, epochs=done, ended=ended)
        return len(ended)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--before", type=int, nargs="+", default=sorted(GOALS_S))
    arguments.add_argument("--members", type=int, nargs="+", default=[1, 16, 64])
    arguments.add_argument("--trials", type=int, default=192)
    arguments.add_argument("--database", choices=["sqlite", "postgresql"], nargs="+", default=["sqlite", "postgresql"])
    options = arguments.parse_args()
    print(machine())
    missed = False
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="record-")))
        os.chdir(folder)
        for kind in options.database:
            url = (
                f"sqlite:///{folder / 'tuner.db'}"
                if kind == "sqlite"
                else stack.enter_context(postgres()).new_database()
            )
            for before in options.before:
                missed = measure(kind, url, before, options.members, options.trials, folder) or missed
    return 1 if missed else 0


def fill_up(db: Database, spec: StudySpec, name: str, trials: int) -> None:
    """So many trials that have ended, drawn by chance, as a search leaves them behind: most were pruned early."""
    draw, space, picture = random.Random(0), distributions(spec.space), OptunaPicture(db, name)
    study = open_optuna_study(picture, name, spec, 1, 0)
    seeds = iter(range(10**9))
    while (left := trials - len(picture.get_all_trials(0))) > 0:
        jobs = budget.take_many(db, name, "before", min(_AT_ONCE, left))
        templates = [template_of(job, space, by_chance(space, next(seeds))) for job in jobs]
        numbers = budget.fill_many(db, [budget.Filled(*each) for each in zip(jobs, templates, strict=True)])
        picture.refresh()
        done, ended = [], []
        for job, number in zip(jobs, numbers, strict=True):
            assert number is not None
            picture.hold(number)
            job = replace(job, trial_number=number)
            member = Member(job, Trial(study, picture.id_of(number)), draw.uniform(*_BESTS))
            last = draw.choices((*_RUNGS, EPOCHS), (6, 3, 1, 1))[0]
            for _ in range(last):
                view = member.step(draw)
                member.trial.report(member.value, member.epoch)
                if member.epoch in _RUNGS:
                    rung = f"completed_rung_{_RUNGS.index(member.epoch)}"
                    picture.set_trial_system_attr(picture.id_of(number), rung, member.value)
                done.append(EpochDone(job, view, member.value, member.epoch))
            state = "complete" if last == EPOCHS else "pruned"
            optuna_study.tell(study, picture, number, state, member.value)
            ended.append(RunEnded(job, state, "", TrialFacts(seed=1), member.value, member.epoch))
        for epoch in range(1, EPOCHS + 1):
            turns.write_turn(db, name, epochs=[each for each in done if each.epoch.epoch == epoch])
        params = [
            Started(job, TrialFacts(), dict(template.params)) for job, template in zip(jobs, templates, strict=True)
        ]
        turns.write_turn(db, name, picture, started=params)
        turns.write_turn(db, name, picture, ended=ended)


def measure(kind: str, url: str, before: int, sizes: Sequence[int], trials: int, folder: Path) -> bool:
    """Print what a trial costs in cohorts of these sizes; tells whether a goal is missed."""
    db = open_database(url)
    spec = read_spec(Path(__file__).parents[1] / "search_spaces" / "fashion_mnist.yaml")
    name = f"after-{before}"
    create_study(
        db, spec, study_name=name, n_trials=10**6, timeout_s=None, seed=1, mlflow_uri=f"sqlite:///{folder}/mlflow.db"
    )  # fmt: skip
    fill_up(db, spec, name, before)
    recorder, store = MlflowRecorder(f"sqlite:///{folder}/{kind}-{before}.db"), FolderStore(folder / "blobs")
    deliveries.recorded_many(db, [(each.key, each.changes, "before") for each in runs.view_trials(db, name)])
    print(f"\n{kind}, after {before} trials, milliseconds a trial")
    print("members " + "".join(f"{part:>10}" for part in (*PARTS, "all", "processor")))
    missed = False
    goal = min((each for most, each in GOALS_S.items() if before <= most), default=max(GOALS_S.values()))
    for members in sizes:
        worker = Worker(db, spec, name)
        worker.run(members, members, Stopwatch())  # until its places are at different epochs
        worker.deliver(recorder, store, Stopwatch())
        stretches, processor = [], []
        count = max(4, trials // _STRETCHES) if members > 1 else 8
        for _ in range(_STRETCHES):
            watch = Stopwatch()
            worker.run(members, count, watch)
            worker.deliver(recorder, store, watch)
            stretches.append({part: watch.seconds[part] / count for part in PARTS})
            processor.append(watch.processor / count)
        worker.end()
        costs = {part: statistics.median(each[part] for each in stretches) for part in PARTS}
        whole = statistics.median(sum(each.values()) for each in stretches)
        over = members >= FEW and whole > goal
        missed = missed or over
        verdict = f"   missed: {goal * 1e3:.0f}" if over else ""
        figures = (*costs.values(), whole, statistics.median(processor))
        print(f"{members:7} " + "".join(f"{each * 1e3:10.2f}" for each in figures) + verdict, flush=True)
    db.engine.dispose()
    return missed


if __name__ == "__main__":
    sys.exit(main())
