"""The main job: one command, and the study is in SQL, in Optuna and in MLflow, the same in all three."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import mlflow
import optuna
import psutil
import pytest

import tuner
from tests.end_to_end.conftest import Desk
from tuner.formatting import duration

OPTUNA = Path(sys.executable).with_name("optuna")
STATUS = {"complete": "FINISHED", "pruned": "KILLED"}


def epochs_in_sql(desk: Desk) -> int:
    if not (desk.folder / "tuner.db").exists():
        return 0
    with sqlite3.connect(desk.folder / "tuner.db") as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM tuner_epochs").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def check_all_three_agree(desk: Desk, study_name: str, n_trials: int) -> list[dict[str, object]]:
    """Our rows, Optuna's own reading and an MLflow client see the same trials with the same values and states."""
    ours = sorted(desk.trials(study_name), key=lambda trial: trial["trial_number"])
    assert [trial["trial_number"] for trial in ours] == list(range(n_trials))

    theirs = optuna.load_study(study_name=study_name, storage=desk.storage).trials
    assert [trial.number for trial in theirs] == list(range(n_trials))
    for mine, trial in zip(ours, theirs, strict=True):
        failed = mine["state"] not in STATUS
        assert trial.state.name == ("COMPLETE" if failed else mine["state"].upper())
        if failed:
            # What the sampler is told is made up, and says so; nobody else has it for a value.
            assert mine["value"] is None
            assert trial.system_attrs["constraints:tuner_failed"] == 1.0
            assert trial.user_attrs["state"] == mine["state"]
            assert trial.user_attrs["reason"] == mine["reason"]
            assert trial.user_attrs["value"].startswith("not measured")
        else:
            assert trial.value == pytest.approx(mine["value"], abs=1e-12)
        sampled = {name: value for name, value in trial.params.items() if name in mine["params"]}
        assert sampled.items() <= mine["params"].items()

    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], f"tags.study_name = '{study_name}'", max_results=1000)
    parents = [run for run in runs if run.data.tags["role"] == "study"]
    children = {int(run.data.tags["trial_number"]): run for run in runs if run.data.tags["role"] == "trial"}
    assert len(parents) == 1
    assert len(runs) == n_trials + 1
    for mine in ours:
        run = children[mine["trial_number"]]
        assert run.data.tags["mlflow.parentRunId"] == parents[0].info.run_id
        assert run.data.tags["state"] == mine["state"]
        assert run.info.status == STATUS.get(mine["state"], "FAILED")
        assert run.data.metrics.get("value") == (mine["value"] and pytest.approx(mine["value"], abs=1e-9))
        assert {name: str(value) for name, value in mine["params"].items()} == run.data.params
        history = client.get_metric_history(run.info.run_id, "val_accuracy")
        assert [metric.step for metric in history] == list(range(1, mine["epochs"] + 1))
    return ours


def check_all_fronts_agree(desk: Desk, study_name: str, shown: str) -> None:
    """The terminal, --json, Python, the report and MLflow tell the same of a study that has ended, and of its trials.

    shown: what the command that ran it printed.
    """
    study = tuner.open(study_name, storage=desk.storage)
    status, best, frame = study.status(epochs=True), study.best, study.trials()
    (listed,) = desk.object("list")["studies"]
    page = study.report().html
    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    parent = client.get_run(listed["mlflow_run_id"]).data
    counts = {state: listed["counts"].get(state, 0) for state in ("complete", "pruned")}

    assert listed["seconds"] == pytest.approx(status.elapsed_s, abs=0.001)
    assert parent.metrics["seconds"] == pytest.approx(status.elapsed_s, abs=0.001)
    assert f"{study_name} has ended after {duration(status.elapsed_s)}" in shown
    assert f">{duration(status.elapsed_s)}<" in page
    assert duration(status.elapsed_s) == desk.tune("list").stdout.splitlines()[1].split()[-1]

    assert (listed["direction"], parent.tags["direction"]) == ("maximize", "maximize")
    assert listed["value"] == best.value == parent.metrics["value"] == frame.value[frame.state == "complete"].max()
    assert listed["best_trial"] == best.number == parent.metrics["best_trial"]
    assert all(f"{best.value:.4f}" in text for text in (shown, page, repr(study)))

    assert {state: int((frame.state == state).sum()) for state in counts} == counts
    assert {state: int(parent.metrics[state]) for state in counts} == counts
    words = f"{counts['complete']} complete, {counts['pruned']} pruned"
    assert all(words in text for text in (shown, page))

    told = {trial["trial_number"]: trial["seconds"] for trial in desk.trials(study_name)}
    assert told == {trial.trial_number: round(trial.seconds, 3) for trial in status.trials}
    assert [told[number] for number in frame.trial_number] == pytest.approx(list(frame.seconds), abs=0.001)
    for trial in status.trials:
        run = client.get_run(trial.mlflow_run_id).data
        assert (run.metrics["seconds"], run.metrics["epochs"]) == (trial.seconds, len(trial.epochs))
    assert f"of {best.epochs}, {best.seconds:.1f} s)" in shown
    assert best.seconds == pytest.approx(told[best.number], abs=0.001)


def test_one_command_tunes_and_all_records_agree(desk: Desk) -> None:
    desk.write_space()
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "2")
    assert "Best: trial" in done.stdout
    assert "test accuracy" in done.stdout
    assert "Traceback" not in done.stderr
    ours = check_all_three_agree(desk, "s", 5)
    check_all_fronts_agree(desk, "s", done.stdout)
    # Of two workers that begin together, either may make its Optuna trial first.
    plain = [trial for trial in ours[:2] if trial["baseline"] == "plain"]
    assert [trial["params"]["optimizer"] for trial in plain] == ["adam"]
    assert len({json.dumps(trial["params"], sort_keys=True) for trial in ours}) == 5

    best = desk.object("best", "s")
    assert best["value"] > 0.85
    assert best["test"]["low"] < best["test"]["accuracy"] < best["test"]["high"]
    assert best["metrics"]["val_accuracy"] == best["value"]

    seen = subprocess.run(
        [OPTUNA, "trials", "--storage", desk.storage, "--study-name", "s", "--format", "json"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert len(json.loads(seen.stdout)) == 5

    again = desk.tune("start", "--space", "small.yaml", "--study", "s", check=False)
    assert again.returncode == 2
    assert "has ended after 5 trials" in again.stderr

    desk.tune("resume", "s", "--trials", "7", "--workers", "1")
    check_all_three_agree(desk, "s", 7)


@pytest.mark.slow
def test_a_killed_study_goes_on_with_no_trial_lost_and_none_doubled(desk: Desk) -> None:
    desk.write_space(epochs=150)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "2")
    desk.wait_until(lambda: epochs_in_sql(desk) >= 20)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for child in family:
        child.kill()
    process.communicate()
    before = desk.trials("s")
    assert any(trial["state"] == "running" for trial in before)
    # Whoever inherits killed processes takes a moment to let them go.
    desk.wait_until(lambda: desk.state("s") == "interrupted")

    desk.tune("resume", "s", "--workers", "2")
    after = {trial["trial_number"]: trial for trial in check_all_three_agree(desk, "s", 5)}
    for trial in before:
        assert after[trial["trial_number"]]["params"] == trial["params"]
        assert after[trial["trial_number"]]["epochs"] >= trial["epochs"]


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_trial_adopted(desk: Desk) -> None:
    desk.write_space(epochs=150)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    desk.wait_until(lambda: epochs_in_sql(desk) >= 20)
    children = psutil.Process(process.pid).children()
    assert len(children) == 1
    children[0].kill()
    _, stderr = process.communicate(timeout=200)
    assert process.returncode == 0, stderr
    assert "died (signal 9)" in stderr
    check_all_three_agree(desk, "s", 5)


@pytest.mark.slow
def test_the_first_interrupt_finishes_what_runs_and_takes_no_more(desk: Desk) -> None:
    desk.write_space(epochs=60)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    desk.wait_until(lambda: epochs_in_sql(desk) >= 5)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, stderr
    status = desk.status("s")
    assert status["state"] == "stopped"
    assert status["running"] == []
    assert status["counts"]["waiting"] > 0


@pytest.mark.slow
@pytest.mark.chaos
def test_the_second_interrupt_stops_at_once_and_loses_nothing(desk: Desk) -> None:
    desk.write_space(epochs=400)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    desk.wait_until(lambda: epochs_in_sql(desk) >= 5)
    os.kill(process.pid, signal.SIGINT)
    desk.wait_until(lambda: desk.state("s") == "stopping")
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    running = desk.status("s")["running"]
    assert len(running) == 1
    trial = running[0]
    desk.tune("resume", "s", "--workers", "2")
    after = check_all_three_agree(desk, "s", 5)
    assert after[trial["trial_number"]]["epochs"] >= trial["epochs"]


@pytest.mark.slow
def test_a_study_that_is_told_to_go_leaves_no_worker_behind(desk: Desk) -> None:
    desk.write_space(epochs=400)
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    desk.wait_until(lambda: epochs_in_sql(desk) >= 5)
    (child,) = psutil.Process(process.pid).children()
    process.terminate()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, stderr
    assert not child.is_running()
    status = desk.status("s")
    assert status["state"] == "interrupted"
    assert len(status["running"]) == 1


@pytest.mark.slow
def test_workers_started_by_hand_run_a_detached_study(desk: Desk) -> None:
    desk.write_space()
    assert desk.tune("start", "--space", "small.yaml", "--study", "s", "--detach").stdout == "s\n"
    assert desk.state("s") == "waiting"
    workers = [desk.begin("worker", "--study", "s") for _ in range(2)]
    for worker in workers:
        _, stderr = worker.communicate(timeout=200)
        assert worker.returncode == 0, stderr
    check_all_three_agree(desk, "s", 5)
    assert desk.state("s") == "finished"


@pytest.mark.slow
def test_a_timeout_ends_the_study_with_the_running_trials_best(desk: Desk) -> None:
    desk.write_space(epochs=4000)
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1", "--timeout", "10")
    assert "has ended" in done.stdout
    trials = desk.trials("s")
    assert any(trial["reason"].startswith("time was up") for trial in trials)
    assert all(trial["state"] in ("complete", "pruned") for trial in trials)


@pytest.mark.slow
def test_a_diverging_configuration_fails_with_its_reason_and_the_study_goes_on(desk: Desk) -> None:
    desk.write_space(
        text="dataset: digits\n"
        "parameters: {optimizer: sgd, learning_rate: [1e6, 1e7], normalization: none, epochs: 3, loss: mse,\n"
        "  output_activation: linear}\n"
        "search: {trials: 2, pruner: none}\n"
    )
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1", check=False)
    assert done.returncode == 1
    assert re.search(
        r"^tune: study s has ended, and not one of its trials completed: 2 of 2 diverged, such as: diverged at epoch 1"
        r": .* Search lower learning rates\. All of them: tune trials s$", done.stderr, re.M
    )  # fmt: skip
    ours = check_all_three_agree(desk, "s", 2)
    assert {trial["state"] for trial in ours} == {"diverged"}
    assert all("diverged at epoch 1" in str(trial["reason"]) for trial in ours)
