"""From what a person wants workers to run on to slots of this machine.

Leaves to others: the rule (workers.devices), what is there (workers.gpus, workers.cores).
"""

from dataclasses import dataclass, replace

from tuner.service.requests import Devices
from tuner.settings import read_share
from tuner.workers.at_once import at_once, why_not
from tuner.workers.cores import cpu_cores
from tuner.workers.devices import Slot, choose, must_have, slots
from tuner.workers.framework import framework
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
    made = [replace(each, cohort=str(devices.cohort)) for each in made]
    return Here(tuple(made), _notes(devices, made[0].device))


def one_worker(devices: Devices) -> tuple[Wanted, tuple[str, ...]]:
    """What a single worker may choose among, and notes. Raises InputError for a device that is not there."""
    found = choose(find_gpus(), devices.gpus) if devices.device != "cpu" else []
    must_have(devices.device, found)
    mixed = devices.mixed_precision and bool(found)
    wanted = Wanted(found, devices.workers_per_gpu, mixed, str(devices.cohort))
    return wanted, _notes(devices, "gpu" if found else "cpu")


def _notes(devices: Devices, device: str) -> tuple[str, ...]:
    on_gpu, wish = device != "cpu", str(devices.cohort)
    notes = [_NO_MIXED_PRECISION] if devices.mixed_precision and not on_gpu else []
    name = framework(on_gpu)
    if why := why_not(wish, device, name):
        # Where nobody asked for them, and they could not be, nobody has to read of them.
        if wish not in ("auto", "off") or (wish == "auto" and on_gpu):
            notes.append(f"each worker trains one network after the other: {why}")
    else:
        notes.append(f"each worker trains up to {at_once(wish, device, name)} networks at once, with JAX")
    return tuple(notes)
