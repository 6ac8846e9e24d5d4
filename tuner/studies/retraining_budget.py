"""How much training of finalists fits into what a study may still spend, and how long that takes.

Owns: what one more training costs, how many of them fit.
Leaves to others: planning and running them (finalists), when the search makes way for them (limits).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tuner.database import epochs, runs, workers
from tuner.database.connection import Database
from tuner.database.leases import GAP_S
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.spec.space_file import Finalists
from tuner.spec.study_spec import StudySpec

Parts = Sequence[tuple[int, float, float]]
"""What follows each other: of each the number of trainings, their mean and their longest seconds."""

_ALL_ROWS_COST = 1.25
"""An epoch on all rows against one on the training rows: a fifth of the rows is for validation by default."""

_SAFETY = 0.9
"""Of the time that is left, so much is planned for: the machine may be busier than it was."""

_LATE = 1.05
"""So much more time than is planned for is kept: the last epochs of the search may end late."""

_FEWEST_FINALS = 2
"""So many are kept room for when a comparison is planned: of one alone, the spread between seeds would not be known."""


@dataclass(frozen=True)
class Room:
    """What may be spent, None without a limit. seconds: of training, by all workers together; left_s: until the end."""

    seconds: float | None
    left_s: float | None
    workers: int

    def holds(self, parts: Parts) -> bool:
        if self.seconds is not None and sum(count * mean for count, mean, _ in parts) > self.seconds:
            return False
        return self.left_s is None or self.taken_s(parts) <= self.left_s

    def taken_s(self, parts: Parts) -> float:
        """Seconds that the parts take by the clock, with what is added for a machine that is busier than it was."""
        return sum(-(-count // self.workers) * longest for count, _, longest in parts) / _SAFETY


def fitting(wanted: Finalists, costs: Sequence[float], of_final: float, room: Room) -> tuple[int, int]:
    """How many configurations are compared over how many seeds: of what fits beside a few finals, the most runs.

    costs: seconds of one training of each configuration, the best first. of_final: of one training on all rows.
    Comparing takes two configurations and two seeds; (1, 0) where there is only room to train the best on all rows,
    (0, 0) where not even for that.
    """
    choices = [(1, 0) if finals_fitting(1, of_final, room) else (0, 0)]
    finals = min(wanted.seeds, _FEWEST_FINALS)
    for count in range(2, min(wanted.configurations, len(costs)) + 1):
        for seeds in range(min(2, wanted.seeds), wanted.seeds + 1):
            if room.holds([_comparison(costs, count, seeds), (finals, of_final, of_final)]):
                choices.append((count, seeds))
    return max(choices, key=lambda choice: (choice[0] * choice[1], choice))


def finals_fitting(wanted: int, of_final: float, room: Room, before: Parts = ()) -> int:
    """How often the winner is trained on all rows, after other parts: as often as wanted, or as fits."""
    fit = [count for count in range(1, wanted + 1) if room.holds([*before, (count, of_final, of_final)])]
    return max(fit, default=0)


def needed_s(wanted: Finalists, best: Sequence[RunView], spec: StudySpec, room: Room) -> float | None:
    """Seconds to keep for all that fits; None where nothing does. best: the candidates, the best first."""
    costs, of_final = [cost(each, spec) for each in best], cost_of_final(best)
    count, seeds = fitting(wanted, costs, of_final, room)
    if count == 0:
        return None
    compared = [_comparison(costs, count, seeds)] if count > 1 else []
    finals = finals_fitting(wanted.seeds, of_final, room, compared)
    needed = _LATE * room.taken_s([*compared, (finals, of_final, of_final)])
    return needed if room.left_s is None else min(room.left_s, needed)


def _comparison(costs: Sequence[float], count: int, seeds: int) -> tuple[int, float, float]:
    return count * seeds, sum(costs[:count]) / count, max(costs[:count])


def candidates(db: Database, view: StudyView, spec: StudySpec) -> list[RunView]:
    """The best complete trials, the best first, as many as may be compared."""
    wanted = spec.search.finalists.configurations
    return runs.view_best(db, view.study_name, spec.objective.direction, wanted)


def room_for(db: Database, view: StudyView, spec: StudySpec, left_s: float | None, since_search_s: float = 0.0) -> Room:
    """What finalists may spend. since_search_s: seconds of training by those that were run."""
    share = spec.search.finalists.share
    # One that has been silent, wherever it runs, is not counted on: what is planned is for those that live.
    every = workers.view_workers(db, view.study_name)
    active = max(1, sum(each.seen_s < GAP_S for each in every))
    if share is None:
        return Room(None, left_s, active)
    spent_s = epochs.seconds_of_trials(db, view.study_name)
    return Room(share * spent_s - since_search_s, left_s, active)


def cost(trial: RunView, spec: StudySpec) -> float:
    """Seconds of one more training: to its last epoch, or until patience ends it as it did in the search."""
    planned = trial.params.get("epochs", len(trial.epochs))
    last = int(planned) if isinstance(planned, int) else len(trial.epochs)
    if spec.search.patience is not None:
        last = min(last, trial.best_epoch + spec.search.patience)
    return _epoch_s(trial) * max(1, last)


def final_cost(trial: RunView, last_epoch: int) -> float:
    """Seconds of one training on all rows, so many epochs."""
    # Of a cross-validation, an epoch was one of each fold.
    networks = len(trial.facts.folds.values) if trial.facts.folds is not None else 1
    return _ALL_ROWS_COST * _epoch_s(trial) / networks * max(1, last_epoch)


def cost_of_final(best: Sequence[RunView]) -> float:
    """Seconds of one training on all rows, before it is known which of them wins."""
    return max(final_cost(each, each.best_epoch) for each in best)


def _epoch_s(trial: RunView) -> float:
    return trial.seconds / max(1, len(trial.epochs))
