"""How good a network in how many seconds, against what a person would use instead?

    python -m benchmarks.time_to_accuracy [--seconds 300] [--seeds 1 2 3] [--systems tuner optuna] [--output FILE]
    python -m benchmarks.time_to_accuracy --of FILE ... [--plot docs/peers.svg]

Fashion-MNIST, one space for all (1 to 5 layers of 32 to 512 units, 5 activations, 4 initializers, 6 optimizers, the
learning rate, 5 batch sizes, dropout, at most 10 epochs), 50,000 rows to train on and 10,000 for validation. Each
system runs alone, as its documentation shows it (`benchmarks/peers/`; the last is what an expert makes of Optuna: two
processes, an epoch a call, rows on the device, successive halving, the best weights kept), for the same seconds from
the start of its process to the test score of its winner. The peers live in an environment of their own
(--peers FOLDER; made if it is missing), since Ray, too, brings a `tune` command. Both environments are compiled to
bytecode first, as a first use leaves them. Systems take turns, seed by seed, so that what else the machine does hits
them alike.

Prints, as medians over the seeds: trials, epochs, best validation accuracy, the winner's test accuracy, the whole
command's seconds; then how long this project took to reach each peer's final validation accuracy. Exits with 0 where
the goal is met: 4 times the trials of each peer and 2 times the expert's, a higher test accuracy, and the peer's final
value in 12% of the time. `--systems expert_defaults` is the expert's script whose first trial is that of this project's
search in a space without baselines, the defaults of Keras; it runs only where it is named. A system that failed - it
ended badly or late, without an epoch or without a test score - is called that, is compared with nothing, and ends the
benchmark with 1. With --of nothing is run: the table and the picture are of what earlier runs wrote.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers.common import ACTIVATIONS, BATCH_SIZES, EPOCHS, INITIALIZERS, OPTIMIZERS
from benchmarks.services import end

SPACE = f"""
dataset: fashion_mnist
validation: 10000
parameters:
  hidden_layers: {{int: [1, 5]}}
  units: {{int: [32, 512], log: true, per: hidden_layer}}
  activation: {json.dumps(ACTIVATIONS)}
  initializer: {json.dumps(INITIALIZERS)}
  optimizer: {json.dumps(OPTIMIZERS)}
  learning_rate: {{float: [1.0e-4, 1.0e-1], log: true}}
  batch_size: {json.dumps(BATCH_SIZES)}
  dropout: {{float: [0.0, 0.5]}}
  epochs: {EPOCHS}
  normalization: minmax
search: {{trials: 100000}}
"""
PEERS = {
    "optuna": "Optuna TPE + Hyperband",
    "keras_tuner": "KerasTuner Hyperband",
    "ray_tune": "Ray Tune ASHA",
    "expert": "an expert's Optuna script",
    "expert_defaults": "the expert's, defaults first",
}
ON_REQUEST = ("expert_defaults",)
"""Only run where it is named: what the first trial of this project's search is worth to that script."""
ROOT = Path(__file__).parents[1]
NAMES = {"tuner": "tuner", **PEERS}
# TensorBoard: KerasTuner imports it for every trial and does not require it.
PEER_PACKAGES = (
    "ray[tune]",
    "tensorflow",
    "keras",
    "keras-tuner",
    "tensorboard",
    *("optuna", "optuna-integration", "mlflow"),
)
CLOSING_S = 18.0
"""Of this project's seconds, for what its time limit does not count: until a worker is ready, and after its end."""
MORE_TRIALS = {"expert": 2.0, "expert_defaults": 2.0}
USUALLY_MORE = 4.0
SHARE_OF_TIME = 0.12


@dataclass(frozen=True)
class Run:
    """One system, one seed. curve: the best validation accuracy so far, by seconds since its start.

    failed: why it has no result, or nothing.
    """

    system: str
    seed: int
    trials: int
    epochs: int
    curve: tuple[tuple[float, float], ...]
    test: float | None
    wall_s: float
    failed: str = ""

    @property
    def final(self) -> float:
        return self.curve[-1][1] if self.curve else 0.0

    def reached_s(self, value: float) -> float | None:
        return next((at for at, best in self.curve if best >= value), None)


def main() -> int:
    options = _options()
    if options.of:
        return _told(options, [run for path in options.of for run in _read(path)])
    if any(system in PEERS for system in options.systems):
        _make_peers(options.peers)
        _compile(options.peers / "bin" / "python")
    _compile(Path(sys.executable))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.seconds:.0f} s each; tensorflow "
          f"{version('tensorflow')}, keras {version('keras')}, optuna {version('optuna')}")  # fmt: skip
    runs = []
    for seed in options.seeds:
        for system in options.systems:
            with tempfile.TemporaryDirectory(prefix=f"{system}-") as folder:
                run = _run(system, seed, options.seconds, Path(folder), options.peers)
            runs.append(run)
            if run.failed:
                print(f"  seed {seed} {NAMES[system]:24} failed: {run.failed}", flush=True)
                continue
            print(f"  seed {seed} {NAMES[system]:24} {run.trials:5} trials {run.epochs:6} epochs   validation "
                  f"{run.final:.4f}   test {_figure(run.test)}   {run.wall_s:.0f} s", flush=True)  # fmt: skip
    if options.output is not None:
        options.output.write_text(json.dumps([run.__dict__ for run in runs]))
    return _told(options, runs)


def _told(options: argparse.Namespace, runs: Sequence[Run]) -> int:
    systems = [system for system in options.systems if any(run.system == system for run in runs)]
    met = _table(runs, systems, options.seconds)
    if options.plot is not None:
        from benchmarks.time_to_accuracy_plot import draw

        draw(runs, {system: NAMES[system] for system in systems}, options.seconds, options.plot)
    return 0 if met else 1


def _read(path: Path) -> list[Run]:
    return [Run(**each) for each in json.loads(path.read_text())]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--systems", nargs="+", choices=list(NAMES), default=[name for name in NAMES if name not in ON_REQUEST]
    )
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "peers", help="their environment")
    parser.add_argument("--output", type=Path, help="write every run as JSON")
    parser.add_argument("--of", type=Path, nargs="+", metavar="FILE", help="such files, in place of runs")
    parser.add_argument("--plot", type=Path, help="draw the accuracy over time")
    return parser.parse_args()


def _make_peers(folder: Path) -> None:
    if (folder / "bin" / "python").exists():
        return
    print(f"making an environment for the peers in {folder}", flush=True)
    subprocess.run(["uv", "venv", "--quiet", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, *PEER_PACKAGES], check=True)


def _compile(python: Path) -> None:
    """Python may be told not to write bytecode, and then each process compiles all that it imports."""
    folders = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", folders], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([python, "-m", "compileall", "-qq", "-j", "0", packages, ROOT], check=False)


def _run(system: str, seed: int, seconds: float, folder: Path, peers: Path) -> Run:
    began = time.time()
    run = _ours(seed, seconds, folder, began) if system == "tuner" else _peer(system, seed, seconds, folder, peers)
    return run


def _peer(system: str, seed: int, seconds: float, folder: Path, peers: Path) -> Run:
    began = time.time()
    log = folder / "log.jsonl"
    command = [str((peers / "bin" / "python").absolute()), "-m", f"benchmarks.peers.{system}_script"]
    command += ["--seconds", str(seconds), "--seed", str(seed), "--log", str(log), "--began", str(began)]
    ended = _ended(command, seconds, folder, peer_environment(os.environ))
    wall_s = time.time() - began
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    epochs = [line for line in lines if "epoch" in line]
    test = next((line["test"] for line in lines if "test" in line), None)
    curve = _best_so_far([(line["t"], line["value"]) for line in epochs])
    trials = len({line["trial"] for line in epochs})
    return Run(system, seed, trials, len(epochs), curve, test, wall_s, why_failed(ended, len(epochs), test))


def peer_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What a peer finds: nothing of the `uv run` that this benchmark may have been started with.

    Ray follows an ancestor `uv run` and makes that project's environment anew in its workers.
    """
    kept = {name: value for name, value in ours.items() if name != "VIRTUAL_ENV" and not name.startswith("UV")}
    return {**kept, "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}


def why_failed(ended: str, epochs: int, test: float | None) -> str:
    """Why a system has no result to compare with, or nothing. ended: how badly its process did, or nothing."""
    if ended:
        return ended
    if not epochs:
        return "no epoch was done"
    return "" if test is not None else "no test score"


def _ended(command: Sequence[str], seconds: float, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a system; gives how badly its process ended, or nothing."""
    output = folder / "output.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)
        try:
            code = process.wait(seconds + 120)
        except subprocess.TimeoutExpired:
            return f"did not end within {seconds + 120:.0f} s"
        finally:
            end(process)
    if code == 0:
        return ""
    said = output.read_text(errors="replace").strip()
    print(said[-2000:], file=sys.stderr)
    return f"exit code {code}: {(said.splitlines() or ['it said nothing'])[-1][:200]}"


def _ours(seed: int, seconds: float, folder: Path, began: float) -> Run:
    (folder / "space.yaml").write_text(SPACE)
    storage = f"sqlite:///{folder / 'tuner.db'}"
    command = [sys.executable, "-m", "tuner.cli.main", "start", "--space", "space.yaml", "--study", "s"]
    command += ["--seed", str(seed), "--timeout", str(seconds - CLOSING_S)]
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    ended = _ended(command, seconds, folder, {**environment, "TUNER_STORAGE": storage})
    wall_s = time.time() - began
    if not (folder / "tuner.db").exists():
        return Run("tuner", seed, 0, 0, (), None, wall_s, ended or "no study was stored")
    from tuner.database.connection import open_database
    from tuner.studies.status import study_status

    db = open_database(storage)
    status = study_status(db, "s", epochs=True)
    db.engine.dispose()
    points = [
        (epoch.measured_at - began, epoch.metrics["val_accuracy"]) for trial in status.trials for epoch in trial.epochs
    ]
    test = ((status.study.outcome.test if status.study.outcome else None) or {}).get("accuracy")
    failed = why_failed(ended, len(points), test)
    return Run("tuner", seed, len(status.trials), len(points), _best_so_far(points), test, wall_s, failed)


def _best_so_far(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    best, curve = 0.0, []
    for at, value in sorted(points):
        if value > best:
            best = value
            curve.append((at, value))
    return tuple(curve)


def _table(runs: Sequence[Run], systems: Sequence[str], seconds: float) -> bool:
    """Print the medians; whether the goal is met. What failed is said, and nothing is compared with it."""
    print(f"\n{'median over the seeds':26}{'trials':>8}{'epochs':>8}{'validation':>12}{'test':>8}{'seconds':>9}")
    of = {system: [run for run in runs if run.system == system] for system in systems}
    failed = {system: next((run.failed for run in its if run.failed), "") for system, its in of.items()}
    for system, its in of.items():
        if failed[system]:
            print(f"{NAMES[system]:26}failed: {failed[system]}")
            continue
        tests = [run.test for run in its if run.test is not None]
        print(
            f"{NAMES[system]:26}{statistics.median(run.trials for run in its):8.0f}"
            f"{statistics.median(run.epochs for run in its):8.0f}{statistics.median(run.final for run in its):12.4f}"
            f"{_figure(statistics.median(tests) if tests else None):>8}"
            f"{statistics.median(run.wall_s for run in its):9.0f}"
        )
    met = not any(failed.values())
    if failed.get("tuner"):
        return met
    ours = {run.seed: run for run in of.get("tuner", [])}
    for system in systems:
        if system == "tuner" or not ours:
            continue
        if failed[system]:
            print(f"against {NAMES[system]}: nothing, since it failed")
            continue
        pairs = [(ours[run.seed], run) for run in of[system] if run.seed in ours]
        reached = [mine.reached_s(its.final) for mine, its in pairs]
        # A run that has not failed has trials, and a test score.
        ratio = statistics.median(mine.trials / its.trials for mine, its in pairs)
        late = float("inf")
        share = statistics.median((late if at is None else at) / seconds for at in reached)
        theirs = statistics.median(run.curve[-1][0] for run in of[system])
        tests = [(mine.test, its.test) for mine, its in pairs]
        gain = statistics.median(mine - its for mine, its in tests if mine is not None and its is not None)
        met &= ratio >= MORE_TRIALS.get(system, USUALLY_MORE) and share <= SHARE_OF_TIME and gain > 0
        print(
            f"against {NAMES[system]}: {ratio:.1f} times the trials; its final validation accuracy, which it reached "
            f"after {theirs:.0f} s, after {share * seconds:.0f} s ({100 * share:.0f}% of the time); "
            f"test accuracy {gain:+.4f}"
        )
    return met


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
