"""What became of a study since it was looked at last: a trial that has ended changes no more, so each is read once.

Owns: which trials have ended since, and that a study which was deleted and made anew under its name begins again.
Leaves to others: what is kept of them (history, epoch_rungs).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial

from tuner.optuna_internals import trial_id


@dataclass(frozen=True)
class News:
    """ended: since the last time; those that went on then come first. going: all that have not ended.

    anew: what is known is of another study.
    """

    ended: Sequence[FrozenTrial]
    going: Sequence[FrozenTrial]
    anew: bool


class Follower:
    """Of one study."""

    def __init__(self) -> None:
        self._first: object = None
        self._count = 0
        self._going: list[int] = []

    def news(self, trials: Sequence[FrozenTrial]) -> News:
        """The study as these have it: all of its trials in the order of their numbers, as Optuna gives them."""
        if trials and trials[-1].number != len(trials) - 1:
            raise ValueError(
                f"trials: {len(trials)}, the last of which is number {trials[-1].number}. Give all of them."
            )
        first = (trial_id(trials[0]), trials[0].datetime_start) if trials else None
        anew = first != self._first or len(trials) < self._count
        if anew:
            self._first, self._count, self._going = first, 0, []
        unread = [trials[number] for number in (*self._going, *range(self._count, len(trials)))]
        going = [trial for trial in unread if not trial.state.is_finished()]
        self._count, self._going = len(trials), [trial.number for trial in going]
        return News([trial for trial in unread if trial.state.is_finished()], going, anew)
