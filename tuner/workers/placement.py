"""Where a worker runs that nobody gave a share of its machine: on a GPU that is free, with its share of the cores.

Owns: the choice, by what the database knows of the workers that live.
Leaves to others: that a GPU is one worker's (database), what a slot is (devices).
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuner.database import gpu_claims, workers
from tuner.database.connection import Database
from tuner.database.leases import LEASE_S
from tuner.database.patience import pause
from tuner.workers.cores import cpu_cores
from tuner.workers.devices import Slot, on_a_gpu
from tuner.workers.gpus import Gpu

logger = logging.getLogger(__name__)

_LOOK_S = 1.0


@dataclass(frozen=True)
class Wanted:
    """What a worker may choose among. gpus: none for the CPU. workers_per_gpu: for so many one GPU's memory is divided,
    at least. cohort: as of `Slot`."""

    gpus: Sequence[Gpu] = ()
    workers_per_gpu: int = 1
    mixed_precision: bool = False
    cohort: str = "auto"


def place(db: Database, worker_id: str, wanted: Wanted) -> Slot:
    """Take a GPU that no living worker has; where each has one, that with the fewest. Threads are chosen later (0).

    A worker that has died just now seems to live: it is waited until each has shown that it does, for a lease at most.
    """
    if not wanted.gpus:
        return Slot("cpu", None, 0, cohort=wanted.cohort)
    known = {each.name: each for each in wanted.gpus}
    name, number = gpu_claims.claim(db, worker_id, list(known))
    if number >= wanted.workers_per_gpu:
        name, number = _once_the_dead_are_known(db, worker_id, list(known), wanted.workers_per_gpu)
    gpu = known[name]
    if number >= wanted.workers_per_gpu:
        logger.warning(
            "each of the %d GPUs here has a worker; this one shares gpu:%s with %d. "
            "Give every worker --workers-per-gpu %d to divide its memory evenly",
            *(len(known), gpu.index, number, number + 1),
        )
    slot = on_a_gpu(gpu, 0, max(wanted.workers_per_gpu, number + 1), wanted.mixed_precision)
    return replace(slot, cohort=wanted.cohort)


def _once_the_dead_are_known(db: Database, worker_id: str, gpus: Sequence[str], enough: int) -> tuple[str, int]:
    """A place, from 0, and its GPU: one below `enough`, or the next one where all that have one live."""
    logger.info("each of the %d GPUs here has a worker; waiting for a sign of life of each", len(gpus))
    until = time.monotonic() + LEASE_S
    before = gpu_claims.claims_of_others(db, worker_id, gpus)
    while True:
        pause(_LOOK_S)
        name, place = gpu_claims.claim(db, worker_id, gpus)
        now = gpu_claims.claims_of_others(db, worker_id, gpus)
        live = all(now.get(each) != lease for each, lease in before.items())
        if place < enough or live or time.monotonic() > until:
            return name, place


def threads_for_one(db: Database) -> int:
    """CPU threads of one of the workers that live on this machine: an even share of the cores that it may use."""
    return max(1, cpu_cores() // max(1, workers.workers_here(db)))
