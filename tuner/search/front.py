"""Which trials of several objectives cannot reach the front any more, while they are trained.

A small network that is less accurate than a large one may be on the front all the same. So a trial is compared with
those alone that are at least as good as it in every objective that is known before its end: how many parameters it has,
and what each epoch shows. It is pruned where even that which a complete trial gains at best from this epoch on would
leave it behind one of these.

Owns: that rule, on numbers alone. Leaves to others: reading them (runs), one objective (Optuna's pruners).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STARTUP = 2
"""So many complete trials there are before one is pruned."""

WARMUP = 1
"""After so many epochs."""

GAIN = 0.5
"""The quantile of what complete trials gained from an epoch on that a trial is taken to gain, too."""


@dataclass(frozen=True)
class Course:
    """A trial as it is compared. costs: of the objectives known beforehand, less is better. bests: of the objective by
    which epochs are compared, the best until each epoch, more is better."""

    costs: tuple[float, ...]
    bests: tuple[float, ...]

    def at(self, epoch: int) -> float:
        """Its best by then; its last one where it had ended."""
        return self.bests[min(epoch, len(self.bests)) - 1]


def cannot_reach(mine: Course, complete: Sequence[Course], gain: float = GAIN) -> bool:
    """Whether the trial would not be on the front of these, were it trained to its end. Pure."""
    epoch = len(mine.bests)
    complete = [each for each in complete if each.bests]
    if epoch <= WARMUP or len(complete) < STARTUP:
        return False
    rivals = [each for each in complete if all(its <= own for its, own in zip(each.costs, mine.costs, strict=True))]
    if not rivals:
        return False
    gains = [each.bests[-1] - each.at(epoch) for each in complete if len(each.bests) > epoch] or [0.0]
    likely = mine.bests[-1] + float(np.quantile(gains, gain))
    return likely < max(each.bests[-1] for each in rivals)
