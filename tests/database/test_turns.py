"""What became of several runs at once is in one transaction: of those that their worker holds, all; of the others,
nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.database.cohorts import Cohort, filled, take
from tests.database.conftest import add
from tests.database.test_trials import expire
from tuner.database import budget, finalists, runs, turns
from tuner.database.changes import changes_since
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.tables import RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.database.turns import EpochDone, RunEnded, Turned


@contextmanager
def commits(db: Database) -> Iterator[list[int]]:
    """Counts the transactions that write."""
    counted: list[int] = []
    wrote = [False]

    def statement(connection: object, cursor: object, words: str, *rest: object) -> None:
        wrote[0] = wrote[0] or not words.lstrip().upper().startswith("SELECT")

    def commit(connection: object) -> None:
        if wrote[0]:
            counted.append(1)
        wrote[0] = False

    sa.event.listen(db.engine, "before_cursor_execute", statement)
    sa.event.listen(db.engine, "commit", commit)
    try:
        yield counted
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", statement)
        sa.event.remove(db.engine, "commit", commit)


def test_an_epoch_of_all_members_is_one_transaction(db: Database) -> None:
    add(db, trials=5)
    with commits(db) as taking:
        jobs = take(db, "w", 5)
    with commits(db) as filling:
        cohort = Cohort(db, filled(db, jobs))
    with commits(db) as writing:
        cohort.start()
        cohort.epoch(1, {number: 0.1 * number for number in range(5)})
        cohort.end(dict.fromkeys(range(5), "complete"))
    assert (len(taking), len(filling), len(writing)) == (1, 1, 3)


def test_runs_come_out_as_if_each_had_been_written_alone(db: Database) -> None:
    add(db, trials=4)
    cohort = Cohort(db, filled(db, take(db, "w", 2)))
    cohort.start({"x": 2.0})
    cohort.epoch(1, {0: 0.4, 1: 0.5})
    cohort.end({0: "complete", 1: "complete"})
    for ordinal, value in ((2, 0.4), (3, 0.5)):
        job = budget.take(db, "s", "w", False) if ordinal == 2 else take(db, "w", 1)[0]
        assert job is not None
        job = filled(db, [job])[0]
        runs.start(db, job, TrialFacts(seed=1), {"x": 2.0})
        runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": value}, 0.1, 0.0), value, 1, "checkpoint-1")
        runs.finish(db, job, "complete", "why", 0.5, 1, TrialFacts(seed=2))
        runs.finalize(db, job)
    together, alone = (runs.view_trials(db, "s", epochs=True)[part] for part in (slice(0, 2), slice(2, 4)))
    for mine, its in zip(together, alone, strict=True):
        same = ("state", "reason", "params", "facts", "value", "best_epoch", "test", "finalized", "changes", "repeated")
        assert {name: getattr(mine, name) for name in same} == {name: getattr(its, name) for name in same}
        assert [each.metrics for each in mine.epochs] == [each.metrics for each in its.epochs]
        assert mine.finished_at is not None
    with db.session() as session:
        assert session.scalars(sa.select(RunRow.checkpoint)).all() == ["checkpoint-1"] * 4


def test_one_that_was_lost_is_told_and_disturbs_no_other(db: Database) -> None:
    add(db, trials=3)
    cohort = Cohort(db, filled(db, take(db, "w1", 3)))
    expire(db)
    thief = take(db, "w2", 1)[0]
    assert cohort.epoch(1, {0: 0.1, 1: 0.2, 2: 0.3}) == Turned(lost=frozenset({("s", "search", 0, 0)}))
    assert [len(each.epochs) for each in runs.view_trials(db, "s", epochs=True)] == [0, 1, 1]
    theirs = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))
    assert [each.intermediate_values for each in theirs] == [{}, {1: 0.2}, {1: 0.3}]
    # Nor is it written with what comes later; and what its new worker writes is seen.
    assert Cohort(db, [thief]).epoch(1, {0: 0.9}) == Turned()
    cohort.picture.refresh()
    assert cohort.picture.get_trial(cohort.picture.id_of(0)).intermediate_values == {1: 0.9}
    ended = cohort.end({1: "complete", 2: "pruned"})
    assert ended == Turned()
    assert [each.state for each in runs.view_trials(db, "s")] == ["running", "complete", "pruned"]


def test_an_epoch_is_stored_once_however_often_its_answer_is_lost(db: Database) -> None:
    add(db, trials=2)
    cohort = Cohort(db, filled(db, take(db, "w", 2)))
    cohort.epoch(1, {0: 0.1, 1: 0.2})
    number = changes_since(db, "s", 0).number
    again = [
        EpochDone(cohort.jobs[each], EpochView(epoch, {"val_accuracy": 0.7}, 0.1, 0.0), 0.7, epoch)
        for each, epoch in ((0, 1), (1, 2))
    ]
    assert turns.write_turn(db, "s", epochs=again) == Turned()
    curves = [[each.metrics["val_accuracy"] for each in view.epochs] for view in runs.view_trials(db, "s", epochs=True)]
    assert curves == [[0.1], [0.2, 0.7]]
    told = changes_since(db, "s", number)
    assert {each.ordinal for each in told.runs} == {0, 1}
    assert [len(each) for each in told.epochs.values()] == [1]


def test_a_reader_misses_nothing_of_a_turn(db: Database) -> None:
    add(db, trials=3)
    cohort = Cohort(db, filled(db, take(db, "w", 3)))
    number = changes_since(db, "s", 0).number
    cohort.start()
    cohort.epoch(1, {0: 0.1, 1: 0.2})
    cohort.end({2: "failed"})
    told = changes_since(db, "s", number)
    assert {each.ordinal: each.state for each in told.runs} == {0: "running", 1: "running", 2: "failed"}
    assert {key[3]: len(each) for key, each in told.epochs.items()} == {0: 1, 1: 1}
    assert changes_since(db, "s", told.number).runs == ()


def test_epochs_that_are_trained_again_are_counted(db: Database) -> None:
    add(db, trials=3)
    jobs = filled(db, take(db, "w", 3))
    started = [turns.Started(job, TrialFacts(), {}, repeats) for job, repeats in zip(jobs, (0, 2, 2), strict=True)]
    turns.write_turn(db, "s", started=started)
    assert [each.repeated for each in runs.view_trials(db, "s")] == [0, 2, 2]


def test_without_a_checkpoint_the_last_one_counts(db: Database) -> None:
    add(db, trials=1)
    job = filled(db, take(db, "w", 1))[0]
    for epoch, checkpoint in ((1, "first"), (2, None)):
        done = EpochDone(job, EpochView(epoch, {}, 0.1, 0.0), 0.5, epoch, checkpoint)
        turns.write_turn(db, "s", epochs=[done])
    expire(db)
    assert take(db, "w2", 1)[0].checkpoint == "first"


def test_finalists_are_told_that_their_configuration_is_out(db: Database) -> None:
    add(db, trials=1)
    cohort = Cohort(db, filled(db, take(db, "w", 1)))
    cohort.end({0: "complete"})
    planned = [finalists.Planned("compare", 0, 0, number, number) for number in range(3)]
    assert finalists.plan(db, "s", 0, "compare", planned)
    jobs = finalists.take_many(db, "s", 0, "w", 2)
    assert [each.ordinal for each in jobs] == [0, 1]
    assert [each.ordinal for each in finalists.take_many(db, "s", 0, "w", 2, [0, 1])] == [2]
    finalists.drop(db, "s", 0, 0, "clearly worse")
    done = [EpochDone(job, EpochView(1, {}, 0.1, 0.0), 0.5, 1) for job in jobs]
    assert set(turns.write_turn(db, "s", epochs=done).dropped.values()) == {"clearly worse"}
    ended = [RunEnded(job, "complete", "", TrialFacts(), 0.5, 1, {"accuracy": 0.9}) for job in jobs]
    turns.write_turn(db, "s", ended=ended)
    views = runs.view_finalists(db, "s")
    assert [(each.state, each.finalized, each.test) for each in views[:2]] == [
        ("complete", True, {"accuracy": 0.9})
    ] * 2


@pytest.mark.parametrize("state", ["pruned", "diverged", "cancelled"])
def test_a_trials_end_and_what_optuna_knows_of_it_come_together(db: Database, state: str) -> None:
    add(db, trials=1)
    cohort = Cohort(db, filled(db, take(db, "w", 1)))
    cohort.end({0: state})
    trial = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))[0]
    assert trial.state.is_finished()
    assert budget.finalized(db, "s") == 1
