"""The workers of a study on this machine.

Leaves to others: what may be asked (requests), the workers (engines).
"""

from collections.abc import Sequence

from tuner.database.connection import Database
from tuner.engines.local import LocalEngine
from tuner.engines.port import WorkerOrder
from tuner.engines.supervisor import Supervisor
from tuner.formatting import path_part
from tuner.service.starting import Begun
from tuner.service.study_files import LOGS
from tuner.settings import Settings
from tuner.workers.devices import Slot


def local_workers(settings: Settings, begun: Begun) -> Supervisor:
    """Not running yet. Their logs are under `tuner-logs` in the working folder."""
    name = begun.study.study_name
    logs = LOGS / path_part(name)
    orders = _orders(settings.storage, name, begun.slots, begun.fit, begun.named_codes)
    return Supervisor(begun.db, LocalEngine(logs), orders)


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
