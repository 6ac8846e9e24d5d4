"""Workers that serve whichever study is open: by turns, replaced in time, leaving cleanly."""

import shutil
import signal
from pathlib import Path

import optuna
import psutil
import pytest
import sqlalchemy as sa

from tests.end_to_end.conftest import Desk
from tests.nvml import Device, library
from tuner.database.connection import open_database
from tuner.database.epochs import epochs_stored
from tuner.database.tables import GpuClaimRow, RunRow, WorkerRow
from tuner.settings import user_name
from tuner.studies.status import study_status

pytestmark = pytest.mark.slow


@pytest.mark.chaos
def test_one_worker_serves_several_studies_by_turns_and_hands_back_what_it_must_leave(desk: Desk) -> None:
    desk.write_space(epochs=3)
    for name in ("a", "b"):
        desk.tune("start", "--space", "small.yaml", "--study", name, "--trials", "3", "--detach")
    desk.tune("start", "--space", "small.yaml", "--study", "first", "--trials", "2", "--priority", "1", "--detach")
    elsewhere = desk.folder / "elsewhere.yaml"
    elsewhere.write_text("dataset: {idx: nothing}\nparameters: {epochs: [1, 2]}\nsearch: {trials: 1}\n")
    desk.tune("start", "--space", "elsewhere.yaml", "--study", "elsewhere", "--detach")
    desk.settings = {"TUNER_WORKER_TRIALS": "3"}
    worker = desk.begin("worker")
    db = open_database(desk.storage)
    names = ("first", "a", "b")
    desk.wait_until(lambda: all(study_status(db, name).state == "finished" for name in names), seconds=200)

    begun = sorted((t.started_at, name) for name in names for t in study_status(db, name).trials)
    assert [name for _, name in begun] in (["first"] * 2 + order * 3 for order in (["a", "b"], ["b", "a"]))
    with db.session() as session:
        pids = session.scalars(sa.select(WorkerRow.pid)).all()
    assert len(pids) == 3  # eight trials, three a process: it became a fresh one twice
    assert set(pids) == {worker.pid}

    told = study_status(db, "elsewhere").passed_over
    assert [(each.workers, each.gone, "nothing" in each.reason) for each in told] == [(1, False, True)]

    desk.write_space(epochs=4000)
    desk.tune("owner", "limit", user_name(), "1")
    desk.tune("start", "--space", "small.yaml", "--study", "long", "--trials", "1", "--detach")
    assert f"waits: {user_name()} has 1 running study, the most (elsewhere)" in desk.tune("status", "long").stdout
    desk.tune("owner", "limit", user_name(), "none")
    desk.wait_until(lambda: epochs_stored(db, "long") >= 3)
    worker.send_signal(signal.SIGTERM)
    _, stderr = worker.communicate(timeout=60)
    assert worker.returncode == 0, stderr
    assert "study elsewhere is passed over" in stderr
    with db.session() as session:
        row = session.scalars(sa.select(RunRow).where(RunRow.study_name == "long")).one()
    assert (row.state, row.worker_id, row.lease_until, row.strikes) == ("running", None, 0.0, 0)
    assert study_status(db, "elsewhere").passed_over == ()
    assert desk.tune("worker", "--study", "elsewhere", check=False).returncode == 2
    assert [(each.workers, each.gone) for each in study_status(db, "elsewhere").passed_over] == [(1, True)]
    db.engine.dispose()


def test_workers_that_somebody_kills_and_sends_away_are_replaced_and_cost_no_trial(desk: Desk) -> None:
    desk.write_space(epochs=100)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1", "--trials", "2")
    desk.wait_until(lambda: (desk.folder / "tuner.db").exists())
    study = psutil.Process(process.pid)
    killed: set[int] = set()
    while len(killed) < 4:  # before it has trained anything
        desk.wait_until(lambda: any(each.pid not in killed for each in study.children()))
        child = study.children()[0]
        killed.add(child.pid)
        child.kill()
    db = open_database(desk.storage)
    desk.wait_until(lambda: epochs_stored(db, "s") >= 3)
    (child,) = study.children()
    child.terminate()
    _, stderr = process.communicate(timeout=200)
    assert process.returncode == 0, stderr
    assert stderr.count("died (signal 9)") == 4
    status = study_status(db, "s", epochs=True)
    assert [(each.state, each.reason) for each in status.trials] == [("complete", "")] * 2
    assert [each.attempt for each in status.trials] == [2, 1]
    db.engine.dispose()


@pytest.mark.chaos
def test_a_pool_serves_every_study_over_all_gpus_and_a_worker_beside_it_takes_the_one_with_the_fewest(
    desk: Desk,
) -> None:
    """A library stands in for the driver's: TensorFlow then finds no such GPU, and computes all the same."""
    desk.write_space(epochs=2)
    for name in ("a", "b"):
        desk.tune("start", "--space", "small.yaml", "--study", name, "--trials", "2", "--detach")
    driver = library(desk.folder / "driver", Device("GPU-aa", "NVIDIA H100"), Device("GPU-bb", "NVIDIA H100"))
    desk.settings = {"LD_LIBRARY_PATH": driver, "CUDA_VISIBLE_DEVICES": "0,1,-1"}
    pool = desk.begin("worker", "--workers", "auto")
    db = open_database(desk.storage)

    def taken() -> list[tuple[str, int]]:
        with db.session() as session:
            rows = session.execute(sa.select(GpuClaimRow.gpu, GpuClaimRow.place)).all()
        return sorted((row.gpu, row.place) for row in rows)

    desk.wait_until(lambda: len(taken()) == 2)
    beside = desk.begin("worker", "--device", "gpu")
    desk.wait_until(lambda: len(taken()) == 3)
    assert taken() == [("GPU-aa", 0), ("GPU-aa", 1), ("GPU-bb", 0)]
    desk.wait_until(lambda: all(study_status(db, name).state == "finished" for name in ("a", "b")), seconds=200)
    for process in (pool, beside):
        process.send_signal(signal.SIGTERM)
    for process in (pool, beside):
        _, stderr = process.communicate(timeout=90)
        assert process.returncode == 0, stderr
    with db.session() as session:
        rows = session.scalars(sa.select(WorkerRow)).all()
    assert sorted(row.device for row in rows) == ["gpu:0", "gpu:0", "gpu:1"]
    assert all(row.stopped_at for row in rows)
    db.engine.dispose()


@pytest.mark.chaos
def test_a_network_that_never_ends_an_epoch_fails_and_the_others_are_trained(desk: Desk) -> None:
    shutil.copy(Path(__file__).parents[1] / "spaces" / "hangs.py", desk.folder)
    desk.write_space(
        text="dataset: digits\nmodel: {python: 'hangs.py:space'}\n"
        "baselines: {first: {which: 0}, hangs: {which: 1}, last: {which: 2}}\n"
        "search: {trials: 3, pruner: none, epoch_timeout: 4}\n"
    )
    done = desk.tune("start", "--space", "small.yaml", "--code", "hangs.py", "--study", "s", "--workers", "1")
    assert "has ended" in done.stdout
    db = open_database(desk.storage)
    status = study_status(db, "s", epochs=True)
    ended = {each.params["which"]: (each.state, len(each.epochs), each.attempt) for each in status.trials}
    assert ended == {0: ("complete", 3, 1), 1: ("failed", 1, 2), 2: ("complete", 3, 1)}
    reason = next(each.reason for each in status.trials if each.state == "failed")
    assert reason.startswith("hung: no epoch ended in ")
    theirs = optuna.load_study(study_name="s", storage=desk.storage).trials
    assert [trial.state.name for trial in theirs] == ["COMPLETE"] * 3
    assert "hangs.py" in (desk.folder / "tuner-logs" / "s" / "worker-1.log").read_text()  # where it hung
    db.engine.dispose()
