"""A reader that follows a study by number is told of every write, in the order in which it was committed."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.database.conftest import add, opening
from tests.database.test_trials import fill
from tests.processes import forking
from tuner.database import (
    budget,
    cancelling,
    changes,
    changing,
    closings,
    deliveries,
    finalists,
    leases,
    rules,
    runs,
    studies,
    whole_study,
    workers,
)
from tuner.database.changes import Changes, changes_since
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.facts import Limits
from tuner.database.finalists import Planned
from tuner.database.tables import UNSTAMPED, RunRow, StudyRow
from tuner.database.trial_facts import TrialFacts, of_tags
from tuner.errors import NotFound
from tuner.search.optuna_study import trial_template

TRIAL = ("s", "search", 0, 0)


class Follower:
    """Asks for what is new since it last asked."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.number = 0

    def look(self) -> Changes:
        seen = changes_since(self._db, "s", self.number)
        self.number = seen.number
        return seen


def test_every_write_is_told_of(db: Database) -> None:
    add(db, timeout_s=60.0)
    follower = Follower(db)
    assert follower.look().study is not None
    workers.enter(db, "w", "cpu")

    def told(write: Callable[[], object], study: bool = False, of: tuple[int, ...] = ()) -> None:
        """study: whether it is news of the study. of: the ordinals of the runs that it is news of."""
        write()
        seen = follower.look()
        assert (seen.study is not None, tuple(each.ordinal for each in seen.runs)) == (study, of)
        with db.session() as session:
            for row in (StudyRow, RunRow):
                assert session.scalar(sa.select(sa.func.count()).where(row.sequence == UNSTAMPED)) == 0

    taken: list[runs.Job] = []

    def take() -> None:
        job = budget.take(db, "s", "w")
        assert job is not None
        taken.append(job)

    told(take, of=(0,))
    job = taken[0]
    told(lambda: fill(db, job), of=(0,))
    told(lambda: runs.start(db, job, of_tags({"a": "b"}), {"epochs": 2}), of=(0,))
    told(lambda: runs.amend(db, job, {"epochs": 3}), of=(0,))
    runs.finish_epoch(db, job, EpochView(1, {"loss": 0.5}, 0.1, 0.0), 0.5, 1)
    before = follower.number
    seen = follower.look()
    assert seen.number == before + 1, "one number, and so one statement, for an epoch and its run"
    assert [each.best_epoch for each in seen.runs] == [1]
    assert {key: [each.epoch for each in views] for key, views in seen.epochs.items()} == {TRIAL: [1]}
    again = EpochView(1, {"loss": 0.4}, 0.1, 0.0)
    told(lambda: runs.finish_epoch(db, job, again, 0.6, 1), of=(0,))
    told(lambda: deliveries.recorded(db, RunRow, TRIAL, 1, "run"), of=(0,))
    told(lambda: deliveries.refused(db, RunRow, TRIAL, 1, "no", None), of=(0,))
    told(lambda: deliveries.retry(db, "s"), study=True, of=(0,))
    told(lambda: deliveries.deliver_anew(db, "s"), study=True, of=(0,))
    told(lambda: deliveries.deliver_anew(db, "s", {"run"}), of=(0,))
    told(lambda: runs.keep_score(db, job, {"accuracy": 0.5}), of=(0,))
    told(lambda: leases.note_death(db, job.lease, "gone", 0), of=(0,))
    told(take, of=(0,))
    told(lambda: runs.hand_back(db, taken[-1]), of=(0,))
    told(take, of=(0,))
    told(lambda: workers.mark_dead(db, "w"), of=(0,))
    told(take, of=(0,))
    told(lambda: leases.release(db, "w", 1, "gone"), of=(0,))
    told(take, of=(0,))
    told(lambda: leases.fail(db, taken[-1].lease, "stuck"), of=(0,))
    told(lambda: runs.finalize(db, taken[-1]), of=(0,))
    told(take, of=(1,))
    told(lambda: runs.finish(db, taken[-1], "complete", "", 0.5, 1, TrialFacts()), of=(1,))
    told(lambda: runs.finalize(db, taken[-1]), of=(1,))
    told(take, of=(2,))
    told(lambda: cancelling.cancel_trial(db, "s", 2), of=(2,))
    told(take, of=(2,))
    told(lambda: runs.finalize(db, taken[-1]), of=(2,))

    told(lambda: studies.start_clock(db, "s"), study=True)
    told(lambda: studies.pin_data(db, "s", "digest"), study=True)
    told(lambda: studies.set_note(db, "s", "mine"), study=True)
    told(lambda: studies.note_change(db, "s"), study=True)
    told(lambda: studies.set_desired_state(db, "s", "running"), study=True)
    told(lambda: studies.replace_resolved(db, "s", studies.view_study(db, "s").resolved or {}), study=True)
    told(lambda: changing.change_study(db, "s", 4, None, Limits(), None, False), study=True)
    told(lambda: rules.end(db, "s", "target"), study=True)
    planned = [Planned("compare", 1, 1, seed, seed) for seed in (0, 1)]
    told(lambda: finalists.plan(db, "s", 0, "compare", planned), of=(0, 1))
    told(lambda: finalists.take(db, "s", 0, "w"), of=(0,))
    told(lambda: finalists.drop(db, "s", 0, 1, "worse"), of=(0, 1))
    told(lambda: studies.reopen(db, "s", 5, None, anew=True), study=True, of=(0,))

    told(lambda: closings.claim(db, "s", "w", studies.view_study(db, "s").closing_attempt), study=True)
    view = studies.view_study(db, "s")
    closing = closings.Closing("s", "w", view.closing_attempt)
    told(lambda: closings.keep_score(db, closing, 1, {"accuracy": 0.5}), study=True, of=(1,))
    told(take_nothing := lambda: budget.take(db, "s", "w"))
    assert take_nothing() is None, "its study is being closed"
    told(lambda: cancelling.cancel_study(db, "s"), study=True)


def test_signs_of_life_are_no_news_but_show_who_lives(db: Database) -> None:
    add(db)
    workers.enter(db, "w", "cpu")
    job = budget.take(db, "s", "w")
    assert job is not None
    first = changes_since(db, "s", 0)
    workers.beat(db, "w", "s", "training")
    leases.renew(db, job.lease)
    deliveries.claim(db, RunRow, TRIAL, "w")
    deliveries.unclaim(db, RunRow, TRIAL, "w")
    seen = changes_since(db, "s", first.number)
    assert (seen.number, seen.study, seen.runs, seen.epochs) == (first.number, None, (), {})
    assert [(each.worker_id, each.stage) for each in seen.workers] == [("w", "training")]


def test_a_number_of_another_study_of_that_name_gives_all(db: Database) -> None:
    add(db)
    for _ in range(3):
        studies.note_change(db, "s")
    number = changes_since(db, "s", 0).number
    whole_study.rename_study(db, "s", "t")
    renamed = changes_since(db, "t", number)
    assert renamed.study is not None, "it goes on under its new name, which is news"
    assert renamed.study.study_name == "t"
    with pytest.raises(NotFound):
        changes_since(db, "s", number)
    add(db)
    assert changes_since(db, "s", number).study is not None
    whole_study.delete_study(db, "t")
    with pytest.raises(NotFound):
        changes_since(db, "t", 0)


TRIALS, EPOCHS = 4, 60


def write_epochs(url: str, worker_id: str) -> None:
    with opening(url, wait_s=30.0) as db:
        while (job := budget.take(db, "s", worker_id)) is not None:
            budget.fill(db, job, trial_template(job.ordinal, None), "")
            for epoch in range(1, EPOCHS + 1):
                runs.finish_epoch(db, job, EpochView(epoch, {"loss": 1 / epoch}, 0.1, 0.0), 1 / epoch, epoch)
                time.sleep(0.01)  # the reader looks meanwhile, on a busy machine too
            runs.finish(db, job, "complete", "", 0.5, EPOCHS, TrialFacts())
            runs.finalize(db, job)


def test_a_reader_of_what_two_processes_write_misses_nothing_and_sees_no_epoch_twice(url: str) -> None:
    with opening(url) as db:
        add(db, trials=TRIALS)
        writers = [forking.Process(target=write_epochs, args=(url, f"w{i}")) for i in range(2)]
        for each in writers:
            each.start()
        follower = Follower(db)
        epochs: Counter[tuple[object, ...]] = Counter()
        known: dict[int, runs.RunView] = {}
        looks = 0
        try:
            last_look = False
            while not last_look:
                # Told before it looks: what was written until then is seen by this look.
                last_look = not any(each.is_alive() for each in writers)
                seen = follower.look()
                looks += bool(seen.epochs)
                epochs.update((*key, view.epoch) for key, views in seen.epochs.items() for view in views)
                known |= {each.ordinal: each for each in seen.runs}
                time.sleep(0.001)
        finally:
            for each in writers:
                each.join(60)
        assert [each.exitcode for each in writers] == [0, 0]
        assert looks > TRIALS, "it has read while they wrote"
        every = ((*TRIAL[:3], ordinal, epoch) for ordinal in range(TRIALS) for epoch in range(1, EPOCHS + 1))
        assert epochs == Counter(every)
        assert [known[ordinal] for ordinal in range(TRIALS)] == runs.view_trials(db, "s")
        assert replace(changes_since(db, "s", 0), workers=()).epochs.keys() == {
            (*TRIAL[:3], ordinal) for ordinal in range(TRIALS)
        }


@pytest.fixture
def some(db: Database) -> Database:
    """A study of three trials, one of them running, each with an epoch."""
    add(db, trials=3)
    workers.enter(db, "w", "cpu")
    for ordinal in range(3):
        job = budget.take(db, "s", f"w{ordinal}")
        assert job is not None
        fill(db, job)
        runs.finish_epoch(db, job, EpochView(1, {"loss": 0.5}, 0.1, 0.0), 0.5, 1)
        if ordinal < 2:
            runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
            runs.finalize(db, job)
    return db


def test_what_is_new_is_found_without_reading_what_is_old(some: Database) -> None:
    """Whatever is asked of runs and epochs is answered by an index: a page asks every second, of 10,000 trials."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    number = changes_since(some, "s", 0).number
    sa.event.listen(some.engine, "before_cursor_execute", note)
    seen = changes_since(some, "s", number - 1)
    sa.event.remove(some.engine, "before_cursor_execute", note)
    assert len(seen.runs) == 1
    explain = "EXPLAIN QUERY PLAN " if some.sqlite_file is not None else "EXPLAIN "
    with some.engine.connect() as connection:
        if some.sqlite_file is None:
            # A table of three rows is read whole, unless there is another way.
            connection.execute(sa.text("SET enable_seqscan = off"))
        plans = [
            str(row[-1])
            for statement, parameters in asked
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(explain + statement, parameters)
        ]
    assert any("tuner_runs" in line for line in plans)
    assert [line for line in plans if re.search(r"(SCAN|Seq Scan on) tuner_(runs|epochs)", line)] == []


def test_runs_with_new_epochs_are_found_however_many_they_are(some: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with some.session() as session, session.begin():
        # Long ago all of them were numbered, and their epochs just now.
        session.execute(sa.update(RunRow).values(sequence=1))
    few = changes_since(some, "s", 1).runs
    assert [each.ordinal for each in few] == [0, 1, 2]
    monkeypatch.setattr(changes, "_NAMED", 1)
    assert changes_since(some, "s", 1).runs == few
