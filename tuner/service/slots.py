"""From what a person wants workers to run on to slots of this machine.

Leaves to others: the rule (workers.devices), what is there (workers.gpus, workers.cores).
"""

from dataclasses import dataclass

from tuner.service.requests import Devices
from tuner.settings import read_share
from tuner.workers.cores import cpu_cores
from tuner.workers.devices import Slot, choose, must_have, slots
from tuner.workers.gpus import find_gpus
from tuner.workers.placement import Wanted

_NO_MIXED_PRECISION = "--mixed-precision is for GPUs; there is none, so it is not used"


@dataclass(frozen=True)
class Here:
    """A slot a worker. notes: what a person should know, a line each."""

    slots: tuple[Slot, ...]
    notes: tuple[str, ...]


def slots_here(devices: Devices) -> Here:
    """Raises InputError for a device that is not there."""
    found = choose(find_gpus(), devices.gpus) if devices.device != "cpu" else []
    made = slots(
        devices.device,
        devices.workers,
        found,
        cpu_cores(),
        devices.workers_per_gpu,
        devices.mixed_precision,
        read_share().threads,
    )
    return Here(tuple(made), _notes(devices.mixed_precision and made[0].gpu is None))


def one_worker(devices: Devices) -> tuple[Wanted, tuple[str, ...]]:
    """What a single worker may choose among, and notes. Raises InputError for a device that is not there."""
    found = choose(find_gpus(), devices.gpus) if devices.device != "cpu" else []
    must_have(devices.device, found)
    wanted = Wanted(found, devices.workers_per_gpu, devices.mixed_precision and bool(found))
    return wanted, _notes(devices.mixed_precision and not found)


def _notes(not_used: bool) -> tuple[str, ...]:
    return (_NO_MIXED_PRECISION,) if not_used else ()
