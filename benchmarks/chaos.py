"""Chaos: workers die, PostgreSQL goes away, MLflow goes away, and nothing is lost.

    python -m benchmarks.chaos [--seed 1] [--trials 60] [--kills 20] [--database-away-s 10] [--mlflow-away-s 20]

Four workers on PostgreSQL run 60 trials of 8 epochs of half a second (digits, a row a batch). Every 3 to 6 seconds a
random one of the workers that are in the middle of a trial is killed with SIGKILL, until it has been done 20 times;
PostgreSQL is stopped for 10 seconds and the MLflow server for 20. In the middle is who has finished an epoch since it
took the trial: a new process imports TensorFlow for longer than the time between two kills, and killing it again before
it trains would test the import, and the rule by which a trial is given up that its workers die of. Where nobody is in
the middle of a trial, the next chance is awaited.

Afterwards, from three sides - our rows, Optuna's own reading, an MLflow client: every trial is final and there once,
its run is there once with its true state and every epoch at its step, and no interruption repeated more than one whole
epoch. Prints a table; exits with 0 where all of it holds, else 1.
"""

import argparse
import random
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mlflow
import optuna
import psutil

from benchmarks.services import MlflowServer, end, tune
from tests.postgres import PostgresServer, postgres
from tuner.database.connection import Database, is_outage, open_database, patiently
from tuner.database.epochs import epochs_stored
from tuner.studies.service import StudyStatus, study_status

EPOCHS = 8
SPACE = f"""
dataset: digits
parameters:
  hidden_layers: 2
  units: 320
  batch_size: 1
  learning_rate: {{float: [1e-4, 1e-2], log: true}}
  dropout: {{float: [0.0, 0.4]}}
  epochs: {EPOCHS}
search: {{sampler: tpe, pruner: none, seed: 3}}
"""
STUDY = "chaos"
STATUS = {"complete": "FINISHED", "pruned": "KILLED"}


@dataclass(frozen=True)
class Kill:
    """at_s: since the start. stored: epochs that the trial had in SQL then."""

    at_s: float
    ordinal: int
    attempt: int
    stored: int


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--trials", type=int, default=60)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--database-away-s", type=float, default=10.0)
    arguments.add_argument("--mlflow-away-s", type=float, default=20.0)
    arguments.add_argument("--limit-s", type=float, default=1800.0)
    options = arguments.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    (folder / "chaos.yaml").write_text(SPACE)
    tracking = MlflowServer(folder)
    with postgres() as server, (folder / "tune.log").open("wb") as log:
        tracking.start()
        url = server.new_database()
        db = open_database(url)
        environment = {"TUNER_STORAGE": url, "MLFLOW_TRACKING_URI": tracking.address, "TUNER_THREADS": "1"}
        command = [
            "start",
            "--space",
            "chaos.yaml",
            "--study",
            STUDY,
            "--trials",
            str(options.trials),
            "--workers",
            "4",
        ]
        process = tune(command, folder, environment, log)
        try:
            kills = _torment(db, server, tracking, process, random.Random(options.seed), options)
            code = process.wait(max(1.0, options.limit_s))
            synced = tune(["sync", STUDY], folder, environment, log).wait(300)
            faults = [] if code == 0 and synced == 0 else [f"tune start ended with {code}, tune sync with {synced}"]
            faults += _check(db, tracking.address, options.trials, options.kills, kills)
        finally:
            end(process)
            tracking.stop()
            db.engine.dispose()
    for fault in faults:
        print(f"WRONG: {fault}")
    print("all of it holds" if not faults else f"{len(faults)} faults; see {folder}")
    raise SystemExit(1 if faults else 0)


def _torment(
    db: Database,
    server: PostgresServer,
    tracking: MlflowServer,
    process: "subprocess.Popen[bytes]",
    chance: random.Random,
    options: argparse.Namespace,
) -> list[Kill]:
    began = time.monotonic()
    kills: list[Kill] = []
    outages: list[threading.Thread] = []
    while process.poll() is None and len(kills) < options.kills:
        if time.monotonic() - began > options.limit_s:
            raise SystemExit("not finished in time")
        time.sleep(chance.uniform(3.0, 6.0))
        try:
            kill = _kill_one(db, chance, time.monotonic() - began, kills)
        except Exception as error:
            if not is_outage(error):
                raise
            continue
        if kill is None:
            continue
        kills.append(kill)
        print(f"{kill.at_s:6.0f} s  killed the worker of trial {kill.ordinal} after epoch {kill.stored}", flush=True)
        if len(kills) == options.kills // 4:
            outages.append(_away("PostgreSQL", server.stop, server.start, options.database_away_s))
        if len(kills) == options.kills // 2:
            outages.append(_away("MLflow", tracking.stop, tracking.start, options.mlflow_away_s))
    for outage in outages:
        outage.join()
    return kills


def _kill_one(db: Database, chance: random.Random, at_s: float, kills: list[Kill]) -> Kill | None:
    """Kill a random worker that is in the middle of a trial."""
    status = study_status(db, STUDY, epochs=True) if _stored(db) else None
    if status is None:
        return None
    pids = {worker.worker_id: worker.pid for worker in status.workers}
    alive = {worker_id: pid for worker_id, pid in pids.items() if psutil.pid_exists(pid)}
    before = {kill.ordinal: kill.stored for kill in kills}
    running = [trial for trial in status.trials if trial.state == "running" and trial.worker_id in alive]
    busy = [trial for trial in running if before.get(trial.ordinal, 0) < len(trial.epochs) < EPOCHS]
    if not busy:
        return None
    trial = chance.choice(busy)
    psutil.Process(alive[trial.worker_id or ""]).kill()
    return Kill(at_s, trial.ordinal, trial.attempt, len(trial.epochs))


def _stored(db: Database) -> bool:
    return bool(epochs_stored(db, STUDY))


def _away(what: str, stop: Callable[[], None], start: Callable[[], None], seconds: float) -> threading.Thread:
    def run() -> None:
        stop()
        print(f"          {what} is stopped", flush=True)
        time.sleep(seconds)
        start()
        print(f"          {what} is back after {seconds:.0f} s", flush=True)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _check(db: Database, address: str, n_trials: int, n_kills: int, kills: list[Kill]) -> list[str]:
    """What is wrong, in words."""
    status = patiently(lambda: study_status(db, STUDY, epochs=True))
    faults = _check_rows(status, n_trials) + _check_optuna(status, db) + _check_mlflow(status, address)
    for kill in kills:
        # What an interruption repeats: epochs that were stored at the kill and are stored again by a later attempt.
        trial = status.trials[kill.ordinal]
        if trial.repeated > trial.attempt - 1:
            faults.append(f"trial {kill.ordinal} repeated {trial.repeated} epochs in {trial.attempt} attempts")
    if sum(trial.attempt - 1 for trial in status.trials) > len(kills):
        faults.append("a worker that was alive lost its trial to another")
    if len(kills) < n_kills:
        faults.append(f"only {len(kills)} workers were killed in mid-trial")
    seconds = sorted(epoch.seconds for trial in status.trials for epoch in trial.epochs)
    rows = [
        ("trials", len(status.trials)),
        ("states", ", ".join(f"{count} {state}" for state, count in Counter(t.state for t in status.trials).items())),
        ("kills in mid-trial", len(kills)),
        ("trials adopted", sum(trial.attempt > 1 for trial in status.trials)),
        ("trials taken from a live worker", sum(t.attempt - 1 for t in status.trials) - len(kills)),
        ("most attempts at one trial", max(trial.attempt for trial in status.trials)),
        ("whole epochs repeated", sum(trial.repeated for trial in status.trials)),
        ("epochs stored", len(seconds)),
        ("median epoch", f"{seconds[len(seconds) // 2]:.2f} s"),
        ("the study took", f"{(status.study.finished_at or db.now()) - status.study.created_at:.0f} s"),
    ]
    print()
    for name, value in rows:
        print(f"{name:32} {value}")
    return faults


def _check_rows(status: StudyStatus, n_trials: int) -> list[str]:
    faults = []
    if [trial.ordinal for trial in status.trials] != list(range(n_trials)):
        faults.append(f"{len(status.trials)} trials instead of {n_trials}")
    if status.state != "finished":
        faults.append(f"the study is {status.state}")
    for trial in status.trials:
        steps = [epoch.epoch for epoch in trial.epochs]
        whole = steps == list(range(1, EPOCHS + 1))
        rule = trial.state == "given_up" and steps == list(range(1, len(steps) + 1)) and "died on it" in trial.reason
        if not (trial.settled and ((trial.state == "complete" and whole) or rule)):
            faults.append(f"trial {trial.ordinal} is {trial.state} ({trial.reason}) with epochs {steps}")
    return faults


def _check_optuna(status: StudyStatus, db: Database) -> list[str]:
    theirs = optuna.load_study(study_name=STUDY, storage=db.storage).trials
    faults = []
    if [trial.number for trial in theirs] != list(range(len(status.trials))):
        faults.append(f"Optuna has {len(theirs)} trials")
    states = {trial.number: trial for trial in theirs}
    for trial in status.trials:
        their = states.get(trial.trial_number if trial.trial_number is not None else -1)
        if their is None or their.state.name != "COMPLETE":
            faults.append(f"trial {trial.ordinal} is {their and their.state} in Optuna")
        elif trial.state == "complete" and set(their.intermediate_values) != set(range(1, EPOCHS + 1)):
            faults.append(f"Optuna has epochs {sorted(their.intermediate_values)} of trial {trial.ordinal}")
    return faults


def _check_mlflow(status: StudyStatus, address: str) -> list[str]:
    client = mlflow.MlflowClient(address)
    experiment = client.get_experiment_by_name("chaos")
    if experiment is None:
        return ["MLflow has no experiment"]
    runs = client.search_runs([experiment.experiment_id], "tags.role = 'trial'", max_results=1000)
    parents = client.search_runs([experiment.experiment_id], "tags.role = 'study'")
    faults = [] if len(parents) == 1 else [f"the study has {len(parents)} runs"]
    for trial in status.trials:
        mine = [run for run in runs if run.data.tags["trial_number"] == str(trial.trial_number)]
        if len(mine) != 1:
            faults.append(f"trial {trial.ordinal} has {len(mine)} runs")
            continue
        run = mine[0]
        if run.data.tags["state"] != trial.state or run.info.status != STATUS.get(trial.state, "FAILED"):
            faults.append(f"the run of trial {trial.ordinal} is {run.data.tags['state']}, {run.info.status}")
        history = client.get_metric_history(run.info.run_id, "val_accuracy")
        values = {epoch.epoch: epoch.metrics["val_accuracy"] for epoch in trial.epochs}
        if [each.step for each in history] != list(values) or any(
            abs(each.value - values[each.step]) > 1e-9 for each in history
        ):
            faults.append(f"the run of trial {trial.ordinal} has steps {[each.step for each in history]}")
    return faults


if __name__ == "__main__":
    main()
