"""Workers, whichever study they work on."""

from collections.abc import Sequence

from fastapi import APIRouter

from tuner.database.workers import WorkerView, view_workers
from tuner.studies import viewing
from tuner.web.answers import WorkerAnywhere, Workers
from tuner.web.served import Db

router = APIRouter(tags=["workers"])


@router.get("/workers")
def list_(db: Db) -> Workers:
    """Those that live."""
    return workers_in(view_workers(db))


def workers_in(found: Sequence[WorkerView]) -> Workers:
    return Workers(
        workers=tuple(WorkerAnywhere(**dict(viewing.worker(each)), study_name=each.study_name) for each in found)
    )
