"""Workers, whichever study they work on."""

from fastapi import APIRouter

from tuner.database.workers import view_workers
from tuner.web.answers import WorkerAnswer, Workers
from tuner.web.served import Db

router = APIRouter(tags=["workers"])


@router.get("/workers")
def list_(db: Db) -> Workers:
    """Those that live."""
    return Workers(workers=[WorkerAnswer.of(each) for each in view_workers(db)])
