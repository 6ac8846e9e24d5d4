"""What an observer is shown, and what it can answer.

Owns: the port. Observers are asked in their order, all of them: the first decision stands, and those that come after it
see it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from tuner.database.epochs import EpochView
from tuner.database.studies import StudyView
from tuner.training.plan import EpochResult


@dataclass(frozen=True)
class Decision:
    """No further epoch is trained. state: what a training is that is cut short by it; "released" leaves it to others.

    reason: in words.
    """

    state: Literal["complete", "pruned", "released"]
    reason: str


@dataclass(kw_only=True)
class Moment:
    """Between two epochs. epoch: so many are done. planned: so many there are to be, None where nobody knows.

    look: reads the study; done once a moment, and only where somebody asks. decision: the first, once there is one.
    """

    epoch: int
    planned: int | None
    look: Callable[[], StudyView]
    decision: Decision | None = None

    @cached_property
    def study(self) -> StudyView:
        return self.look()

    @property
    def words(self) -> str:
        """Such as ``epoch 3 of 10``."""
        return f"epoch {self.epoch}" if self.planned is None else f"epoch {self.epoch} of {self.planned}"


@dataclass(kw_only=True)
class Beginning(Moment):
    """Before the first epoch that this worker trains.

    rows: the epochs that are stored, those that are to be repeated too. attempt: from 1; more, where it was adopted.
    parameters: how many numbers will be trained; None where only training tells.
    """

    rows: Sequence[EpochView]
    attempt: int
    parameters: int | None = None


@dataclass(kw_only=True)
class EpochEnd(Moment):
    """After an epoch."""

    result: EpochResult

    @property
    def is_last(self) -> bool:
        """No other epoch follows, whatever is decided."""
        return self.result.ended is not None or self.epoch == self.planned


class Observer(Protocol):
    """Raises LeaseLost where this worker holds the training no more."""

    def begins(self, beginning: Beginning) -> Decision | None:
        """Before the first epoch; a decision here bounds training to what is done already."""
        ...

    def epoch_ended(self, end: EpochEnd) -> Decision | None: ...
