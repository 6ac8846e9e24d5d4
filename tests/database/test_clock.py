"""The database's clock jumps: a dead worker holds nothing for long, a live one loses nothing."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.database.conftest import add, opening
from tests.database.test_trials import age
from tuner.database import budget, closings, workers
from tuner.database.connection import Database, utc_now
from tuner.database.leases import GRACE_S, LEASE_S
from tuner.database.tables import RunRow, StudyRow

HOURS_S = 3 * 3600.0


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[tuple[Database, Callable[[float], None]]]:
    """A SQLite database whose clock goes on by as much as is asked."""
    offset_s = 0.0

    def julianday(_: Any) -> float:
        return (time.time() + offset_s) / 86400.0 + 2440587.5

    def jump(seconds: float) -> None:
        nonlocal offset_s
        offset_s += seconds

    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        sa.event.listen(
            db.engine, "connect", lambda connection, _: connection.create_function("julianday", 1, julianday)
        )
        db.engine.dispose()
        yield db, jump


@pytest.mark.parametrize("hours_s", [-HOURS_S, HOURS_S])
def test_after_a_jump_the_dead_lose_their_trials_in_time_and_the_living_none(
    clocked: tuple[Database, Callable[[float], None]], hours_s: float
) -> None:
    db, jump = clocked
    add(db, trials=2)
    for worker in ("dead", "alive", "other"):
        workers.enter(db, worker, "cpu")
        age(db, worker, 10 * GRACE_S)
    for worker in ("dead", "alive"):
        assert budget.take(db, "s", worker) is not None
    jump(hours_s)
    assert budget.take(db, "s", "other") is None  # its own signs of life have a gap
    workers.beat(db, "other", "s", "waiting")
    assert budget.take(db, "s", "other") is None  # the others may be about to say that they live
    for _ in range(3):
        jump(0.4 * GRACE_S)
        workers.beat(db, "alive", "s", "training")
        workers.beat(db, "other", "s", "waiting")
    jump(LEASE_S if hours_s > 0 else 0.0)  # of its lease, as long is left as there was
    for worker in ("alive", "other"):
        workers.beat(db, worker, "s", "training")
        age(db, worker, 2 * GRACE_S)
    adopted = budget.take(db, "s", "other")
    assert adopted is not None
    assert (adopted.ordinal, adopted.attempt) == (0, 2)
    assert budget.take(db, "s", "third") is None


def test_a_lease_that_ends_later_than_any_can_has_run_out(db: Database) -> None:
    add(db, trials=1)
    workers.enter(db, "w2", "cpu")
    age(db, "w2", 2 * GRACE_S)
    assert budget.take(db, "s", "w1") is not None
    assert budget.take(db, "s", "w2") is None
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(lease_until=utc_now() + HOURS_S))
    assert budget.take(db, "s", "w2") is not None
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(finalized=True))
        session.execute(sa.update(StudyRow).values(closer="w1", closing_until=utc_now() + HOURS_S))
    assert closings.claim(db, "s", "w2", 0) is not None
