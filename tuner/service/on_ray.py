"""A Ray cluster as a place for a study's workers: what a person wants of it, checked and as the cluster is told it.

Owns: which requests cannot be on a cluster.
Leaves to others: the cluster (engines.ray), what may be asked (requests), starting workers there (launching).
"""

from tuner.engines.ray import followed
from tuner.engines.ray.launch import Order
from tuner.engines.ray.needs import Needs
from tuner.errors import InputError
from tuner.service.requests import Devices, Place
from tuner.service.slots import Here
from tuner.settings import Settings
from tuner.workers.devices import Slot


def slots_there(devices: Devices, place: Place) -> Here:
    """A slot a worker, whose GPU is the one that Ray gives it. Raises InputError."""
    if devices.workers is None or devices.workers < 1:
        raise InputError("--engine ray: say how many workers, with --workers N; nodes come and go.")
    if devices.gpus is not None or devices.workers_per_gpu != 1:
        wrong = "--gpus" if devices.gpus is not None else "--workers-per-gpu"
        raise InputError(f"{wrong} is of this machine; on a cluster it is --gpus-per-worker 0.25.")
    if devices.device == "gpu" and not place.gpus_per_worker:
        raise InputError("--device gpu: on a cluster a worker is given one by --gpus-per-worker 1, or a part, 0.25.")
    on_gpu = place.gpus_per_worker > 0 and devices.device != "cpu"
    slot = Slot(
        device="gpu" if on_gpu else "cpu",
        gpu=None,
        threads=max(1, int(place.cpus_per_worker)),
        mixed_precision=devices.mixed_precision and on_gpu,
        cohort=str(devices.cohort),
    )
    return Here((slot,) * devices.workers, ())


def check(settings: Settings, place: Place) -> tuple[str, ...]:
    """Look at the cluster before anything is stored; gives notes. Raises InputError, ServiceDown."""
    return followed.check(Order(place.address, settings.storage, settings.tracking_uri, needs_of(place)))


def needs_of(place: Place) -> Needs:
    return Needs(place.cpus_per_worker, place.gpus_per_worker, place.memory_per_worker, dict(place.resources))
