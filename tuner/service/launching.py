"""The workers of a study, on this machine or on a cluster.

Leaves to others: what may be asked (requests), the workers (engines).
"""

import secrets
from collections.abc import Sequence

from tuner.database.connection import Database
from tuner.engines.local import LocalEngine
from tuner.engines.port import Supervision, WorkerOrder
from tuner.engines.ray.followed import FollowedWorkers
from tuner.engines.ray.launch import Launch, Order
from tuner.engines.supervisor import Supervisor
from tuner.formatting import path_part
from tuner.notifying.deliverer import delivering
from tuner.service.on_ray import needs_of
from tuner.service.starting import Begun
from tuner.service.study_files import LOGS
from tuner.settings import Settings, absolute_storage, environment_of
from tuner.workers.devices import Slot


def workers_of(settings: Settings, begun: Begun) -> Supervision:
    """Not running yet: where the person who began it wants them."""
    return local_workers(settings, begun) if begun.place.engine == "local" else _on_ray(settings, begun)


def local_workers(settings: Settings, begun: Begun) -> Supervisor:
    """Not running yet. Their logs are under `tuner-logs` in the working folder."""
    name = begun.study.study_name
    logs = LOGS / path_part(name)
    orders = _orders(settings.storage, name, begun.slots, begun.fit, begun.named_codes)
    return Supervisor(begun.db, LocalEngine(logs), orders)


def _on_ray(settings: Settings, begun: Begun) -> FollowedWorkers:
    study, place, storage = begun.study, begun.place, absolute_storage(settings.storage)
    launch = Launch(
        study_name=study.study_name,
        storage=storage,
        orders=tuple(_orders(storage, study.study_name, begun.slots, begun.fit, ())),
        needs=needs_of(place),
        environment=environment_of(settings),
        prefix=f"ray-{secrets.token_hex(3)}",
        beside=delivering,
        wanted=study.options.workers,
    )
    codes = tuple({each.named: each for each in begun.codes}.values())
    return FollowedWorkers(begun.db, Order(place.address, storage, settings.tracking_uri, launch.needs, codes, launch))


def serving_workers(
    db: Database, settings: Settings, study_name: str | None, slots: Sequence[Slot], fit: bool, codes: Sequence[str]
) -> Supervisor:
    """For studies that others start; they log to this process' stderr. study_name: None for whichever is open."""
    orders = _orders(settings.storage, study_name, slots, fit, tuple(codes))
    return Supervisor(db, LocalEngine(None), orders, serves=True)


def _orders(
    storage: str, study_name: str | None, slots: Sequence[Slot], fit: bool, codes: tuple[str, ...]
) -> list[WorkerOrder]:
    return [WorkerOrder(storage, study_name, slot, place, fit, codes) for place, slot in enumerate(slots, start=1)]
