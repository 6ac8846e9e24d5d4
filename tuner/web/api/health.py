"""Whether the server lives, and whether it can work: for those that watch over it. Both are open to everybody."""

from fastapi import APIRouter

from tuner.web.answers import Health
from tuner.web.problems import answers
from tuner.web.served import Db

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> Health:
    """The server lives; nothing else is asked."""
    return Health()


@router.get("/ready", responses=answers(503))
def ready(db: Db) -> Health:
    """The studies' database answers, too."""
    db.now()
    return Health()
