"""Whether a trial of several objectives can still come to the front, by what is known of it after an epoch.

A trial is compared with those that were trained to their end and are no worse in every objective that is known of it
by now and will not get better, such as its parameters. Of these, the ones that are ahead of it at this epoch, in every
objective that training improves, stand between it and the front: where they are too many by the study's pruner, it is
pruned. One that none of them is ahead of never is.

Owns: that comparison, and what each pruner calls too many.
Leaves to others: reading what trials came to (runs), several objectives in a file (spec), one objective (algorithms).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.search.algorithms import PRUNERS, option_defaults
from tuner.spec.space_file import Algorithm

_LEAST = 2
"""One trial alone says nothing of how others fare."""


@dataclass(frozen=True)
class Standing:
    """A trial after so many epochs; of each figure, more is better.

    known: objectives that will not get better; of a trial that runs, bounds that it cannot surpass. learnt: those that
    training improves: of a trial that runs, the best so far, of a complete one, what it came to at this epoch.
    """

    known: Sequence[float]
    learnt: Sequence[float]


Rule = Callable[[int, int, int], bool]
"""Whether a trial goes no further after so many epochs, of so many that it is compared with, so many ahead of it."""


def is_behind(rule: Rule, epoch: int, mine: Standing, complete: Sequence[Standing]) -> bool:
    """Whether a trial is pruned after an epoch, from 1. complete: the trials that have this epoch."""
    if len(complete) < _LEAST:
        return False
    known = np.array([each.known for each in complete]).reshape(len(complete), -1)
    learnt = np.array([each.learnt for each in complete])
    compared = (known >= np.array(mine.known)).all(axis=1)
    own = np.array(mine.learnt)
    ahead = compared & (learnt >= own).all(axis=1) & (learnt > own).any(axis=1)
    return bool(ahead.any()) and rule(epoch, int(compared.sum()), int(ahead.sum()))


def _best_share(share: float, startup_trials: int, warmup_epochs: int) -> Rule:
    def behind(epoch: int, compared: int, ahead: int) -> bool:
        return epoch >= warmup_epochs and compared >= max(_LEAST, startup_trials) and ahead > compared * share / 100

    return behind


def _median(*, startup_trials: int, warmup_epochs: int) -> Rule:
    return _best_share(50.0, startup_trials, warmup_epochs)


def _percentile(*, percentile: float, startup_trials: int, warmup_epochs: int) -> Rule:
    return _best_share(percentile, startup_trials, warmup_epochs)


def _asha(*, min_epochs: int, reduction_factor: int, early_stopping_rate: int) -> Rule:
    def behind(epoch: int, compared: int, ahead: int) -> bool:
        rung = min_epochs * reduction_factor**early_stopping_rate
        while rung < epoch:
            rung *= reduction_factor
        return rung == epoch and compared >= _LEAST and ahead > max(0, (compared + 1) // reduction_factor - 1)

    return behind


_RULES: Mapping[str, Callable[..., Rule]] = {"median": _median, "percentile": _percentile, "asha": _asha}


SEVERAL = tuple(_RULES)
"""The pruners that a study with several objectives may have."""


def rule_of(pruner: Algorithm) -> Rule | None:
    """Of a study's pruner; None where it prunes nothing that has several objectives."""
    if pruner.name not in _RULES:
        return None
    return _RULES[pruner.name](**{**option_defaults(PRUNERS)[pruner.name], **pruner.options})
