"""The row of a training, whatever its role: read, and written by the worker that holds it alone.

Owns: what all roles have in common in the database; a training that goes on where its row cannot be written.
Leaves to others: the statements and their fences (database).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tuner.database import runs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.reproductions import why_not_stored
from tuner.database.runs import Job, RunView
from tuner.database.trial_facts import TrialFacts
from tuner.spec.space import Params


class RunState(Protocol):
    """A training as its row has it. params: all that is known of its configuration; of one that began, all of it."""

    @property
    def params(self) -> Params: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def facts(self) -> TrialFacts: ...
    @property
    def test(self) -> Mapping[str, float] | None: ...
    @property
    def epochs(self) -> tuple[EpochView, ...]: ...


@dataclass(frozen=True)
class Ending:
    """How a training ended. value: at its best epoch; None where there is none. test: on the test rows, of a final."""

    state: str
    reason: str
    facts: TrialFacts
    value: float | None = None
    best_epoch: int = 0
    test: Mapping[str, float] | None = None


def given_up(last_words: str) -> str:
    """The reason of one that killed too many workers. last_words: of the last of these, or empty."""
    words = "given up: its workers died on it, one after another, without finishing an epoch between"
    return f"{words} ({last_words})" if last_words else words


class Record(Protocol):
    """Every write raises LeaseLost where the training is another worker's by now."""

    def view(self) -> RunState:
        """With its epochs."""
        ...

    def start(self, params: Params, facts: TrialFacts, repeats: int) -> None:
        """What is about to be trained. repeats: stored epochs that are trained again."""
        ...

    def amend(self, params: Params) -> None:
        """More of the configuration has become known."""
        ...

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        """Store an epoch, once; gives why the configuration is out by now, or nothing."""
        ...

    def keep_checkpoint(self, name: str) -> None:
        """Training goes on from this one."""
        ...

    def keep_score(self, test: Mapping[str, float]) -> None:
        """What it came to on the test rows; renews the lease."""
        ...

    def finish(self, ending: Ending) -> None: ...

    def once_written(self, action: Callable[[], None]) -> None:
        """Do something when all that was said so far is stored."""
        ...

    def settle(self) -> None:
        """Whoever has to know how it ended knows."""
        ...


class StoredRecord:
    """Of a run that a worker holds, whatever its role."""

    def __init__(self, db: Database, job: Job) -> None:
        self._db, self._job = db, job
        self._of_search = job.role == "search"

    def view(self) -> RunView:
        job = self._job
        return runs.view_run(self._db, job.study_name, job.role, job.round, job.ordinal)

    def start(self, params: Params, facts: TrialFacts, repeats: int) -> None:
        # Of all others the configuration is a trial's, and stored there.
        runs.start(self._db, self._job, facts, params if self._of_search else None, repeats)

    def amend(self, params: Params) -> None:
        if self._of_search:
            runs.amend(self._db, self._job, params)

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        return runs.finish_epoch(self._db, self._job, epoch, value, best_epoch, checkpoint)

    def keep_checkpoint(self, name: str) -> None:
        runs.keep_checkpoint(self._db, self._job, name)

    def keep_score(self, test: Mapping[str, float]) -> None:
        runs.keep_score(self._db, self._job, test)

    def finish(self, ending: Ending) -> None:
        runs.finish(
            self._db, self._job, ending.state, ending.reason, ending.value, ending.best_epoch, ending.facts, ending.test
        )  # fmt: skip

    def once_written(self, action: Callable[[], None]) -> None:
        action()

    def settle(self) -> None:
        # Optuna waits for a search's alone.
        if self._of_search:
            runs.finalize(self._db, self._job)


class NotedRecord:
    """Of a training that whoever started it sees, and that the database notes for as long as it can be written.

    not_stored: why it notes no more; empty where it does. ending: how the training ended, which is noted by `close`:
    what came of it is known only then.
    """

    def __init__(self, begin: Callable[[], StoredRecord]) -> None:
        """begin: makes the row."""
        self.state, self.reason = "running", ""
        self.params: Params = {}
        self.facts = TrialFacts()
        self.test: Mapping[str, float] | None = None
        self.epochs: tuple[EpochView, ...] = ()
        self.ending: Ending | None = None
        self.not_stored = ""
        self._stored: StoredRecord | None = None
        self._try(lambda: setattr(self, "_stored", begin()))

    def view(self) -> "NotedRecord":
        return self

    def start(self, params: Params, facts: TrialFacts, repeats: int) -> None:
        self.facts, self.params = facts, params
        self._note(lambda stored: stored.start(params, facts, repeats))

    def amend(self, params: Params) -> None:
        self._note(lambda stored: stored.amend(params))

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        self.epochs += (epoch,)
        self._note(lambda stored: stored.finish_epoch(epoch, value, best_epoch, checkpoint))
        return ""

    def keep_checkpoint(self, name: str) -> None:
        """Nobody goes on with it."""

    def keep_score(self, test: Mapping[str, float]) -> None:
        self.test = test
        self._note(lambda stored: stored.keep_score(test))

    def finish(self, ending: Ending) -> None:
        self.state, self.reason, self.ending = ending.state, ending.reason, ending

    def once_written(self, action: Callable[[], None]) -> None:
        action()

    def settle(self) -> None:
        pass

    def close(self, ending: Ending) -> None:
        """Note how it ended, with what came of it."""
        self._note(lambda stored: stored.finish(ending))

    def _note(self, write: Callable[[StoredRecord], object]) -> None:
        if (stored := self._stored) is not None:
            self._try(lambda: write(stored))

    def _try(self, write: Callable[[], object]) -> None:
        """What the database does not take ends the notes, and not the training."""
        try:
            write()
        except Exception as error:
            if (why := why_not_stored(error)) is None:
                raise
            self.not_stored, self._stored = why, None
