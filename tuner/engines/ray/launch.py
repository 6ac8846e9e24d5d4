"""What is told a cluster of a study, and what is heard of it, as plain values.

Leaves to others: who tells it (followed), what becomes of it there (cluster, keeper).
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from tuner.database.connection import Database
from tuner.engines.port import WorkerOrder
from tuner.engines.ray.needs import Needs
from tuner.redaction import shown_url
from tuner.spec.code import Code

Beside = Callable[[Database, str | None], AbstractContextManager[None]]


@dataclass(frozen=True)
class Launch:
    """The workers of one study.

    storage: the database; it and the environment hold passwords, so this travels through memory and pipes alone.
    environment: of the workers, and of what is beside them. prefix: of the workers' ids, another one at each launch.
    wanted: how many workers a person had wanted of the study before. beside: what goes on with them, on the same
    database: a function of a module, by its name.
    """

    study_name: str
    storage: str
    orders: tuple[WorkerOrder, ...]
    needs: Needs
    environment: Mapping[str, str]
    prefix: str
    beside: Beside
    wanted: int | None = None

    @property
    def actor_name(self) -> str:
        """One a study; two databases may have studies of one name."""
        digest = hashlib.sha256(shown_url(self.storage).encode()).hexdigest()[:8]
        return f"tuner {self.study_name} {digest}"


@dataclass(frozen=True)
class Heard:
    """What those who follow are told. words: warnings since they last asked; number: to ask for later ones.

    over: no worker is left. error: what ended them, if it was no good end; exit_code: of its kind.
    """

    words: tuple[str, ...]
    number: int
    over: bool = False
    error: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Order:
    """address: of the cluster. storage, tracking_uri, needs: of the workers. codes: that they may run.

    launch: None to look at the cluster only.
    """

    address: str
    storage: str
    tracking_uri: str
    needs: Needs
    codes: tuple[Code, ...] = ()
    launch: Launch | None = None


Kind = Literal["note", "there", "made", "warning", "over", "error"]


@dataclass(frozen=True)
class Said:
    """kind: a note; the actor was there, or was made; a warning of the supervisor; all is over; an error, with its
    exit code. The last two are the last."""

    kind: Kind
    words: str = ""
    exit_code: int = 0
