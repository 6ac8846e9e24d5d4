"""The port of a cohort: a trainer whose members come and go while it trains.

Leaves to others: which configurations fit together (bucket), the adapter (trainer), who is admitted when (workers).

The use of it, by whoever holds the slots:

    cohort = padded_cohort(bucket, dataset, slots=64, health=True)
    member = cohort.admit(Entry(config, plan, preprocessing))    # as often as there is a free slot
    for each in cohort.step():                                   # one epoch of every member that has not ended
        ...                                                      # cohort.stop(each.member), cohort.release(each.member)
    result, model = cohort.result(member), cohort.model(member)  # of one that has ended; then
    cohort.forget(member)                                        # and its slot may be had by `admit` again

Numbers of members are never used again: the slot is, not the number. What has ended keeps its results until it is
forgotten, whoever has its slot by then.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.spec.families import MlpConfig
from tuner.training.checkpoint import Checkpoint
from tuner.training.plan import TrainPlan
from tuner.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Entry:
    """A network that is to be a member.

    config: of the cohort's bucket. plan: its batch size and epochs are the configuration's own, unless it names fewer
    epochs; `path` is not looked at. preprocessing: as the configuration's normalization was fitted.
    resume: go on from there; a checkpoint of a network that was trained alone will do.
    """

    config: MlpConfig
    plan: TrainPlan
    preprocessing: Preprocessing
    resume: Checkpoint | None = None


@dataclass(frozen=True)
class Likeness:
    """What Keras models that are members of one program have in common. Two that are equal are alike.

    graph: all that is computed, without the numbers that are arguments. rows: which, as a step takes them.
    one_after_the_other: how a program trains them; else it trains them side by side.
    """

    graph: str
    rows: str
    batch_size: int
    one_after_the_other: bool


@dataclass(frozen=True, eq=False)
class ModelEntry:
    """A compiled Keras model that is to be a member; it will hold the weights that the plan keeps.

    dataset: its rows as it takes them. plan: with its own batch size and epochs. graph: as a program takes it
    (`alike.Graph`). resume: as of `Entry`.
    """

    model: Any
    dataset: Dataset
    plan: TrainPlan
    like: Likeness
    graph: Any
    resume: Checkpoint | None = None


class Cohort(Trainer, Protocol):
    """Members are counted from 0 in the order in which they were admitted."""

    slots: int

    @property
    def free(self) -> int:
        """So many more can be admitted now: slots without a member, or whose member has ended."""
        ...

    def prepare(self) -> float:
        """Compile what a step needs, if nobody has; the seconds that it took. A step does so by itself."""
        ...

    def admit(self, entry: Entry | ModelEntry) -> int:
        """The number of a new member, which trains from the next step on. Between steps only; compiles nothing.

        Raises ValueError where no slot is free, or the configuration is of another bucket.
        """
        ...

    def model(self, member: int) -> Any:
        """The compiled Keras model of one that has ended, with the weights that the plan keeps; made when asked for."""
        ...

    def outputs(self, member: int) -> NDArray[np.float32] | None:
        """What `model` gives for the validation rows, as `models.outputs` would; None where it is not at hand."""
        ...

    def forget(self, member: int) -> None:
        """Nothing of one that has ended is wanted any more."""
        ...
