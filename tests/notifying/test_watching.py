"""What nobody writes down when it happens: a study that is stuck, a new best trial."""

import re
from dataclasses import replace

import sqlalchemy as sa

from tests.analysis.written import OUTCOME, TRIALS, Told, write_study
from tests.database.conftest import close
from tests.database.test_outbox import notices
from tests.notifying.conftest import add_webhook
from tuner.database import outbox, skipped_studies, studies, workers
from tuner.database.connection import Database, utc_now
from tuner.database.progress import last_progress, leader
from tuner.database.service_tables import NoticeRow
from tuner.database.tables import EpochRow, RunRow, StudyRow
from tuner.errors import DataError
from tuner.notifying.watching import BEST_AFTER, Watcher
from tuner.service.resuming import resume_study


def _quiet(db: Database, seconds: float) -> None:
    """As if nothing had happened for so long."""
    at = utc_now() - seconds
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(created_at=at, asked_at=0.0, admitted_at=at))
        session.execute(sa.update(RunRow).values(finished_at=sa.case((RunRow.finished_at.is_(None), None), else_=at)))
        session.execute(sa.update(EpochRow).values(measured_at=at))


def _words(db: Database) -> list[str]:
    """Of how long ago something was in tens of seconds, since time goes on while this looks."""
    with db.session() as session:
        asked = sa.select(NoticeRow).where(NoticeRow.event == "stuck").order_by(NoticeRow.happened_at)
        return [re.sub(r"(\d+:\d)\d", r"\g<1>x", each.words) for each in session.scalars(asked)]


def _look(db: Database) -> None:
    Watcher(db, surely_s=0.0).look("s")


def _works(db: Database, stage: str = "training") -> None:
    workers.enter(db, "w", "cpu")
    workers.beat(db, "w", "s", stage)


def _left(db: Database) -> None:
    for each in ("h-0-s", "h-1-s"):
        workers.mark_dead(db, each)


def test_one_on_which_nobody_works_is_stuck_after_a_quarter_of_an_hour(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a")
    _quiet(db, 880)
    _look(db)
    assert _words(db) == []
    _quiet(db, 910)
    _look(db)
    (said,) = _words(db)
    assert said == "no worker works on it for 15:1x. Start one: tune worker --study s"
    watcher = Watcher(db, surely_s=0.0)
    for _ in range(3):  # the same silence is told once
        watcher.look("s")
    assert len(_words(db)) == 1


def test_a_second_silence_is_told_again(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a")
    for seconds in (10_000, 2_000):
        _quiet(db, seconds)
        _look(db)
    assert len(_words(db)) == 2


def test_where_workers_work_as_long_as_the_watchdog_gives(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    add_webhook(db, "http://a")
    _works(db)
    with db.session() as session, session.begin():
        session.execute(sa.update(EpochRow).values(seconds=60.0))
    _quiet(db, 29 * 60)
    _look(db)
    assert _words(db) == []  # thirty times the longest epoch
    _quiet(db, 31 * 60)
    workers.beat(db, "w", "s", "loading")
    _look(db)
    assert _words(db) == []  # reading data takes as long as it takes
    workers.beat(db, "w", "s", "training")
    _look(db)
    assert _words(db) == ["no epoch and no trial has ended for 31:0x"]


def test_why_it_is_passed_over_stands_beside_it(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a")
    workers.enter(db, "w", "cpu")
    workers.beat(db, "w", None, "waiting")
    skipped_studies.note(db, "s", "w", DataError("no data at /nowhere"))
    _quiet(db, 1000)
    _look(db)
    assert _words(db) == ["no worker works on it for 16:4x"]


def test_one_that_should_not_run_is_not_stuck(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a")
    studies.set_desired_state(db, "s", "stopping")
    _quiet(db, 10_000)
    _look(db)
    resume_study(db, "s", 5, None)  # it has only just been asked to go on
    _look(db)
    assert _words(db) == []
    _quiet(db, 10_000)
    close_all(db)
    _look(db)
    assert _words(db) == []


def close_all(db: Database) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(trials=2))
    close(db, "s", OUTCOME)


def test_nobody_who_does_not_want_to_know_is_told(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a", events=("ended",))
    _quiet(db, 10_000)
    _look(db)
    assert notices(db) == []
    assert outbox.watched(db) == ["s"]


def test_a_process_that_slept_looks_for_a_while_first(db: Database) -> None:
    write_study(db, "s", TRIALS[:2], outcome=None)
    _left(db)
    add_webhook(db, "http://a")
    _quiet(db, 10_000)
    clock = [0.0]
    watcher = Watcher(db, surely_s=60.0, now=lambda: clock[0])
    for at in (0.0, 50_000.0):  # the lid was closed
        clock[0] = at
        watcher.look("s")
    assert _words(db) == []
    for _ in range(2):
        clock[0] += 20.0
        watcher.look("s")
    assert len(_words(db)) == 1


def _many(count: int) -> list[Told]:
    return [replace(TRIALS[0], accuracies=(0.5 + each / 100,)) for each in range(count)]


def test_a_new_best_is_told_once_enough_trials_are_complete(db: Database) -> None:
    write_study(db, "s", _many(BEST_AFTER - 1), outcome=None)
    add_webhook(db, "http://a")
    _look(db)
    assert notices(db) == []
    write_study(db, "t", _many(BEST_AFTER + 2), outcome=None)
    add_webhook(db, "http://a", "t", receiver_id="t")
    for _ in range(3):
        Watcher(db).look("t")
    assert notices(db) == [("t", "best", "t")]


def test_one_that_was_best_from_the_first_is_no_news(db: Database) -> None:
    worse = [replace(TRIALS[0], accuracies=(0.9 - each / 100,)) for each in range(BEST_AFTER + 5)]
    write_study(db, "s", worse, outcome=None)
    add_webhook(db, "http://a")
    _look(db)
    assert notices(db) == []


def test_how_far_a_study_is(db: Database) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    best, worst = leader(db, "s", "maximize"), leader(db, "s", "minimize")
    assert best is not None
    assert worst is not None
    assert (best.ordinal, best.complete) == (1, 2)
    assert (worst.ordinal, worst.complete) == (0, 1)
    write_study(db, "none", TRIALS[2:4], outcome=None)
    assert leader(db, "none", "maximize") is None
    _quiet(db, 50)
    assert 49 < last_progress(db, "s").quiet_s < 90
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(asked_at=utc_now()))
    assert last_progress(db, "s").quiet_s < 30
