"""A picture of an Optuna study answers as Optuna's own storage does, and misses nothing that others write."""

import random
from collections.abc import Iterator

import optuna
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import Trial, TrialState

from tests.database.cohorts import Cohort, filled, take
from tests.database.conftest import add
from tuner.database.connection import Database
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.turns import Turned
from tuner.search import optuna_study
from tuner.search.algorithms import pruner
from tuner.search.optuna_study import trial_template
from tuner.search.rungs import note_seconds
from tuner.spec.space_file import Algorithm, Search

SEARCHES = {
    "asha": Search(pruner=Algorithm(name="asha")),
    "hyperband": Search(pruner=Algorithm(name="hyperband")),
    "median": Search(pruner=Algorithm(name="median")),
    "percentile": Search(pruner=Algorithm(name="percentile", options={"percentile": 60.0})),
    "patient": Search(pruner=Algorithm(name="patient", options={"patience": 1, "pruner": "median"})),
    "threshold": Search(pruner=Algorithm(name="threshold", options={"lower": 0.2, "warmup_epochs": 1})),
    "seconds": Search(pruner=Algorithm(name="asha"), cost="seconds"),
    "none": Search(pruner=Algorithm(name="none")),
}
EPOCHS = 10


class Reference:
    """The same study in Optuna's own storage, in memory, one call after another."""

    def __init__(self, search: Search) -> None:
        self.storage = InMemoryStorage()
        self.study = optuna.create_study(
            storage=self.storage, study_name="s", direction="maximize", pruner=pruner(search)
        )
        self.trials: dict[int, Trial] = {}

    def begin(self, ordinal: int) -> None:
        trial_id = self.storage.create_new_trial(0, trial_template(ordinal, None))
        trial = Trial(self.study, trial_id)
        self.trials[trial.number] = trial


def epoch(draw: random.Random, number: int, at: int) -> float:
    """Curves that rise to different values."""
    return (number * 7 % 11) / 11 * (1 - 0.6**at) + draw.random() * 0.1


def asked(trials: dict[int, Trial], values: dict[int, float], at: int, seconds: dict[int, float]) -> Iterator[bool]:
    for number, value in values.items():
        note_seconds(trials[number], at, seconds[number])
        trials[number].report(value, at)
    for number in values:
        yield trials[number].should_prune()


@pytest.mark.parametrize("name", SEARCHES)
def test_pruners_answer_as_they_do_to_optunas_own_storage(db: Database, name: str) -> None:
    search = SEARCHES[name]
    draw = random.Random(f"{name} of two workers")
    add(db, trials=48)
    theirs = Reference(search)
    pruned = 0
    workers = {worker: Cohort(db, [], pruner(search)) for worker in ("w1", "w2")}
    for _ in range(4):
        ages: dict[str, dict[int, int]] = {}
        for worker, cohort in workers.items():
            jobs = filled(db, take(db, worker, 6))
            cohort.jobs.clear()
            cohort.picture.refresh()
            cohort.hold(jobs)
            for job in jobs:
                theirs.begin(job.ordinal)
            ages[worker] = {job.trial_number: draw.randint(1, EPOCHS) for job in jobs if job.trial_number is not None}
        for at in range(1, EPOCHS + 1):
            for worker, cohort in workers.items():
                running = [number for number in ages[worker] if number in cohort.jobs]
                values = {number: epoch(draw, number, at) for number in running}
                seconds = {number: 0.1 + draw.random() for number in running}
                cohort.picture.refresh()
                mine = list(asked(cohort.trials, values, at, seconds))
                its = list(asked(theirs.trials, values, at, seconds))
                assert mine == its
                assert cohort.start() == Turned()
                for number, prune in zip(running, mine, strict=True):
                    if not prune and at < ages[worker][number]:
                        continue
                    state = "pruned" if prune else "complete"
                    pruned += prune
                    optuna_study.tell(theirs.study, theirs.storage, number, state, 0.5)
                    assert cohort.end({number: state}) == Turned()
                    del cohort.jobs[number]
    kept = [(each.state, each.system_attrs, repr(each.intermediate_values)) for each in theirs.study.trials]
    stored = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))
    assert [(each.state, each.system_attrs, repr(each.intermediate_values)) for each in stored] == kept
    assert (pruned > 0) == (name != "none")


def test_what_another_worker_writes_is_seen_at_the_next_look(db: Database) -> None:
    add(db, trials=4)
    mine = OptunaPicture(db, "s")
    theirs = Cohort(db, filled(db, take(db, "w2", 2)))
    assert mine.get_all_trials(0) == []
    theirs.epoch(1, {0: 0.1})
    mine.refresh()
    assert [each.intermediate_values for each in mine.get_all_trials(0)] == [{1: 0.1}, {}]
    theirs.epoch(2, {1: 0.2})
    theirs.end({0: "pruned"})
    mine.refresh()
    assert [each.intermediate_values for each in mine.get_all_trials(0)] == [{1: 0.1}, {2: 0.2}]
    assert [each.state for each in mine.get_all_trials(0)] == [TrialState.PRUNED, TrialState.RUNNING]
    assert [each.number for each in mine.get_all_trials(0, states=(TrialState.RUNNING,))] == [1]


def test_a_trial_that_is_not_held_is_not_written_to(db: Database) -> None:
    add(db, trials=1)
    filled(db, take(db, "w", 1))
    picture = OptunaPicture(db, "s")
    with pytest.raises(RuntimeError, match="not this worker's"):
        picture.set_trial_intermediate_value(picture.id_of(0), 1, 0.5)


def test_what_was_pending_of_a_lost_trial_is_not_written_later(db: Database) -> None:
    add(db, trials=2)
    cohort = Cohort(db, filled(db, take(db, "w", 2)))
    for trial in cohort.trials.values():
        trial.report(0.5, 1)
    cohort.picture.let_go([0])
    assert cohort.start() == Turned()
    stored = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))
    assert [each.intermediate_values for each in stored] == [{}, {1: 0.5}]
    cohort.picture.refresh()
    assert cohort.picture.get_trial(cohort.picture.id_of(0)).intermediate_values == {}


def test_a_parameter_keeps_its_domain(db: Database) -> None:
    add(db, trials=2)
    cohort = Cohort(db, filled(db, take(db, "w", 2)))
    cohort.trials[0].suggest_categorical("x", [1, 2])
    with pytest.raises(ValueError, match="dynamic value space"):
        cohort.trials[1].suggest_categorical("x", [1, 3])
