"""The finalists of a real study: killed, interrupted, gone on with; all records agree, and nothing is done twice."""

import os
import signal
import sqlite3
from typing import Any

import mlflow
import psutil
import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk
from tuner.database.connection import Database, open_database
from tuner.database.runs import RunView, view_finalists
from tuner.database.studies import view_study
from tuner.studies.status import study_status

pytestmark = pytest.mark.slow

TWICE_TWO = "finalists: {configurations: 2, seeds: 2}"
SPACE = SMALL_SPACE.replace("trials: 5", "trials: 3").replace("finalists: 0", TWICE_TWO)


def finalist_epochs(desk: Desk) -> int:
    if not (desk.folder / "tuner.db").exists():
        return 0
    with sqlite3.connect(desk.folder / "tuner.db") as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM tuner_epochs WHERE role <> 'search'").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def check_mlflow_has_the_finalists(desk: Desk) -> None:
    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "tags.role = 'finalist'", max_results=100)
    assert len(runs) == 6
    assert len({run.data.tags["seed"] for run in runs}) == 6
    assert {run.data.tags["kind"] for run in runs} == {"compare", "final"}
    for run in runs:
        assert run.info.status in ("FINISHED", "KILLED")
        steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "loss")]
        assert steps == list(range(1, len(steps) + 1))
    champion = client.get_model_version_by_alias("small", "champion")
    assert champion.run_id in {run.info.run_id for run in runs if run.data.tags["kind"] == "final"}


def finalists(db: Database) -> list[RunView]:
    return view_finalists(db, "s", epochs=True)


def under_way(db: Database, known: int) -> list[int]:
    """The finalists that are in the middle of their training, by workers that have added to so many known epochs."""
    every = finalists(db)
    if sum(len(each.epochs) for each in every) < known + 3:
        return []  # what is held is a dead worker's, until somebody knows that it is dead
    return [each.ordinal for each in every if each.held and len(each.epochs) < 70]


def planned(view: RunView) -> tuple[str, int, int | None, int]:
    return view.role, view.trial_ordinal, view.seed_number, view.seed


@pytest.mark.chaos
def test_finalists_that_are_interrupted_or_killed_go_on_where_they_were(desk: Desk) -> None:
    desk.write_space(epochs=120, text=SPACE.replace("trials: 3", "trials: 2").replace("asha", "none"))
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    desk.wait_until(lambda: finalist_epochs(desk) >= 3, seconds=200)
    db = open_database(desk.storage)
    desk.wait_until(lambda: bool(under_way(db, 0)))
    plan = [planned(each) for each in finalists(db)]
    seen: dict[tuple[int, int], Any] = {}

    def check_nothing_is_lost_or_trained_again() -> None:
        now = {(each.ordinal, epoch.epoch): epoch for each in finalists(db) for epoch in each.epochs}
        assert seen.items() <= now.items()  # to the worker and the second: none was written anew
        seen.update(now)

    # The study and all its workers, at once: each finalist that was under way is a dead worker's.
    family = psutil.Process(process.pid).children(recursive=True)
    for each in (process, *family):
        each.kill()
    process.communicate()
    desk.wait_until(lambda: study_status(db, "s").state == "interrupted")
    check_nothing_is_lost_or_trained_again()
    killed = {each.ordinal: len(each.epochs) for each in finalists(db) if each.epochs and not each.finalized}
    assert killed

    # Ctrl+C twice: what runs is handed back in its middle.
    process = desk.begin("resume", "s", "--workers", "1")
    desk.wait_until(lambda: bool(under_way(db, len(seen))))
    (running,) = (each.ordinal for each in finalists(db) if each.held)
    os.kill(process.pid, signal.SIGINT)
    desk.wait_until(lambda: view_study(db, "s").desired_state == "stopping")
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    check_nothing_is_lost_or_trained_again()
    left = finalists(db)[running]
    assert (left.state, left.worker_id, left.finalized) == ("running", None, False)

    done = desk.tune("resume", "s", "--workers", "1")
    assert "mean of 2 networks" in done.stdout
    check_nothing_is_lost_or_trained_again()
    every = finalists(db)
    assert [planned(each) for each in every][: len(plan)] == plan
    assert [each.role for each in every] == ["compare"] * 4 + ["final"] * 2
    assert len({each.seed for each in every}) == 6
    for each in every:
        assert [epoch.epoch for epoch in each.epochs] == list(range(1, len(each.epochs) + 1))
    assert all(each.state == "complete" and each.test for each in every[4:])
    assert {each.state for each in every[:4]} <= {"complete", "pruned", "skipped"}
    # Trained by two workers, so from the checkpoint that the dead one left.
    assert any(len({epoch.worker_id for epoch in every[ordinal].epochs}) > 1 for ordinal in killed)
    outcome = view_study(db, "s").outcome
    assert outcome is not None
    assert outcome.test["seeds"] == 2
    assert outcome.test["low"] < outcome.test["accuracy"] < outcome.test["high"]
    db.engine.dispose()
    check_mlflow_has_the_finalists(desk)
