"""What does a trial cost beside its training steps?

    python -m benchmarks.trial_overhead [--space fashion_mnist] [--trials 16] [--workers 2]

A real study (SQLite, MLflow's SQLite, artifacts in a folder), as many workers as cores by default. One of them is this
process, in which a stopwatch stands at the door of every part; each part counts without the parts inside it. Printed is
the median over the trials that ran here, by the clock and by this thread's processor time (which a busy machine does
not lengthen, and which leaves out waiting and what TensorFlow does in threads of its own). MLflow's part is the
processor time of the thread that delivers, since it works beside the training. Goal: all parts together at most 0.5 s
a trial on two cores.
"""

import argparse
import functools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.services import end, tune
from tuner.settings import read_settings
from tuner.workers.cores import cpu_cores
from tuner.workers.devices import slots

GOAL_S = 0.5
STUDY = "overhead"
STEPS, REST = "training steps", "the rest"
PROCESSOR = "processor"
PARTS = ("sampling", "SQL", "building", "tracing", "health", "checkpoints", "artifacts", "forgetting", REST, "MLflow")


class Stopwatch:
    """Seconds a part, without those of parts that are entered from it; one for the thread that trains."""

    def __init__(self) -> None:
        self.trials: list[dict[str, float]] = []
        self.epochs: list[float] = []
        self._stack: list[str] = []
        self._since = (0.0, 0.0)
        self._now: dict[str, float] = defaultdict(float)
        self._thread = threading.current_thread()
        self.delivery_s = 0.0

    def times(self, owner: Any, name: str, part: str | Callable[..., str]) -> None:
        """Stand at the door of a function. part: its name, or what gives it, from the arguments."""
        own = getattr(owner, name)

        @functools.wraps(own)
        def timed(*arguments: Any, **options: Any) -> Any:
            if threading.current_thread() is not self._thread:
                return own(*arguments, **options)
            self._enter(part if isinstance(part, str) else part(*arguments))
            before = self._now[STEPS]
            try:
                return own(*arguments, **options)
            finally:
                self._leave()
                if part == STEPS:
                    self.epochs.append(self._now[STEPS] - before)

        setattr(owner, name, timed)

    def trial(self, owner: Any, name: str) -> None:
        """The function that is a whole trial."""
        self.times(owner, name, REST)
        own = getattr(owner, name)

        def whole(*arguments: Any, **options: Any) -> Any:
            self.epochs = []
            delivered = self.delivery_s
            try:
                return own(*arguments, **options)
            finally:
                self._now["MLflow"] = self._now[f"{PROCESSOR} MLflow"] = self.delivery_s - delivered
                self._first_run()
                self.trials.append(dict(self._now))
                # What is outside - taking the trial - belongs to the next one.
                self._now = defaultdict(float)

        setattr(owner, name, whole)

    def delivery(self, owner: Any, name: str) -> None:
        own = getattr(owner, name)

        @functools.wraps(own)
        def timed(*arguments: Any, **options: Any) -> Any:
            began = time.thread_time()
            try:
                return own(*arguments, **options)
            finally:
                self.delivery_s += time.thread_time() - began

        setattr(owner, name, timed)

    def _first_run(self) -> None:
        """A new graph is rewritten when it is first run, which is within the first epoch's steps."""
        if len(self.epochs) > 1:
            more = max(0.0, self.epochs[0] - statistics.median(self.epochs[1:]))
            self._now[STEPS] -= more
            self._now["tracing"] += more

    def _enter(self, part: str) -> None:
        self._count()
        self._stack.append(part)

    def _leave(self) -> None:
        self._count()
        self._stack.pop()

    def _count(self) -> None:
        """What has passed belongs to the innermost part."""
        now = time.perf_counter(), time.thread_time()
        if self._stack:
            self._now[self._stack[-1]] += now[0] - self._since[0]
            self._now[f"{PROCESSOR} {self._stack[-1]}"] += now[1] - self._since[1]
        self._since = now


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--space", default="fashion_mnist")
    arguments.add_argument("--trials", type=int, default=16)
    arguments.add_argument("--workers", type=int, default=cpu_cores())
    options = arguments.parse_args()
    print(machine())
    folder = Path(tempfile.mkdtemp(prefix="overhead-"))
    share = slots("cpu", options.workers, [], cpu_cores())[0].environment()
    environment = {
        **share,
        "TUNER_STORAGE": f"sqlite:///{folder / 'tuner.db'}",
        "TUNER_ARTIFACTS": str(folder / "artifacts"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    }
    os.environ.update(environment)
    with (folder / "tune.log").open("wb") as log:
        start = ["start", "--space", options.space, "--study", STUDY, "--trials", str(options.trials), "--seed", "1"]
        if tune([*start, "--detach"], folder, environment, log).wait(120) != 0:
            raise SystemExit(f"the study could not be stored; see {folder / 'tune.log'}")
        others = [tune(["worker", "--study", STUDY], folder, environment, log) for _ in range(options.workers - 1)]
        try:
            watch = _work()
        finally:
            for each in others:
                end(each)
    return _show(watch)


def _work() -> Stopwatch:
    """Be a worker of the study until it has ended."""
    from tuner.workers import process

    watch = Stopwatch()
    _stand_at_the_doors(watch)
    process.main(read_settings(), STUDY)
    return watch


def _stand_at_the_doors(watch: Stopwatch) -> None:
    import keras
    import optuna

    from tuner.database import blobs, budget, leases, runs
    from tuner.database import configurations as added
    from tuner.runs import configurations, optuna_trial, run, trial
    from tuner.studies import delivery
    from tuner.training import backend, network
    from tuner.training.checkpoint import Checkpoint
    from tuner.training.health import probe

    if keras.backend.backend() == "jax":
        from tuner.training.compiled.epoch_jax import CompiledEpochs
        from tuner.training.compiled.programs import Programs

        watch.times(Programs, "_compile", "tracing")
    else:
        from tuner.training.compiled.epoch_tensorflow import CompiledEpochs
        from tuner.training.compiled.graphs import Graphs

        watch.times(Graphs, "_trace", "tracing")
    watch.times(CompiledEpochs, "__init__", "building")
    watch.times(CompiledEpochs, "run", STEPS)
    watch.times(network, "build", "building")
    watch.times(probe.Probe, "__init__", "health")
    watch.times(probe.Probe, "after", "health")
    watch.times(Checkpoint, "to_bytes", "checkpoints")
    watch.times(network.FamilyNetwork, "export", "artifacts")
    watch.times(backend, "forget", "forgetting")
    for name in ("put", "drop", "drop_all"):
        watch.times(
            blobs.FolderStore, name, lambda _, what, *rest: "checkpoints" if "checkpoint" in what else "artifacts"
        )
    watch.times(optuna_trial, "open_optuna_study", "sampling")
    watch.times(configurations, "ask_network", "sampling")
    watch.times(optuna.trial.Trial, "should_prune", "sampling")
    for name in ("adopt", "tell", "worst_values"):
        watch.times(optuna_trial, name, "SQL")
    for name in ("bind", "of_place"):
        watch.times(added, name, "SQL")
    watch.times(run, "view_study", "SQL")
    watch.times(optuna.trial.Trial, "report", "SQL")
    for name in ("take", "fill"):
        watch.times(budget, name, "SQL")
    for name in ("start", "finish_epoch", "finish", "finalize", "view_run"):
        watch.times(runs, name, "SQL")
    watch.times(leases, "renew", "SQL")
    watch.delivery(delivery, "deliver")
    watch.trial(trial, "run_trial")


def _show(watch: Stopwatch) -> int:
    print(f"\n{len(watch.trials)} trials were measured; seconds a trial:")
    print(f"{'':16}{'median':>9}{'largest':>9}{'processor':>11}")
    for part in (*PARTS, STEPS):
        median, largest, processor = _figures(watch, (part,))
        print(f"{part:16}{median:9.3f}{largest:9.3f}{processor:11.3f}")
    median, largest, processor = _figures(watch, PARTS)
    verdict = "" if median <= GOAL_S else "  missed"
    print(f"{'all but steps':16}{median:9.3f}{largest:9.3f}{processor:11.3f}   goal: a median of {GOAL_S}{verdict}")
    return 1 if verdict else 0


def _figures(watch: Stopwatch, parts: Sequence[str]) -> tuple[float, float, float]:
    """The median and the largest of all trials, and the median of processor time, of these parts together."""
    clock = [sum(each.get(part, 0.0) for part in parts) for each in watch.trials]
    processor = [sum(each.get(f"{PROCESSOR} {part}", 0.0) for part in parts) for each in watch.trials]
    return statistics.median(clock), max(clock), statistics.median(processor)


if __name__ == "__main__":
    sys.exit(main())
