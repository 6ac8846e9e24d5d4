"""What hangs is told from what is slow, stopped or without its database; a trial that hangs fails, once."""

import errno
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.studies.test_stopping_rules import made, search
from tuner.data.dataset import Dataset
from tuner.database import budget, leases, runs, studies, workers
from tuner.database.connection import utc_now
from tuner.database.patience import patient, patiently
from tuner.database.tables import RunRow, StudyRow
from tuner.database.trial_facts import TrialFacts
from tuner.runs import closing, job_guard
from tuner.runs.job_guard import holding
from tuner.runs.roles import SEARCH
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.runs.watchdog import Pace, Watch, limit_s, words
from tuner.search.optuna_study import trial_template
from tuner.studies.status import study_status

STEPS = st.sampled_from(["building", "first epoch", "epoch", "finishing", "closing"])
SECONDS = st.floats(0.001, 1e5)


@given(step=STEPS, own=SECONDS, more=SECONDS, whole=st.booleans())
def test_whatever_took_no_longer_than_three_times_what_is_known_does_not_hang(
    step: str, own: float, more: float, whole: bool
) -> None:
    for late in (False, True):
        pace = Pace(own=own, study=own + more, whole=whole, late=late)
        longest = own if step == "epoch" else own + more
        assert limit_s(step, pace) >= max(60.0, 3 * longest)  # type: ignore[arg-type]  # one of them


@given(step=STEPS, own=SECONDS, whole=st.booleans())
def test_once_time_is_up_nobody_waits_longer_than_before(step: str, own: float, whole: bool) -> None:
    for known in (own, 0.0):
        pace = Pace(own=known, study=known, whole=whole, timeout_s=600.0)
        late = Pace(own=known, study=known, whole=whole, timeout_s=600.0, late=True)
        assert limit_s(step, late) <= limit_s(step, pace)  # type: ignore[arg-type]  # one of them
    assert limit_s("first epoch", Pace(whole=True, late=True, timeout_s=600.0)) == 1200.0
    # The first trial is trained for an epoch at least, also one that takes longer than the study has.
    assert limit_s("first epoch", Pace(late=True, timeout_s=5.0)) == 900.0


def test_once_time_is_up_what_the_study_needs_to_end_and_what_is_compiled_have_their_time() -> None:
    late = Pace(study=1.0, late=True)
    assert limit_s("loading", late) == 7200.0
    assert "time was up" not in words("loading", 7200.0, late)
    assert limit_s("closing", late) == limit_s("closing", Pace(study=1.0))
    assert [limit_s(each, late) for each in ("building", "first epoch", "finishing")] == [300.0] * 3  # type: ignore[arg-type]
    assert limit_s("epoch", Pace(own=1.0, study=1.0, late=True)) == 60.0


def test_a_persons_own_limit_is_of_an_epoch_and_more_of_what_is_not_one() -> None:
    pace = Pace(own=100.0, study=100.0, whole=True, given=40.0)
    assert limit_s("epoch", pace) == 40.0
    assert limit_s("first epoch", pace) == limit_s("finishing", pace) == 140.0


def test_what_hangs_is_told_with_what_is_known() -> None:
    assert words("epoch", 312.4, Pace(own=4.0, study=9.0)) == (
        "hung: no epoch ended in 312 s, the longest before took 4 s"
    )
    assert words("first epoch", 900.0, Pace(late=True)) == (
        "hung: the first epoch had not ended after 900 s, and the study's time was up"
    )


class Clock:
    """A worker's clock, which a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def context(tmp_path: Path, digits: Dataset) -> Iterator[StudyContext]:
    context = made(tmp_path, digits)
    yield context
    context.db.engine.dispose()


def wait(context: StudyContext, clock: Clock, seconds: float, each: float = 5.0) -> str:
    """Look every few seconds, as a worker does; gives the words where it hangs."""
    until = clock.at + seconds
    while clock.at < until:
        clock.at += each
        if (hang := context.watch.look(context.db)) is not None:
            hang.write()
            return hang.words
    return ""


def test_a_trial_that_hangs_has_failed_and_the_next_worker_only_tells_optuna(context: StudyContext) -> None:
    clock = Clock()
    context.watch = Watch(now=clock)
    job = budget.take(context.db, "s", "w")
    assert job is not None
    budget.fill(context.db, job, trial_template(job.ordinal, None), "")
    runs.start(context.db, job, TrialFacts(seed=1), {"units": 16, "epochs": 3})
    with holding(context, job, SEARCH):
        context.watch.step("first epoch")
        assert wait(context, clock, 800.0) == ""
        context.watch.epoch(4.0)
        assert wait(context, clock, 130.0) == ""
        assert context.watch.says == "no epoch for 2:10"
        assert wait(context, clock, 300.0) == "hung: no epoch ended in 305 s, the longest before took 4 s"
        # What hung comes back after all, when another has it.
        workers.mark_dead(context.db, "w")
        assert budget.take(context.db, "s", "other") is not None
        with pytest.raises(leases.LeaseLost):
            leases.renew(context.db, job.lease)
    workers.mark_dead(context.db, "other")
    for ordinal in (0, 1):
        job = budget.take(context.db, "s", "w")
        assert job is not None
        assert job.ordinal == ordinal
        run_trial(context, job)
    status = study_status(context.db, "s", epochs=True)
    hung, following = status.trials[:2]
    assert (hung.epochs, following.state) == ((), "complete")
    assert (hung.state, hung.reason) == ("failed", "hung: no epoch ended in 305 s, the longest before took 4 s")
    assert (hung.finalized, hung.attempt) == (True, 3)
    assert status.counts["failed"] == 1


def test_a_process_that_was_stopped_or_had_no_database_does_not_hang(context: StudyContext) -> None:
    clock = Clock()
    context.watch = Watch(now=clock)
    with context.watch.during("building", "s", pytest.fail):
        context.watch.epoch(1.0)
        for _ in range(20):
            assert wait(context, clock, 5.0) == ""
            clock.at += 3600.0  # nobody looked
        assert wait(context, clock, 50.0) == ""
        context.watch.epoch(1.0)
        assert context.watch.says == ""


def test_waiting_for_space_is_no_silence(context: StudyContext) -> None:
    clock = Clock()
    context.watch = Watch(now=clock)
    tries = []

    def write() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        assert wait(context, clock, 1000.0) == ""

    with context.watch.during("building", "s", lambda _: None):
        context.watch.epoch(1.0)
        patiently(write)
        assert wait(context, clock, 1000.0).startswith("hung")


def test_a_worker_that_dies_while_a_disk_is_full_dies_of_what_it_died_of(
    context: StudyContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    @patient
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(leases, "note_death", full)
    monkeypatch.setattr(job_guard, "DYING_WORDS_S", 0.01)
    job = budget.take(context.db, "s", "w")
    assert job is not None
    with pytest.raises(ZeroDivisionError), holding(context, job, SEARCH):
        raise ZeroDivisionError


def test_at_the_end_of_its_time_a_study_does_not_wait_for_what_hangs(context: StudyContext) -> None:
    clock, told = Clock(), []
    context.watch = Watch(now=clock)
    job = budget.take(context.db, "s", "w")
    assert job is not None
    with context.watch.during("building", "s", told.append, search=True):
        context.watch.epoch(1.0)
        assert wait(context, clock, 100.0) == ""
        with context.db.session() as session, session.begin():
            session.execute(sa.update(StudyRow).values(timeout_s=60.0, deadline_at=utc_now() - 1.0))
        wait(context, clock, 5.0)
    assert told == ["hung: no epoch ended in 105 s, the longest before took 1 s, and the study's time was up"]


def test_scoring_that_never_ends_ends_the_study_unscored(context: StudyContext) -> None:
    clock, begun, come_back = Clock(), threading.Event(), threading.Event()
    context.watch = Watch(now=clock)
    studies.reopen(context.db, "s", 1, None)
    search(context)

    def never(*_: object) -> dict[str, float]:
        begun.set()
        assert come_back.wait(60)
        return {}

    told: list[bool] = []
    stuck = threading.Thread(
        target=lambda: told.append(
            closing.close_if_over(
                context.db, context.spec, context.dataset, context.store, "s", "w", never, watch=context.watch
            )
        )
    )
    stuck.start()
    assert begun.wait(60)
    with context.db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(test=sa.null()))  # as if it had not come so far
    assert wait(context, clock, 1000.0).startswith("hung: scoring the winner had taken 905 s and was not done")
    outcome = study_status(context.db, "s").study.outcome
    come_back.set()
    stuck.join(60)
    assert outcome is not None
    assert outcome.best_ordinal == 0
    assert outcome.not_scored.startswith("hung: scoring the winner")
