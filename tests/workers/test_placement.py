"""A worker that nobody gave a share of its machine takes a free one."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from tuner.database import workers
from tuner.database.connection import Database, open_database, utc_now
from tuner.database.tables import GpuClaimRow
from tuner.workers import placement
from tuner.workers.gpus import Gpu
from tuner.workers.placement import Wanted

TWO = [Gpu("0", 80_000, "GPU-aa"), Gpu("1", 40_000, "GPU-bb")]


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'tuner.db'}")


def test_each_worker_takes_a_free_gpu_and_then_the_one_with_the_fewest(
    db: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "pause", lambda _: [workers.beat(db, each, None, "") for each in ("w0", "w1")])
    wanted = Wanted(TWO)
    made = [placement.place(db, f"w{number}", wanted) for number in range(3)]
    assert [slot.device for slot in made] == ["gpu:0", "gpu:1", "gpu:0"]
    assert [slot.environment()["CUDA_VISIBLE_DEVICES"] for slot in made] == ["GPU-aa", "GPU-bb", "GPU-aa"]
    assert [slot.memory_mib for slot in made] == [None, None, int(80_000 * 0.92) // 2]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "shares gpu:0 with 1" in caplog.text
    workers.mark_dead(db, "w1")
    assert placement.place(db, "w4", wanted).device == "gpu:1"


def test_one_that_takes_the_place_of_a_dead_worker_has_the_gpu_alone(
    db: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def time_passes(_: float) -> None:
        waits.append(1)
        workers.beat(db, "lives", None, "")
        if len(waits) == 3:
            with db.session() as session, session.begin():
                long_ago = utc_now() - 1.0
                session.execute(
                    sa.update(GpuClaimRow).where(GpuClaimRow.worker_id == "dead").values(lease_until=long_ago)
                )

    monkeypatch.setattr(placement, "pause", time_passes)
    assert [placement.place(db, each, Wanted(TWO)).device for each in ("lives", "dead")] == ["gpu:0", "gpu:1"]
    slot = placement.place(db, "new", Wanted(TWO))
    assert (slot.device, slot.memory_mib, len(waits)) == ("gpu:1", None, 3)
    assert not caplog.records


def test_workers_that_were_told_to_share_divide_the_memory_from_the_first(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    made = [placement.place(db, f"w{number}", Wanted(TWO[:1], workers_per_gpu=2)) for number in range(2)]
    assert [slot.memory_mib for slot in made] == [int(80_000 * 0.92) // 2] * 2
    assert not caplog.records


def test_without_a_gpu_it_computes_on_the_processor(db: Database) -> None:
    assert placement.place(db, "w1", Wanted()).device == "cpu"


def test_workers_of_one_machine_share_its_cores(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "cpu_cores", lambda: 8)
    assert placement.threads_for_one(db) == 8
    for number, threads in enumerate((8, 4, 2, 2), start=1):
        workers.enter(db, f"w{number}", "cpu")
        assert placement.threads_for_one(db) == threads
    workers.leave(db, "w1")
    workers.leave(db, "w2")
    assert placement.threads_for_one(db) == 4
