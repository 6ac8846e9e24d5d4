"""How many epochs a second can two workers store in one study, and what does it cost that they are numbered?

    python -m benchmarks.epoch_writes [--workers 2] [--epochs 300] [--turns 5]

So many processes write epochs, with nothing between them, into a real PostgreSQL and into a SQLite file: as the tuner
writes them; in a transaction of several statements instead of one, which is what SQLite has; and in several without
drawing a number, which no reader could follow. The three are written in turns, into one database. Prints the median
of each, and its ratio to the numberless.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path

from benchmarks.machine import machine
from tests.database.conftest import add
from tests.postgres import postgres
from tuner.database import budget, epoch_writing, runs
from tuner.database.connection import open_database
from tuner.database.epochs import EpochView

METRICS = {name: 0.123456789 for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
WAYS: Mapping[str, Callable[..., str]] = {
    "as it is": epoch_writing.finish_epoch,
    "several statements": epoch_writing.in_steps,
    "several, no number": partial(epoch_writing.in_steps, number=lambda session, study_name: 1),
}


def write(url: str, name: str, worker: str, way: str, epochs: int, together: Barrier) -> None:
    db = open_database(url, wait_s=60.0)
    job = budget.take(db, name, worker)
    assert job is not None
    for epoch in range(-10, epochs):
        if epoch == 0:
            together.wait(60)
        view = EpochView(epoch + 11, METRICS, 0.1, 0.0)
        WAYS[way](db, job.lease, view, 0.5, 1, "checkpoint-1-1.npz")
    together.wait(60)


def rate(url: str, name: str, way: str, workers: int, epochs: int) -> float:
    """Epochs a second, of all workers together."""
    db = open_database(url)
    add(db, name, trials=workers)
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(workers + 1)
    given = [(url, name, f"w{number}", way, epochs, together) for number in range(workers)]
    processes = [context.Process(target=write, args=each) for each in given]
    for each in processes:
        each.start()
    together.wait(120)
    began = time.perf_counter()
    together.wait(120)
    seconds = time.perf_counter() - began
    for each in processes:
        each.join(60)
    assert all(len(each.epochs) == epochs + 10 for each in runs.view_trials(db, name, epochs=True))
    db.engine.dispose()
    return workers * epochs / seconds


def measure(url: str, options: argparse.Namespace) -> None:
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(options.turns):
        for way in WAYS:
            found[way].append(rate(url, f"{way} {turn}", way, options.workers, options.epochs))
    base = statistics.median(found["several, no number"])
    print(f"{url.partition(':')[0]}, {options.workers} workers, epochs a second (median of {options.turns})")
    for way, rates in found.items():
        middle = statistics.median(rates)
        print(f"  {way:20} {middle:8.0f}  {middle / base:6.2f}  ({min(rates):.0f} to {max(rates):.0f})")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--epochs", type=int, default=300)
    arguments.add_argument("--turns", type=int, default=5)
    options = arguments.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'tuner.db'}", options)
    with postgres() as server:
        measure(server.new_database(), options)


if __name__ == "__main__":
    main()
