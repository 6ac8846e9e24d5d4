"""The port of an engine: what is ordered of it, and what it says of its workers.

Owns: the values that pass between an engine and whoever uses it.
Leaves to others: what a worker does (workers), who takes a dead one's place (supervisor), each place itself (local,
inline).

An engine starts workers, looks at them and ends them. It decides nothing: whether a study is over, and whether a dead
worker is replaced, are the supervisor's affair, and the same wherever the workers run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tuner.database import strikes
from tuner.errors import TunerError
from tuner.workers.devices import Slot


@dataclass(frozen=True)
class WorkerOrder:
    """One worker.

    storage: the studies' database, as SQLAlchemy's URL. study_name: None for whichever study is open. slot: its share
    of the machine. place: which of the workers it is, from 1. fit: train through `Model.fit` alone. codes: the files
    and modules of a person's code that it may run.
    """

    storage: str
    study_name: str | None
    slot: Slot
    place: int
    fit: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """What makes a worker stand still, in its words, such as a full disk."""

    worker_id: str
    words: str


@dataclass(frozen=True)
class WorkerEnded:
    """A worker has ended.

    how: it had nothing left to do, or was told to leave ("done"); it wants a fresh one in its place ("recycle"); it
    died ("died"). last_words: what it said last. death: in words, such as ``signal 9``. strikes: against what it held
    (`database.strikes`). error: what it ended with, where that would end any other worker, too.
    """

    worker_id: str
    place: int
    how: Literal["done", "recycle", "died"]
    last_words: str = ""
    death: str = ""
    strikes: int = strikes.NONE
    error: TunerError | None = None
    log: str = ""


Event = Notice | WorkerEnded


class Engine(Protocol):
    """A place where workers run.

    most_workers: how many at a time; None for as many as are ordered.
    """

    most_workers: int | None

    def launch(self, order: WorkerOrder) -> str:
        """Start a worker; gives its id, under which it enters the database."""
        ...

    def look(self) -> Sequence[Event]:
        """What has happened since the last look, each told once. Does not wait."""
        ...

    def running(self) -> Sequence[str]:
        """The ids of the workers of which no end was told yet."""
        ...

    def leave(self, worker_ids: Sequence[str]) -> None:
        """Tell workers to finish their epochs, hand back what they hold, and end."""
        ...

    def end(self, within_s: float) -> Sequence[str]:
        """End all that runs: politely, and after so many seconds by force. Gives the ids of those that were ended."""
        ...


class Supervision(Protocol):
    """A study's workers that are looked after, wherever that is done."""

    def run(self, look: Callable[[], None]) -> None:
        """Until no worker is left. look: called several times a second, to show progress.

        Raises what ended the workers, in their words; KeyboardInterrupt after Ctrl+C, when what ran is finished (first)
        or handed back (second).
        """
        ...
