"""Several runs of one worker at once: what comes of each is what comes of it alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.runs.test_exactness import Killed, dying
from tuner.data.dataset import Dataset
from tuner.database import budget, cancelling, runs, strikes, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database, open_database
from tuner.database.runs import RunView
from tuner.database.trial_facts import TrialFacts
from tuner.runs import finalists_turn, together
from tuner.runs.study_context import StudyContext
from tuner.runs.together import Together
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec

# Where no cohort measures a metric, and Keras is not on JAX, each network is trained by itself, an epoch in turn.
SPACE = """
dataset: digits
metrics: [top5]
parameters:
  units: {int: [4, 32]}
  optimizer: [sgd, adam]
  learning_rate: {float: [1e-3, 1e-1], log: true}
  epochs: {int: [1, 4]}
  normalization: minmax
search: {trials: TRIALS, seed: 3, sampler: random, pruner: none, finalists: {configurations: 2, seeds: 2}}
"""
Opened = Callable[..., StudyContext]


@pytest.fixture
def opened(tmp_path: Path, digits: Dataset) -> Iterator[Opened]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    open_now: list[Database] = []

    def make(name: str, trials: int = 6) -> StudyContext:
        db = open_database(f"sqlite:///{tmp_path / name}.db")
        open_now.append(db)
        spec = parse_spec(SPACE.replace("TRIALS", str(trials)), "small", tmp_path, "small.yaml")
        view = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
        workers.enter(db, "w", "cpu")
        return StudyContext(db, view, spec, digits, FolderStore(tmp_path / name), TrialFacts(), lambda: False)

    yield make
    for each in open_now:
        each.engine.dispose()


def search(context: StudyContext, at_once: Together, worker: str = "w") -> None:
    while True:
        held = [each.ordinal for each in at_once.jobs]
        at_once.add(budget.take_many(context.db, "s", worker, at_once.free, held))
        if not len(at_once):
            return
        at_once.turn()


def seen(view: RunView) -> Any:
    """All of a run but who had it and when."""
    epochs = [(each.epoch, each.metrics) for each in view.epochs]
    facts = {name: each for name, each in view.facts.as_tags().items() if "seconds" not in name}
    return (view.key, view.state, view.value, view.best_epoch, view.params, view.test, view.reason, view.finalized,
            epochs, facts)  # fmt: skip


def told(context: StudyContext) -> Any:
    """What there is to be seen in the end: of all runs, and in Optuna."""
    storage = context.db.storage
    trials = storage.get_all_trials(storage.get_study_id_from_name("s"))
    in_optuna = [
        (each.number, each.state, each.values, each.params, each.distributions, each.intermediate_values,
         each.user_attrs, each.system_attrs)
        for each in trials
    ]  # fmt: skip
    return [seen(each) for each in runs.view_runs(context.db, "s", epochs=True)], in_optuna


def test_what_comes_of_runs_does_not_depend_on_their_company(opened: Opened) -> None:
    """One after the other, and three at a time: the same parameters, epochs, values, finalists, and Optuna's tables."""
    alone, company = opened("alone"), opened("company")
    while (job := budget.take(alone.db, "s", "w")) is not None:
        run_trial(alone, job)
    while finalists_turn.turn(alone, "w") == "trained":
        pass
    at_once = Together(company, 3)
    search(company, at_once)
    while finalists_turn.turn(company, "w", at_once) == "trained":
        pass
    assert len(runs.view_trials(company.db, "s")) == 6
    assert told(company) == told(alone)
    assert not len(at_once)


def test_one_that_a_person_cancels_leaves_and_the_others_do_not_notice(opened: Opened) -> None:
    plain, context = opened("plain", 3), opened("cancelled", 3)
    search(plain, Together(plain, 3))
    longest = max(runs.view_trials(plain.db, "s", epochs=True), key=lambda each: len(each.epochs)).ordinal
    at_once = Together(context, 3)
    at_once.add(budget.take_many(context.db, "s", "w", 3))
    at_once.turn()
    assert cancelling.cancel_trial(context.db, "s", longest)
    search(context, at_once)
    while (job := budget.take_untold(context.db, "s", "w")) is not None:
        at_once.add([job])
    ended = runs.view_trials(context.db, "s", epochs=True)
    assert ended[longest].state == "cancelled"
    others = [each for each in runs.view_trials(plain.db, "s", epochs=True) if each.ordinal != longest]
    assert [seen(each) for each in ended if each.ordinal != longest] == [seen(each) for each in others]


def test_what_is_handed_back_goes_on_where_it_was(opened: Opened) -> None:
    plain, context = opened("plain", 3), opened("handed back", 3)
    search(plain, Together(plain, 3))
    at_once = Together(context, 3)
    at_once.add(budget.take_many(context.db, "s", "w", 3))
    at_once.turn()
    at_once.hand_back("handed back")
    assert not len(at_once)
    workers.enter(context.db, "v", "cpu")
    search(context, Together(context, 2), "v")
    again = runs.view_trials(context.db, "s", epochs=True)
    assert [each.repeated for each in again] == [0, 0, 0]
    assert [seen(each) for each in again] == [seen(each) for each in runs.view_trials(plain.db, "s", epochs=True)]


def test_after_a_crash_each_is_trained_alone_for_an_epoch_and_then_with_the_others_again(opened: Opened) -> None:
    plain, context = opened("plain", 4), opened("crashed", 4)
    search(plain, Together(plain, 4))
    crashed = Together(context, 4)
    crashed.add(budget.take_many(context.db, "s", "w", 4))
    workers.mark_dead(context.db, "w", strikes.CRASH, "signal 11")
    workers.enter(context.db, "v", "cpu")
    at_once, sizes = Together(context, 4), []
    while True:
        held = [each.ordinal for each in at_once.jobs]
        at_once.add(budget.take_many(context.db, "s", "v", at_once.free, held))
        if not len(at_once):
            break
        sizes.append(len(at_once))
        at_once.turn()
    assert sizes[:4] == [1, 1, 1, 1]
    assert max(sizes[4:]) > 1
    again = runs.view_trials(context.db, "s", epochs=True)
    assert [each.repeated for each in again] == [0] * 4
    assert [seen(each) for each in again] == [seen(each) for each in runs.view_trials(plain.db, "s", epochs=True)]


@pytest.mark.slow
def test_a_worker_that_dies_before_any_statement_loses_and_doubles_nothing(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another, that knows of it, ends what it began; what it finds is what one that lives would have found."""
    monkeypatch.setattr(together, "CHECKPOINT_EVERY_S", 1e-6)  # at every epoch: none is to be trained twice
    plain = opened("plain", 2)
    with dying(plain.db, 0) as made:
        search(plain, Together(plain, 2))
    for before in range(1, len(made), 7):
        context = opened(f"before {before}", 2)
        with dying(context.db, before), pytest.raises(Killed):
            search(context, Together(context, 2))
        workers.mark_dead(context.db, "w")
        workers.enter(context.db, "v", "cpu")
        search(context, Together(context, 2), "v")
        assert told(context) == told(plain), before
