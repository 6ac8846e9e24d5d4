"""The row of a training, whatever its role: read, and written by the worker that holds it alone.

Owns: what all roles have in common in the database; a training that is stored nowhere.
Leaves to others: the statements and their fences (database).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tuner.database import finalists, trials
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.finalists import FinalistJob, FinalistView
from tuner.database.leases import Lease
from tuner.database.trials import Job, TrialView
from tuner.spec.space import Params


class HeldJob(Protocol):
    """What a worker holds. attempt: from 1. given_up: too many workers died of it. checkpoint: from which to go on."""

    @property
    def study_name(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def given_up(self) -> bool: ...
    @property
    def checkpoint(self) -> str: ...
    @property
    def lease(self) -> Lease: ...
    def blob_name(self, what: str) -> str: ...


class RunView(Protocol):
    """A training as its row has it."""

    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def test(self) -> Mapping[str, float] | None: ...
    @property
    def epochs(self) -> tuple[EpochView, ...]: ...


@dataclass(frozen=True)
class Ending:
    """How a training ended. value: at its best epoch; None where there is none. test: on the test rows, of a final."""

    state: str
    reason: str
    tags: Mapping[str, str]
    value: float | None = None
    best_epoch: int = 0
    test: Mapping[str, float] | None = None


class Record(Protocol):
    """Every write raises LeaseLost where the training is another worker's by now."""

    def view(self) -> RunView:
        """With its epochs."""
        ...

    def start(self, params: Params, tags: Mapping[str, str], repeats: int) -> None:
        """What is about to be trained. repeats: stored epochs that are trained again."""
        ...

    def amend(self, params: Params) -> None:
        """More of the configuration has become known."""
        ...

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        """Store an epoch, once; gives why the configuration is out by now, or nothing."""
        ...

    def keep_score(self, test: Mapping[str, float]) -> None:
        """What it came to on the test rows; renews the lease."""
        ...

    def finish(self, ending: Ending) -> None: ...

    def settle(self) -> None:
        """Whoever has to know how it ended knows."""
        ...


class TrialRecord:
    """Of a trial of the search."""

    def __init__(self, db: Database, job: Job) -> None:
        self._db, self._job = db, job

    def view(self) -> TrialView:
        return trials.view_trial(self._db, self._job.study_name, self._job.ordinal)

    def start(self, params: Params, tags: Mapping[str, str], repeats: int) -> None:
        trials.start(self._db, self._job, params, tags, repeats=repeats)

    def amend(self, params: Params) -> None:
        trials.amend(self._db, self._job, params)

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        trials.finish_epoch(self._db, self._job, epoch, value, best_epoch, checkpoint)
        return ""

    def keep_score(self, test: Mapping[str, float]) -> None:
        raise NotImplementedError("a trial of the search is scored when the study is closed")

    def finish(self, ending: Ending) -> None:
        trials.finish(
            self._db, self._job, ending.state, ending.reason, ending.value, ending.best_epoch, ending.tags
        )  # fmt: skip

    def settle(self) -> None:
        trials.settle(self._db, self._job)


class FinalistRecord:
    """Of a comparison or a final: its configuration is known, and nobody has to be told how it ended."""

    def __init__(self, db: Database, job: FinalistJob) -> None:
        self._db, self._job = db, job

    def view(self) -> FinalistView:
        return finalists.view_finalist(self._db, self._job.study_name, self._job.round, self._job.ordinal)

    def start(self, params: Params, tags: Mapping[str, str], repeats: int) -> None:
        finalists.start(self._db, self._job, tags)

    def amend(self, params: Params) -> None:
        pass

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        return finalists.finish_epoch(self._db, self._job, epoch, value, best_epoch, checkpoint)

    def keep_score(self, test: Mapping[str, float]) -> None:
        finalists.keep_score(self._db, self._job, test)

    def finish(self, ending: Ending) -> None:
        finalists.finish(
            self._db, self._job, ending.state, ending.reason, ending.value, ending.best_epoch, ending.tags, ending.test
        )  # fmt: skip

    def settle(self) -> None:
        pass


@dataclass
class Unstored:
    """Of a training that only whoever started it sees."""

    state: str = "running"
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    test: Mapping[str, float] | None = None
    epochs: tuple[EpochView, ...] = ()
    ending: Ending | None = None

    def view(self) -> "Unstored":
        return self

    def start(self, params: Params, tags: Mapping[str, str], repeats: int) -> None:
        self.tags = tags

    def amend(self, params: Params) -> None:
        pass

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        self.epochs += (epoch,)
        return ""

    def keep_score(self, test: Mapping[str, float]) -> None:
        self.test = test

    def finish(self, ending: Ending) -> None:
        self.state, self.reason, self.ending = ending.state, ending.reason, ending

    def settle(self) -> None:
        pass
