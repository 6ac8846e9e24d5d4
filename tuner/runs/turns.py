"""What becomes of several runs of a worker between two turns, written in one transaction.

Owns: that what is written together was said one by one, as of any other run (`records.Record`).
Leaves to others: the transaction (database.turns), what Optuna is told meanwhile (database.optuna_picture).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tuner.database import runs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.runs import Job, RunView
from tuner.database.tables import RunKey
from tuner.database.trial_facts import TrialFacts
from tuner.database.turns import EpochDone, RunEnded, Started, write_turn
from tuner.runs.records import Ending
from tuner.spec.space import Params


class Turns:
    """Of one study. picture: Optuna's trials, as this worker has them before it."""

    def __init__(self, db: Database, study_name: str, picture: OptunaPicture) -> None:
        self.picture = picture
        self._db, self._study_name = db, study_name
        self._started: list[Started] = []
        self._epochs: list[EpochDone] = []
        self._ended: list[RunEnded] = []
        self._dropped: dict[RunKey, str] = {}
        self._actions: list[tuple[RunKey, Callable[[], None]]] = []

    def write(self) -> frozenset[RunKey]:
        """All that was said since the last time; gives the runs that are another worker's by now."""
        if not (self._started or self._epochs or self._ended):
            return frozenset()
        turned = write_turn(
            self._db, self._study_name, self.picture, self._started, self._epochs, self._ended
        )  # fmt: skip
        self._started, self._epochs, self._ended = [], [], []
        self._dropped = dict(turned.dropped)
        actions, self._actions = self._actions, []
        for key, action in actions:
            if key not in turned.lost:
                action()
        return turned.lost

    def record(self, job: Job) -> "TurnRecord":
        return TurnRecord(self._db, job, self)

    def start(self, started: Started) -> None:
        self._started.append(started)

    def epoch(self, done: EpochDone) -> str:
        """Gives why its configuration is out, as was known when the last turn was written."""
        self._epochs.append(done)
        return self._dropped.get(_key(done.job), "")

    def once_written(self, job: Job, action: Callable[[], None]) -> None:
        """Not where it is lost: then what is there is another worker's."""
        self._actions.append((_key(job), action))

    def end(self, ended: RunEnded) -> None:
        self._ended.append(ended)


class TurnRecord:
    """Of one run; `records.Record`. That it is lost is known when the turn is written."""

    def __init__(self, db: Database, job: Job, turns: Turns) -> None:
        self._db, self._job, self._turns = db, job, turns
        self._of_search = job.role == "search"
        self._view: RunView | None = None
        self._ends = False

    def view(self) -> RunView:
        if self._view is None:
            job = self._job
            self._view = runs.view_run(self._db, job.study_name, job.role, job.round, job.ordinal)
        return self._view

    def start(self, params: Params, facts: TrialFacts, repeats: int) -> None:
        self._turns.start(Started(self._job, facts, params if self._of_search else None, repeats))

    def amend(self, params: Params) -> None:
        if self._of_search:
            runs.amend(self._db, self._job, params)

    def finish_epoch(self, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str) -> str:
        return self._turns.epoch(EpochDone(self._job, epoch, value, best_epoch, checkpoint))

    def keep_checkpoint(self, name: str) -> None:
        runs.keep_checkpoint(self._db, self._job, name)

    def keep_score(self, test: Mapping[str, float]) -> None:
        runs.keep_score(self._db, self._job, test)

    def finish(self, ending: Ending) -> None:
        self._view = replace(
            self.view(), state=ending.state, reason=ending.reason, facts=ending.facts, value=ending.value,
            best_epoch=ending.best_epoch,
        )  # fmt: skip
        self._end(ending)

    def _end(self, ending: Ending) -> None:
        self._ends = True
        known = (ending.state, ending.reason, ending.facts, ending.value, ending.best_epoch, ending.test)
        self._turns.end(RunEnded(self._job, *known))

    def once_written(self, action: Callable[[], None]) -> None:
        self._turns.once_written(self._job, action)

    def settle(self) -> None:
        """What ended is final in the same transaction in which Optuna is told; so is what had ended before."""
        if not self._ends:
            view = self.view()
            self._end(Ending(view.state, view.reason, view.facts, view.value, view.best_epoch, view.test))


def _key(job: Job) -> RunKey:
    return job.study_name, job.role, job.round, job.ordinal
