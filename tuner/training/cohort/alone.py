"""A network that no program takes, trained by itself an epoch at a time, for whoever trains cohorts beside it."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tuner.training.cohort.port import Entry, ModelEntry
from tuner.training.plan import EpochResult, TrainResult
from tuner.training.trainer import Trainer


class Alone:
    """`port.Cohort` with one slot, which its trainer has from the beginning."""

    slots = 1
    free = 0

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def prepare(self) -> float:
        return 0.0

    def admit(self, entry: Entry | ModelEntry) -> int:
        raise ValueError("the one slot is taken")

    def step(self) -> Sequence[EpochResult]:
        return self._trainer.step()

    def stop(self, member: int) -> None:
        self._trainer.stop(member)

    def release(self, member: int) -> None:
        self._trainer.release(member)

    def result(self, member: int) -> TrainResult:
        return self._trainer.result(member)

    def model(self, member: int) -> Any:
        raise ValueError("its network has the model already")

    def outputs(self, member: int) -> NDArray[Any] | None:
        return None

    def forget(self, member: int) -> None:
        """Its one member is all of it."""
