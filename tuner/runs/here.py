"""How a run is kept by the worker that holds it: by itself, or together with others.

Leaves to others: the record (records, turns), the checkpoints, the study.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tuner.database.studies import StudyView
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.compiling import Compiling
from tuner.runs.observers.port import Observer
from tuner.runs.records import Record


@dataclass(frozen=True)
class Here:
    """last: is asked at an epoch's end after all others. look: reads the study; None is each time anew. compiling:
    shared with others that share the programs."""

    record: Record
    checkpoints: Checkpoints
    last: tuple[Observer, ...] = ()
    look: Callable[[], StudyView] | None = None
    compiling: Compiling | None = None
