"""Which workers are known to be dead: those of this space of pids, those of this machine before its boot, no others."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.database.conftest import add, opening
from tests.postgres import PostgresServer
from tuner.database import budget, gpu_claims, machine, workers
from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S
from tuner.database.machine import Place
from tuner.database.tables import GpuClaimRow, RunRow, StudyRow, WorkerRow

HERE = Place("m1", "boot-1", "boot-1 pid:[1]")
NOBODY = 2**22 + 7
"""A pid above the largest that Linux gives."""


@contextmanager
def at(place: Place) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "here", lambda: place)
        yield


def enter(db: Database, worker_id: str, place: Place, pid: int | None = None, silent_s: float = 1.0) -> None:
    """A worker somewhere; pid: its process, by default this one."""
    with at(place):
        workers.enter(db, worker_id, "cpu")
    values = {"seen_at": utc_now() - silent_s} | ({} if pid is None else {"pid": pid})
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == worker_id).values(**values))


def living(db: Database, place: Place = HERE) -> list[str]:
    with at(place):
        return [each.worker_id for each in workers.view_workers(db)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("", "boot-1", "boot-1 pid:[2]"),  # another container of this machine
        Place("", "boot-2", "boot-2 pid:[1]"),  # a container of another machine
        Place("m2", "boot-2", "boot-2 pid:[1]"),  # another machine of the same name
        Place("", "", ""),  # nobody knows where
    ],
)
def test_a_worker_of_another_space_of_pids_is_not_judged_by_its_pid(db: Database, elsewhere: Place) -> None:
    enter(db, "far", elsewhere, NOBODY)
    enter(db, "near", HERE)
    assert living(db) == ["far", "near"]
    with at(HERE):
        assert workers.reap_local_workers(db) == 0
    enter(db, "silent", elsewhere, NOBODY, silent_s=LEASE_S + 1.0)
    assert living(db) == ["far", "near"]  # a silent one is not counted, but its lease is its own till it ends
    with at(elsewhere):
        assert workers.reap_local_workers(db) == (2 if elsewhere.space else 0)


def test_a_dead_process_of_this_space_of_pids_is_found_at_once(db: Database) -> None:
    add(db, trials=1)
    enter(db, "dead", HERE, NOBODY)
    assert budget.take(db, "s", "dead") is not None
    assert living(db) == []
    with at(HERE):
        assert workers.reap_local_workers(db) == 1
    assert budget.take(db, "s", "other") is not None


def test_after_a_reboot_the_machines_workers_are_dead(db: Database) -> None:
    long_ago = machine.uptime_s() + 1.0
    enter(db, "before", HERE, silent_s=long_ago)
    enter(db, "twin", HERE, silent_s=1.0)  # of a machine that was copied, down to its name
    enter(db, "container", Place("", "boot-1", "boot-1 pid:[2]"), silent_s=long_ago)
    with at(Place("m1", "boot-2", "boot-2 pid:[1]")):
        assert workers.reap_local_workers(db) == 1
    with db.session() as session:
        open_ones = session.scalars(sa.select(WorkerRow.worker_id).where(WorkerRow.stopped_at.is_(None))).all()
    assert set(open_ones) == {"twin", "container"}


def test_workers_are_counted_over_a_machines_containers(db: Database) -> None:
    enter(db, "a", HERE)
    enter(db, "b", Place("", "boot-1", "boot-1 pid:[2]"), NOBODY)
    enter(db, "dead", HERE, NOBODY)
    enter(db, "far", Place("m1", "boot-2", "boot-2 pid:[1]"))
    enter(db, "unknown", Place("", "", ""))
    with at(HERE):
        assert workers.workers_here(db) == 2
    with at(Place("", "", "")):
        assert workers.workers_here(db) == 0


def test_this_process_lives_and_its_pid_with_another_begin_does_not() -> None:
    began = machine.began(os.getpid())
    assert machine.lives(os.getpid(), began)
    assert not machine.lives(os.getpid(), began + 60.0)
    assert not machine.lives(NOBODY, began)
    assert machine.here().space
    assert machine.here().boot
    assert 0.0 < began <= machine.uptime_s()


ENTER = """
import sys
from tuner.database import workers
from tuner.database.connection import open_database
db = open_database(sys.argv[1])
print("buried", workers.reap_local_workers(db))
workers.enter(db, sys.argv[2], "cpu")
print("living", len(workers.view_workers(db)), flush=True)
sys.stdin.read()
"""
UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"]


@pytest.mark.half
@pytest.mark.parametrize("mount", [["--mount-proc"], []])
def test_workers_in_two_spaces_of_pids_and_one_hostname_do_not_bury_each_other(url: str, mount: list[str]) -> None:
    if shutil.which("unshare") is None or subprocess.run([*UNSHARE, "--mount-proc", "true"], check=False).returncode:
        pytest.skip("needs the right to make a PID namespace (unshare)")
    with opening(url) as db:
        add(db, trials=1)
        workers.enter(db, "outside", "cpu")
        inside = [
            subprocess.Popen(
                [*UNSHARE, *mount, sys.executable, "-c", ENTER, url, name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for name in ("first", "second")
        ]  # fmt: skip
        try:
            for process in inside:
                assert process.stdout is not None
                assert process.stdout.readline() == "buried 0\n"
                assert process.stdout.readline().startswith("living ")
            assert workers.reap_local_workers(db) == 0
            assert len(workers.view_workers(db)) == 3
            with db.session() as session:
                rows = session.scalars(sa.select(WorkerRow)).all()
            assert len({row.pid_space for row in rows if row.pid_space}) == (3 if mount else 1)
            assert len({row.boot for row in rows}) == 1
            assert workers.workers_here(db) == 3
        finally:
            for process in inside:
                process.communicate("")


def test_each_worker_takes_the_gpu_with_the_fewest(db: Database) -> None:
    gpus = ["GPU-a", "GPU-b"]
    taken = [gpu_claims.claim(db, f"w{number}", gpus) for number in range(5)]
    assert taken == [("GPU-a", 0), ("GPU-b", 0), ("GPU-a", 1), ("GPU-b", 1), ("GPU-a", 2)]
    workers.mark_dead(db, "w1")
    assert gpu_claims.claim(db, "w5", gpus) == ("GPU-b", 0)
    assert gpu_claims.claim(db, "w5", gpus) == ("GPU-b", 0)  # asked again, as after a lost answer
    assert gpu_claims.claim(db, "w6", ["GPU-c"]) == ("GPU-c", 0)


def test_a_gpu_is_held_by_signs_of_life(db: Database) -> None:
    for name in ("alive", "silent"):
        workers.enter(db, name, "gpu:0")
        gpu_claims.claim(db, name, ["GPU-a"])
    with db.session() as session, session.begin():
        session.execute(sa.update(GpuClaimRow).values(lease_until=utc_now() - 1.0))
    workers.beat(db, "alive", None, "waiting")
    assert gpu_claims.claim(db, "next", ["GPU-a"]) == ("GPU-a", 1)


def test_workers_that_start_at_once_take_a_gpu_each(url: str) -> None:
    gpus = [f"GPU-{number}" for number in range(8)]
    together = threading.Barrier(8)
    with opening(url) as db:

        def claim(number: int) -> tuple[str, int]:
            together.wait(30)
            return gpu_claims.claim(db, f"w{number}", gpus)

        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(claim, range(8)))
    assert sorted(taken) == [(name, 0) for name in gpus]


@pytest.mark.postgres
def test_a_sign_of_life_and_a_change_of_a_study_do_not_wait_for_each_other(postgres_server: PostgresServer) -> None:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with opening(postgres_server.new_database()) as db:
        add(db)
        workers.enter(db, "w", "cpu")
        assert budget.take(db, "s", "w") is not None
        with db.session() as session, session.begin():
            session.execute(sa.update(StudyRow).values(recorder="w"))
        with ThreadPoolExecutor(1) as pool:
            with db.session() as session, session.begin():
                session.execute(sa.update(StudyRow).values(changes=StudyRow.changes + 1))
                beat = pool.submit(workers.beat, db, "w", "s", "training")
                until = time.monotonic() + 30.0
                with db.engine.connect() as other:
                    while not other.scalar(sa.text(waits)) and time.monotonic() < until:
                        other.rollback()
                session.execute(sa.update(RunRow).values(changes=RunRow.changes + 1))
            beat.result(30)
