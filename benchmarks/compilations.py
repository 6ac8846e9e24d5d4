"""What does a trial of a new shape cost on JAX before its first epoch, and what of that may be saved?

    python -m benchmarks.compilations [--rows 12800] [--limit 120]

Each way has a process of its own, which trains networks of two shapes of Lab 8-1 that it has not met, and the second
again with other numbers: programs that were compiled and found on disk, seconds until an epoch's end, the processor's
of them too, which a busy machine changes less, and seconds of one of the epochs after it. The first shape of a process
is left out: it also pays for what is made once.

  as it is         what `tune` does
  in two threads   both programs of a network at once
  in one thread    one after the other
  cache on disk    as it is, in a folder that an earlier process has filled: a worker that restarts
  autotune 0, 2    as it is, on a GPU, with XLA trying no, or fewer, of the kernels that there are for a product
  LLVM at once     as it is, on a GPU, with XLA compiling the parts of a program in several threads
  optimization 0   as it is, on a CPU, with the least that XLA's compiler does to what it makes

A way is left out where the time is up, or this XLA does not know it. Figures for GPUs need one: on a CPU nothing is
tuned, and programs are compiled by other means.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from benchmarks.machine import machine

SHAPES = ((128, 32), (200, 48))
EPOCHS = 3


@dataclass(frozen=True)
class Way:
    """flags: for XLA. device: that it is for; empty for any. disk: with the folder that others share."""

    name: str
    flags: str = ""
    device: str = ""
    at_once: bool | None = None
    disk: bool = False


WAYS = (
    Way("as it is"),
    Way("in two threads", at_once=True),
    Way("in one thread", at_once=False),
    Way("fills the disk", disk=True),
    Way("cache on disk", disk=True),
    Way("autotune 0", "--xla_gpu_autotune_level=0", "gpu"),
    Way("autotune 2", "--xla_gpu_autotune_level=2", "gpu"),
    Way("LLVM at once", "--xla_gpu_enable_llvm_module_compilation_parallelism=true", "gpu"),
    Way("optimization 0", "--xla_backend_optimization_level=0", "cpu"),
)


def main() -> None:
    arguments = _arguments()
    if arguments.one is not None:
        print(json.dumps(_trials(WAYS[arguments.one], arguments.rows, arguments.folder)))
        return
    began = time.monotonic()
    print(f"{machine(('jax', 'keras', 'numpy'))}\n")
    head = ("compiled", "on disk", "new shape, s", "processor, s", "same shape, s", "an epoch, s")
    print(f"{'':18}" + "".join(f"{each:>15}" for each in head))
    device = ""
    with tempfile.TemporaryDirectory() as folder:
        for number, way in enumerate(WAYS):
            left = arguments.limit - (time.monotonic() - began)
            if way.device and way.device != device:
                continue
            found = _in_a_process(number, arguments.rows, folder, left) if left > 0 else None
            if found is None:
                print(f"{way.name:18} not measured")
                continue
            device = found["device"]
            figures = (found[each] for each in ("compiled", "on_disk", "new", "processor", "same", "epoch"))
            print(f"{way.name:18}" + "".join(f"{each:15.2f}" for each in figures), flush=True)
    print(f"\non {device or 'no device'}, in {time.monotonic() - began:.0f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=12_800, help="of training")
    parser.add_argument("--limit", type=float, default=120, help="seconds, after which no further way is begun")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_a_process(number: int, rows: int, folder: str, seconds: float) -> dict[str, Any] | None:
    flags = f"{os.environ.get('XLA_FLAGS', '')} {WAYS[number].flags}".strip()
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
    command = [sys.executable, "-m", "benchmarks.compilations", "--one", str(number), "--rows", str(rows)]
    try:
        done = subprocess.run(
            [*command, "--folder", folder], env=environment, stdout=subprocess.PIPE, text=True, timeout=seconds,
            check=not WAYS[number].flags,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@dataclass
class _Trial:
    """first: seconds until the end of the first epoch, the building included; processor: of all threads. epochs: of the
    others.
    """

    compiled: int = 0
    on_disk: int = 0
    first: float = 0.0
    processor: float = 0.0
    epochs: list[float] = field(default_factory=list)


def _trials(way: Way, rows: int, folder: str) -> Mapping[str, Any]:
    from pathlib import Path

    import jax

    from tuner.training import backend
    from tuner.training.compiled import programs

    backend.prepare(0, cache=Path(folder) if way.disk else None)
    if way.at_once is not None:
        programs.at_once = lambda: bool(way.at_once)
    dataset = _dataset(rows)
    new = [_trial(dataset, shape, 0.001) for shape in SHAPES][1:]
    same = _trial(dataset, SHAPES[-1], 0.003)
    return {
        "device": str(jax.default_backend()),
        "compiled": sum(each.compiled for each in new) / len(new),
        "on_disk": sum(each.on_disk for each in new) / len(new),
        "new": sum(each.first for each in new) / len(new),
        "processor": sum(each.processor for each in new) / len(new),
        "same": same.first,
        "epoch": min(seconds for each in (*new, same) for seconds in each.epochs),
    }


def _trial(dataset: Any, units: tuple[int, int], rate: float) -> _Trial:
    from tuner.data.preprocessing import fit
    from tuner.spec.families import mlp
    from tuner.spec.space import fixed
    from tuner.training import compilations
    from tuner.training.network import FamilyNetwork
    from tuner.training.plan import EpochResult, TrainPlan, Verdict

    params: dict[str, Any] = {
        "hidden_layers": 2, "units_1": units[0], "units_2": units[1], "activation": "relu", "optimizer": "adam",
        "normalization": "minmax", "input_dropout": 0.2, "batch_size": 64, "epochs": EPOCHS, "learning_rate": rate,
    }  # fmt: skip
    made, moment, began, ends = _Trial(), compilations.now() or 0, time.process_time(), [time.perf_counter()]

    def ended(result: EpochResult) -> Verdict:
        ends.append(time.perf_counter())
        made.processor = made.processor or time.process_time() - began
        return "go_on"

    network = FamilyNetwork(mlp(fixed(params)), ())
    plan = TrainPlan(None, EPOCHS, "val_accuracy", "maximize", None, seed=1, path="compiled", health=True)
    network.train(dataset, lambda name: fit(name, dataset.train.x), plan, None, ended)
    network.answers(dataset)
    told = compilations.since(moment)
    made.on_disk = sum(each.from_disk for each in told)
    made.compiled = len(told) - made.on_disk
    made.first = ends[1] - ends[0]
    made.epochs = [end - begin for begin, end in pairwise(ends[1:])]
    return made


def _dataset(rows: int) -> Any:
    """Random rows of Fashion-MNIST's shape, a sixth of them for validation; the last batch is an odd one."""
    import numpy as np

    from tuner.data.dataset import DataInfo, Dataset, Rows

    draws = np.random.default_rng(0)
    counts = (rows + 16, rows // 6)
    train, validation = (
        Rows(draws.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8), draws.integers(0, 10, count, dtype=np.int32))
        for count in counts
    )
    names = tuple(str(each) for each in range(10))
    info = DataInfo("rows", "classification", (28, 28, 1), 10, names, *counts, 0)
    return Dataset(info, train, validation, Rows(validation.x[:0], validation.y[:0]), digest="compilations")


if __name__ == "__main__":
    main()
