"""Chaos: workers die, stop and hang, PostgreSQL and MLflow go away and lose what they had, and nothing is lost.

    python -m benchmarks.chaos [--seed 1] [--trials 60] [--kills 20] [--database-away-s 10] [--mlflow-away-s 20]

Four workers on PostgreSQL run 60 trials of 8 epochs of half a second (digits, a row a batch). Every 3 to 6 seconds a
random one of the workers that are in the middle of a trial is killed with SIGKILL, until it has been done 20 times. In
the middle is who has finished an epoch since it took the trial: a new process imports TensorFlow for longer than the
time between two kills, and killing it again before it trains would test the import, and the rule by which a trial is
given up that its workers die of. Where nobody is in the middle of a trial, the next chance is awaited.

Meanwhile, in this order: a worker is stopped in mid-trial for 30 seconds (SIGSTOP, SIGCONT), PostgreSQL is stopped for
10, another worker is stopped for 80 - longer than its lease, so that it may be robbed - the MLflow server is away for
20, PostgreSQL is killed with SIGKILL, and MLflow is deleted, database and artifacts, and comes back empty. Beside all
this another study in the same database has a network that never ends its second epoch.

Afterwards `tune sync --rebuild`; then, from three sides - our rows, Optuna's own reading, an MLflow client: every trial
is final and there once, its run is there once with its true state and every epoch at its step, no interruption repeated
more than one whole epoch, no live worker was robbed but the one that was stopped for longer than its lease, and of the
other study what hangs has failed and the rest is complete. Prints a table; exits with 0 where all of it holds, else 1.
"""

import argparse
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import optuna
import psutil

from benchmarks.chaos_check import EPOCHS, HANGING, STOPS_S, STUDY, Kill, Stop, check, check_hanging
from benchmarks.services import MlflowServer, end, tune
from tests.postgres import PostgresServer, postgres
from tuner.database.connection import OUTAGE_S, Database, is_outage, open_database
from tuner.database.epochs import epochs_stored
from tuner.database.runs import RunView
from tuner.studies.status import study_status

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
CODE = """
import threading

import keras

from tuner import Training


class Forever(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            threading.Event().wait()


def space(trial):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    hangs = trial.suggest_int("which", 0, 2) == 1
    return Training(model, epochs=3, batch_size=256, callbacks=[Forever()] if hangs else [])
"""
CODE_SPACE = """
dataset: digits
model: {python: "hanging.py:space"}
baselines: {first: {which: 0}, hangs: {which: 1}, last: {which: 2}}
search: {trials: 3, pruner: none, epoch_timeout: 15}
"""


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
    (folder / "hanging.yaml").write_text(CODE_SPACE)
    (folder / "hanging.py").write_text(CODE)
    tracking = MlflowServer(folder)
    with postgres() as server, (folder / "tune.log").open("wb") as log:
        tracking.start()
        url = server.new_database()
        db = open_database(url)
        environment = {"TUNER_STORAGE": url, "MLFLOW_TRACKING_URI": tracking.address, "TUNER_THREADS": "1"}
        command = ["start", "--space", "chaos.yaml", "--study", STUDY, "--trials", str(options.trials)]
        process = tune([*command, "--workers", "4"], folder, environment, log)
        beside = ["start", "--space", "hanging.yaml", "--study", HANGING, "--code", "hanging.py", "--workers", "1"]
        hanging = tune(beside, folder, environment, log)
        try:
            torment = _Torment(db, server, tracking, random.Random(options.seed), options)
            torment.run(process)
            codes = {"tune start": process.wait(max(1.0, options.limit_s)), "the other": hanging.wait(300)}
            for study in (STUDY, HANGING):
                sync = tune(["sync", study, "--rebuild"], folder, environment, log)
                codes[f"tune sync {study}"] = sync.wait(300)
            faults = [f"{name} ended with {code}" for name, code in codes.items() if code != 0]
            faults += check(
                db.waiting(OUTAGE_S), tracking.address, options.trials, options.kills, torment.kills, torment.stops
            )
            faults += check_hanging(db.waiting(OUTAGE_S), tracking.address)
        finally:
            end(process)
            end(hanging)
            tracking.stop()
            db.engine.dispose()
    for fault in faults:
        print(f"WRONG: {fault}")
    print("all of it holds" if not faults else f"{len(faults)} faults; see {folder}")
    raise SystemExit(1 if faults else 0)


class _Torment:
    """What is done to a study while it runs."""

    def __init__(
        self,
        db: Database,
        server: PostgresServer,
        tracking: MlflowServer,
        chance: random.Random,
        options: argparse.Namespace,
    ) -> None:
        self._db = db
        self._chance = chance
        self._options = options
        self._began = time.monotonic()
        self._threads: list[threading.Thread] = []
        self._stopped: set[str] = set()
        self.kills: list[Kill] = []
        self.stops: list[Stop] = []
        database_s, mlflow_s = options.database_away_s, options.mlflow_away_s
        short_s, long_s = STOPS_S
        events: list[Callable[[], bool]] = [
            lambda: self._stop_one(short_s),
            lambda: self._away("PostgreSQL is stopped", server.stop, server.start, database_s),
            lambda: self._stop_one(long_s),
            lambda: self._away("MLflow is stopped", tracking.stop, tracking.start, mlflow_s),
            lambda: self._away("PostgreSQL is killed", server.kill, server.start, database_s),
            lambda: self._away("MLflow is deleted", tracking.forget, tracking.start, mlflow_s),
        ]
        # Evenly among the kills, each once there are so many.
        self._events = [(options.kills * place // len(events) + 1, event) for place, event in enumerate(events)]

    def run(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None and (len(self.kills) < self._options.kills or self._events):
            if time.monotonic() - self._began > self._options.limit_s:
                raise SystemExit("not finished in time")
            time.sleep(self._chance.uniform(3.0, 6.0))
            try:
                if len(self.kills) < self._options.kills:
                    self._kill_one()
                if self._events and len(self.kills) >= self._events[0][0] and self._events[0][1]():
                    self._events.pop(0)
            except Exception as error:
                if not is_outage(error):
                    raise
        for thread in self._threads:
            thread.join()

    def _kill_one(self) -> None:
        """Kill a random worker that is in the middle of a trial."""
        found = self._in_mid_trial()
        if found is None:
            return
        trial, worker = found
        worker.kill()
        kill = Kill(time.monotonic() - self._began, trial.ordinal, trial.attempt, len(trial.epochs))
        self.kills.append(kill)
        print(f"{kill.at_s:6.0f} s  killed the worker of trial {kill.ordinal} after epoch {kill.stored}", flush=True)

    def _stop_one(self, seconds: float) -> bool:
        """Stop a random worker that is in the middle of a trial, and let it go on later."""
        found = self._in_mid_trial()
        if found is None:
            return False
        trial, worker = found
        self._stopped.add(trial.worker_id or "")
        self.stops.append(Stop(trial.ordinal, seconds))

        def go_on() -> None:
            worker.resume()
            self._stopped.discard(trial.worker_id or "")

        return self._away(f"the worker of trial {trial.ordinal} is stopped", worker.suspend, go_on, seconds)

    def _in_mid_trial(self) -> tuple[RunView, psutil.Process] | None:
        status = study_status(self._db, STUDY, epochs=True) if epochs_stored(self._db, STUDY) else None
        if status is None:
            return None
        pids = {worker.worker_id: worker.pid for worker in status.workers if worker.worker_id not in self._stopped}
        alive = {worker_id: pid for worker_id, pid in pids.items() if psutil.pid_exists(pid)}
        before = {kill.ordinal: kill.stored for kill in self.kills}
        running = [trial for trial in status.trials if trial.state == "running" and trial.worker_id in alive]
        busy = [trial for trial in running if before.get(trial.ordinal, 0) < len(trial.epochs) < EPOCHS]
        if not busy:
            return None
        trial = self._chance.choice(busy)
        return trial, psutil.Process(alive[trial.worker_id or ""])

    def _away(self, what: str, stop: Callable[[], None], start: Callable[[], None], seconds: float) -> bool:
        def run() -> None:
            stop()
            print(f"          {what}", flush=True)
            time.sleep(seconds)
            start()
            print(f"          {what}: over after {seconds:.0f} s", flush=True)

        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)
        return True


if __name__ == "__main__":
    main()
