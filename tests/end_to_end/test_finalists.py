"""The finalists of a real study: two workers, one killed among them; all records agree, and nothing is done twice."""

import sqlite3

import mlflow
import psutil
import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk

pytestmark = pytest.mark.slow

TWICE_TWO = "finalists: {configurations: 2, seeds: 2}"
SPACE = SMALL_SPACE.replace("trials: 5", "trials: 3").replace("finalists: 0", TWICE_TWO)


def finalist_epochs(desk: Desk) -> int:
    if not (desk.folder / "tuner.db").exists():
        return 0
    with sqlite3.connect(desk.folder / "tuner.db") as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM tuner_finalist_epochs").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_worker_killed_among_the_finalists_costs_nothing(desk: Desk) -> None:
    desk.write_space(epochs=40, text=SPACE)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "2")
    desk.wait_until(lambda: finalist_epochs(desk) >= 3, seconds=200)
    psutil.Process(process.pid).children()[0].kill()
    # The command that asks takes a second, in which those may end.
    assert desk.object("status", "s")["stage"].startswith(("finalists ", "the winner on all rows"))
    stdout, stderr = process.communicate(timeout=200)
    assert process.returncode == 0, stderr
    assert "died (signal 9)" in stderr
    assert "the winner on all rows, " in stderr
    assert "mean of 2 networks" in stdout

    best = desk.object("best", "s")
    assert best["test"]["seeds"] == 2
    assert best["test"]["low"] < best["test"]["accuracy"] < best["test"]["high"]
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
