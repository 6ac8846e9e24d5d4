"""What a worker is told by whoever hosts it, and what its end says. Plain values.

Leaves to others: what it does with them (hosting, loop).
"""

from dataclasses import dataclass
from typing import Literal

from tuner.settings import Settings, Share
from tuner.spec.code import Code
from tuner.training.plan import Path

WorkerEnd = Literal["done", "recycle"]
"""It has nothing left to do, or was told to leave; or it ran so many trials, or grew so much, that it is replaced."""


@dataclass(frozen=True)
class WorkerSettings:
    """All that a worker is told.

    share: of its machine. worker_id: under which it enters the database. study_name: None for whichever is open. codes:
    what of a person's code may be run here; studies of other code are not for this worker. idle_s: it ends when it had
    nothing to do for so long; None where it waits.
    """

    settings: Settings
    share: Share
    worker_id: str
    study_name: str | None
    path: Path = "auto"
    codes: tuple[Code, ...] = ()
    idle_s: float | None = None
