"""Studies on a Ray cluster of several nodes on this machine: placed, killed, restarted, grown, measured.

    python -m benchmarks.ray_cluster [--only fractions,node,head,head-redis,growth,closed,code,job,default,overhead]

Each on a cluster of its own, started with `ray start`, with PostgreSQL and an MLflow server:

fractions   five workers of 0.4 of a GPU on two nodes that count one GPU each: four run at a time, the fifth is told of
node        a node is killed in mid-trial, all of its processes at once; another node comes later
head        the head node is killed: the command says so, and `tune resume` goes on, on a new cluster
head-redis  the head's GCS is killed and started again, where Redis keeps its state: nothing is interrupted
growth      `tune change --workers 3` on an autoscaling cluster: from one node to three, then none
closed      `tune start` is killed, the study goes on; `tune resume` follows it; Ctrl+C twice hands back
code        code of one's own, over Ray's client; its worker comes later, on another node, when the command is gone
job         `ray job submit -- tune start`, with such code; what Ray's dashboard shows holds no password
default     `--space fashion_mnist` on three nodes, one killed, beside the same on local processes
overhead    tiny trials by Ray tasks and by local processes, as a ratio

After each: every trial of the budget is final and there once, with every epoch once; nothing runs any more. Prints what
holds and what does not, and exits with 1 where something does not.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.ray_nodes import RayNodes, wait_for, with_redis
from benchmarks.services import MlflowServer, tune
from tests.postgres import PostgresServer, postgres
from tuner.database import runs, workers
from tuner.database.connection import Database, open_database
from tuner.errors import TunerError
from tuner.studies.status import StudyStatus, study_status

EPOCHS = 8
SPACE = f"""
dataset: digits
parameters:
  hidden_layers: 2
  units: 320
  batch_size: 1
  learning_rate: {{float: [1e-4, 1e-2], log: true}}
  epochs: {EPOCHS}
search: {{sampler: tpe, pruner: none, seed: 3, finalists: 0}}
"""
TINY = """
dataset: iris
validation: 0.2
parameters: {units: {int: [4, 64]}, epochs: 2}
search: {sampler: random, pruner: none, seed: 3, finalists: 0}
"""
NET = """
import keras

from widths import WIDTHS


def build_model(hp):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(hp.Choice("units", WIDTHS), "relu"),
                              keras.layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
SECRET = "hush-hush-benchmark"
LIMIT_S = 900.0


@dataclass
class Scene:
    """One study on one cluster, with what holds and the figures."""

    folder: Path
    nodes: RayNodes
    url: str
    tracking: str
    holds: dict[str, bool] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "slow.yaml").write_text(SPACE)
        (self.folder / "tiny.yaml").write_text(TINY)
        self.db: Database = open_database(self.url)
        self._log = (self.folder / "tune.log").open("ab")

    def tune(self, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = {
            "TUNER_STORAGE": self.url, "MLFLOW_TRACKING_URI": self.tracking, "RAY_ADDRESS": self.nodes.address,
        }  # fmt: skip
        return tune(arguments, self.folder, environment, self._log)

    def start(
        self, study: str, trials: int, count: int, *more: str, space: str = "slow.yaml"
    ) -> "subprocess.Popen[bytes]":
        given = ["--space", space, "--study", study, "--trials", str(trials), "--workers", str(count)]
        return self.tune("start", *given, "--engine", "ray", *more)

    def do(self, *arguments: str) -> None:
        if (code := self.tune(*arguments).wait(120)) != 0:
            raise SystemExit(f"tune {' '.join(arguments)}: {code}")

    def status(self, study: str) -> StudyStatus | None:
        with contextlib.suppress(TunerError):
            return study_status(self.db, study, epochs=True)
        return None

    def mid_trial(self, study: str, count: int = 1) -> None:
        """Until so many trials run that have ended an epoch, and have several before them."""

        def some() -> bool:
            found = self.status(study)
            running = [each for each in found.trials if each.state == "running"] if found else []
            return sum(0 < len(each.epochs) < EPOCHS - 3 for each in running) >= count

        wait_for(some, LIMIT_S, f"{count} trials of {study} that run", 0.2)

    def epochs(self, study: str) -> int:
        """Ended by trials that run."""
        found = self.status(study)
        return sum(len(each.epochs) for each in found.trials if each.state == "running") if found else 0

    def epochs_of_all(self, study: str) -> int:
        return sum(len(each.epochs) for each in study_status(self.db, study, epochs=True).trials)

    def is_over(self, study: str) -> bool:
        found = self.status(study)
        return found is not None and found.state == "finished"

    def ended(self, study: str, process: "subprocess.Popen[bytes] | None", trials: int, epochs: int | None) -> None:
        if process is not None:
            self.holds["the command ends with 0"] = process.wait(LIMIT_S) == 0
        else:
            wait_for(lambda: self.is_over(study), LIMIT_S, f"the end of {study}")
        found = study_status(self.db, study, epochs=True)
        self.holds["the study has ended"] = found.state == "finished"
        self.holds["every trial of the budget once"] = [each.ordinal for each in found.trials] == list(range(trials))
        self.holds["every trial final"] = all(each.finalized for each in found.trials)
        if epochs is not None:
            whole = list(range(1, epochs + 1))
            self.holds["every epoch once"] = all([e.epoch for e in each.epochs] == whole for each in found.trials)
        wait_for(lambda: not self.left(study), 40, "no process of a worker")
        self.holds["no worker is left"] = True
        self.figures["attempts at a trial"] = " ".join(str(each.attempt) for each in found.trials)
        self.figures["epochs repeated"] = str(sum(each.repeated for each in found.trials))

    def left(self, study: str) -> list[psutil.Process]:
        found = []
        for each in psutil.process_iter(["cmdline"]):
            words = each.info["cmdline"] or []
            if "worker" in words and study in words and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        return found

    def said(self) -> str:
        return (self.folder / "tune.log").read_text(errors="replace")

    def close(self) -> None:
        self._log.close()
        self.db.engine.dispose()


def fractions(scene: Scene) -> None:
    scene.nodes.start_head()
    for _ in range(2):
        scene.nodes.add(cpus=4, gpus=1)
    process = scene.start(
        "fractions", 8, 5, "--gpus-per-worker", "0.4", "--cpus-per-worker", "0.5", "--device", "cpu", space="slow.yaml"
    )
    most = 0

    def told() -> bool:
        nonlocal most
        most = max(most, len(workers.view_workers(scene.db, "fractions")))
        return "1 worker waits for room on the cluster: each needs CPU 0.5, GPU 0.4" in scene.said()

    wait_for(told, LIMIT_S, "the word of the fifth", 0.2)
    scene.holds["four run, the fifth is told of"] = most == 4
    scene.ended("fractions", process, 8, EPOCHS)


def node(scene: Scene) -> None:
    scene.nodes.start_head()
    first = scene.nodes.add()
    scene.nodes.add()
    process = scene.start("node", 6, 2)
    scene.mid_trial("node", 2)
    killed_at = time.monotonic()
    scene.nodes.kill(first)
    wait_for(lambda: "its node is gone" in scene.said(), 120, "the word of the lost node", 0.1)
    scene.figures["seconds until the lost node is known"] = f"{time.monotonic() - killed_at:.1f}"
    held = [each for each in runs.view_trials(scene.db, "node") if each.state == "running" and each.worker_id is None]
    scene.figures["trials free at once"] = str(len(held))
    scene.nodes.add()
    scene.ended("node", process, 6, EPOCHS)


def head(scene: Scene) -> None:
    scene.nodes.start_head()
    scene.nodes.add()
    process = scene.start("head", 3, 1)
    scene.mid_trial("head")
    for each in [*scene.nodes.nodes, scene.nodes.head]:
        scene.nodes.kill(each)  # type: ignore[arg-type]
    wait_for(lambda: not scene.left("head"), 60, "the worker's end")
    wait_for(lambda: process.poll() is not None, 240, "the command's end")
    scene.holds["the command says that the cluster is gone"] = (
        process.returncode == 4 and "`tune resume" in scene.said()
    )
    scene.nodes.start_head()
    scene.nodes.add()
    again = scene.tune("resume", "head", "--engine", "ray", "--workers", "1")
    scene.ended("head", again, 3, EPOCHS)


def head_redis(scene: Scene) -> None:
    with with_redis(scene.folder) as cluster:
        scene.nodes.address = cluster.address
        process = scene.start("head-redis", 4, 1)
        scene.mid_trial("head-redis")
        before = scene.epochs_of_all("head-redis")
        cluster.head_node.kill_gcs_server()
        time.sleep(10)
        scene.figures["epochs trained while it was away"] = str(scene.epochs_of_all("head-redis") - before)
        cluster.head_node.start_gcs_server()
        scene.ended("head-redis", process, 4, EPOCHS)


def growth(scene: Scene) -> None:
    scene.nodes.start_autoscaling_head(cpus=1, most=3, idle_s=10)
    process = scene.start("growth", 10, 1)
    scene.mid_trial("growth")
    scene.holds["one node at first"] = _raylets(scene) == 2
    scene.do("change", "growth", "--workers", "3")
    most = 0

    def three() -> bool:
        nonlocal most
        most = max(most, len(workers.view_workers(scene.db, "growth")))
        return most == 3

    wait_for(three, LIMIT_S, "three workers", 0.2)
    scene.holds["three nodes, a worker each"] = _raylets(scene) == 4
    scene.do("change", "growth", "--workers", "2")
    wait_for(lambda: len(workers.view_workers(scene.db, "growth")) == 2, LIMIT_S, "two workers")
    scene.ended("growth", process, 10, EPOCHS)
    wait_for(lambda: _raylets(scene) == 1, 120, "the last node to go")
    scene.holds["no node is left but the head"] = True


def _raylets(scene: Scene) -> int:
    assert scene.nodes.head is not None
    every = psutil.Process(scene.nodes.head.pid).children(recursive=True)
    return sum(each.name() == "raylet" for each in every)


def closed(scene: Scene) -> None:
    scene.nodes.start_head()
    scene.nodes.add()
    process = scene.start("closed", 6, 1)
    scene.mid_trial("closed")
    os.killpg(process.pid, signal.SIGKILL)
    before = len(study_status(scene.db, "closed").trials)
    wait_for(lambda: len(study_status(scene.db, "closed").trials) > before, LIMIT_S, "another trial")
    scene.holds["it goes on when its command is killed"] = True
    again = scene.tune("resume", "closed", "--engine", "ray", "--workers", "1")
    wait_for(lambda: "on the cluster already" in scene.said(), 60, "the command that follows")
    scene.mid_trial("closed")
    scene.holds["one worker all the while"] = len(workers.view_workers(scene.db, "closed")) == 1
    again.send_signal(signal.SIGINT)
    wait_for(lambda: study_status(scene.db, "closed").state in ("stopping", "stopped"), 30, "stopping")
    again.send_signal(signal.SIGINT)
    scene.holds["Ctrl+C twice ends with 130"] = again.wait(60) == 130
    wait_for(lambda: not scene.left("closed"), 40, "the worker's end")
    running = [each for each in runs.view_trials(scene.db, "closed") if each.state == "running"]
    scene.holds["what ran is handed back"] = [each.worker_id for each in running] == [None]
    last = scene.tune("resume", "closed", "--engine", "ray", "--workers", "1")
    scene.ended("closed", last, 6, EPOCHS)


def _mine(scene: Scene) -> Path:
    mine = scene.folder / "mine"
    mine.mkdir()
    (mine / "net.py").write_text(NET)
    (mine / "widths.py").write_text("WIDTHS = [8, 16]\n")
    return mine


def code(scene: Scene) -> None:
    mine = _mine(scene)
    scene.nodes.start_head()
    scene.nodes.add()
    space = ("--space", str(mine / "net.py"), "--dataset", "digits", "--trial-epochs", "3", "--trials", "200")
    there = ("--engine", "ray", "--address", scene.nodes.client, "--workers", "1")
    process = scene.tune("start", *space, "--study", "sent", *there)
    wait_for(lambda: scene.epochs("sent") > 0, LIMIT_S, "an epoch", 0.1)
    os.killpg(process.pid, signal.SIGKILL)
    # Another worker, on another node, when the process that brought the code is gone.
    scene.nodes.add()
    scene.do("change", "sent", "--workers", "2")
    trained: set[str] = set()

    def by_both() -> bool:
        trained.update(each.worker_id or "" for each in runs.view_trials(scene.db, "sent") if each.state == "complete")
        return len(trained - {""}) == 2

    wait_for(by_both, LIMIT_S, "a trial of the second worker")
    scene.holds["code is there for a worker that comes later"] = True
    scene.do("stop", "sent")
    wait_for(lambda: not scene.left("sent"), 60, "the workers' end")


def job(scene: Scene) -> None:
    mine = _mine(scene)
    given = {"TUNER_STORAGE": scene.url, "MLFLOW_TRACKING_URI": scene.tracking}
    # As in an image of the cluster's nodes: the job is told of no password.
    os.environ.update(given)
    # On one node: several of one machine share the folder that Ray unpacks, under the feet of those that work in it.
    scene.nodes.start_head("--num-cpus=1")
    for name in given:
        del os.environ[name]
    words = ["--space", "net.py", "--code", "net.py", "--dataset", "digits", "--trials", "2", "--trial-epochs", "3"]
    typed = ["start", *words, "--study", "job", "--workers", "1", "--engine", "ray"]
    submitted = subprocess.Popen(
        [sys.executable, "-m", "ray.scripts.scripts", "job", "submit", "--address", scene.nodes.dashboard,
         "--working-dir", str(mine), "--", sys.executable, "-m", "tuner.cli.main", *typed],
        stdout=(scene.folder / "job.log").open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    scene.ended("job", submitted, 2, 3)
    shown = ""
    for path in ("v0/tasks?detail=1", "v0/actors?detail=1", "v0/jobs?detail=1", "v0/workers?detail=1", "jobs/"):
        with urllib.request.urlopen(f"{scene.nodes.dashboard}/api/{path}", timeout=30) as answer:
            shown += answer.read().decode()
    scene.holds["the dashboard names workers by their study"] = "tuner job worker 1" in shown
    scene.holds["the dashboard shows no password"] = SECRET not in shown
    logs = "".join(each.read_text(errors="replace") for each in scene.nodes.logs().glob("*.*"))
    scene.holds["nor do its logs"] = "tuner job worker 1" in logs and SECRET not in logs


def default(scene: Scene) -> None:
    scene.nodes.start_head()
    doomed, _ = scene.nodes.add(), scene.nodes.add()
    more = ("--seed", "7")
    process = scene.start("default", 2, 2, *more, space="fashion_mnist")
    wait_for(lambda: scene.epochs("default") > 0, LIMIT_S, "an epoch", 0.2)
    scene.nodes.kill(doomed)
    scene.nodes.add()
    scene.ended("default", process, 2, None)
    local = scene.tune(
        "start", "--space", "fashion_mnist", "--study", "local", "--trials", "2", *more, "--workers", "2"
    )
    scene.holds["locally it ends with 0, too"] = local.wait(LIMIT_S) == 0
    ours, theirs = (study_status(scene.db, each, epochs=True) for each in ("default", "local"))
    for name, found in (("on the cluster", ours), ("locally", theirs)):
        best = found.best
        value = "-" if best is None or best.value is None else f"{best.value:.4f}"
        states = " ".join(each.state for each in found.trials)
        finalists = sum(each.state == "complete" for each in found.finalists)
        scene.figures[name] = f"{found.state}, {states}; best {value}; {finalists} finalists' trainings"
    scene.holds["both have ended alike"] = (ours.state, len(ours.finalists)) == (theirs.state, len(theirs.finalists))


def overhead(scene: Scene) -> None:
    # Ray starts its workers with a niceness of 15: beside anything else that computes they would be measured by that.
    scene.nodes.environment["RAY_worker_niceness"] = "0"
    scene.nodes.start_head()
    scene.nodes.add(cpus=2)
    figures = {"ray": [0.0, 0.0, 0.0], "local": [0.0, 0.0, 0.0]}
    trials = 30
    for turn in range(2):
        for engine, sums in figures.items():
            study = f"{engine}-{turn}"
            given = ["--space", "tiny.yaml", "--study", study, "--trials", str(trials), "--workers", "2"]
            began = time.time()
            code = scene.tune("start", *given, "--engine", engine).wait(LIMIT_S)
            whole_s = time.time() - began
            found = study_status(scene.db, study)
            ended = [each.finished_at or 0.0 for each in found.trials]
            first = min(each.started_at for each in found.trials)
            scene.holds[f"{study} is whole"] = code == 0 and len(found.trials) == trials
            for place, seconds in enumerate((first - began, max(ended) - first, whole_s)):
                sums[place] += seconds / 2
    for place, words in enumerate(("until the first trial", f"{trials} trials", "the whole command")):
        ray_s, local_s = figures["ray"][place], figures["local"][place]
        scene.figures[words] = f"{ray_s:.1f} s on Ray, {local_s:.1f} s locally: {ray_s / local_s:.2f} times"


SCENES: dict[str, Callable[[Scene], None]] = {
    "fractions": fractions, "node": node, "head": head, "head-redis": head_redis, "growth": growth, "closed": closed,
    "code": code, "job": job, "default": default, "overhead": overhead,
}  # fmt: skip


@contextlib.contextmanager
def scene_of(name: str, server: PostgresServer, tracking: str) -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix=f"ray-{name}-"))
    url = server.new_database().replace("postgres@", f"postgres:{SECRET}@")
    scene = Scene(folder, RayNodes(folder, dashboard=name == "job"), url, tracking)
    try:
        yield scene
    finally:
        scene.nodes.close()
        scene.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default=",".join(SCENES))
    names = arguments.parse_args().only.split(",")
    # What a shell starts in the background ignores Ctrl+C, and so would the command that is ended by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wrong = 0
    mlflow = Path(tempfile.mkdtemp(prefix="ray-mlflow-"))
    tracking = MlflowServer(mlflow)
    tracking.start()
    try:
        with postgres() as server:
            for name in names:
                if name == "head-redis" and shutil.which("redis-server") is None:
                    print(f"\n{name}: left out, there is no redis-server")
                    continue
                began = time.monotonic()
                with scene_of(name, server, tracking.address) as scene:
                    try:
                        SCENES[name](scene)
                    except (SystemExit, subprocess.TimeoutExpired) as error:
                        scene.holds[f"to its end ({error})"] = False
                print(f"\n{name} ({time.monotonic() - began:.0f} s)")
                for words, figure in scene.figures.items():
                    print(f"  {words:48} {figure}")
                for words, holds in scene.holds.items():
                    print(f"  {words:48} {'yes' if holds else f'NO; see {scene.folder}'}", flush=True)
                wrong += sum(not each for each in scene.holds.values())
    finally:
        tracking.stop()
    print(json.dumps({"wrong": wrong}))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
