"""How sure a figure of few runs is: seeds of one configuration, and two configurations against each other. Pure.

Owns: the noise between seeds, when a configuration is clearly worse, the interval of a mean over seeds, the words.
Leaves to others: training (runs), what is made of the answer (finalists).

The test among finalists. Each configuration has two to five runs, so what a test needs most is a good estimate of the
noise. It is pooled: the squared deviations of all finalists from their own means, which assumes that good
configurations are about equally noisy, and gives three configurations of two seeds three degrees of freedom instead of
one each. With it, a one-sided t test of each challenger against the leader, at 5% divided by the challengers
(Bonferroni). Not Wilcoxon's signed-rank test, as Optuna's pruner of that name does: over three pairs its smallest
one-sided p is 1/8, so that it can never decide. And not paired: two networks of different shape share no randomness
through a seed, so that pairing halves the degrees of freedom and removes no noise.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from tuner.data.fold_error import chance, half_width
from tuner.formatting import plural
from tuner.spec.metrics import Direction, sign

_LEVEL = 0.05

Runs = Mapping[int, Sequence[float]]
"""The objective of each run of a configuration, a seed each; configurations by the ordinal of their trial."""


def noise(runs: Runs) -> tuple[float, int]:
    """The standard deviation between seeds, pooled over configurations, and its degrees of freedom (0: not known)."""
    squares = [float(np.sum((np.asarray(each) - np.mean(each)) ** 2)) for each in runs.values() if len(each) > 1]
    freedom = sum(len(each) - 1 for each in runs.values() if len(each) > 1)
    return (math.sqrt(sum(squares) / freedom) if freedom else 0.0), freedom


def leader(runs: Runs, direction: Direction) -> int | None:
    """The configuration with the best mean; of equals, that of the earlier trial."""
    known = [key for key in runs if len(runs[key])]
    return min(known, key=lambda key: (-sign(direction) * float(np.mean(runs[key])), key), default=None)


@dataclass(frozen=True)
class OfFolds:
    """What a cross-validated configuration came to in each fold, the mean over its seeds. ratio: as of `fold_error`.

    Two configurations are compared on the same folds: their differences, fold by fold, have neither what makes a fold
    hard nor what the seeds make of it twice, and from them comes the error.
    """

    values: tuple[float, ...]
    ratio: float

    def beaten_by(self, other: "OfFolds", direction: Direction) -> list[float]:
        """Fold by fold, how much better the other one is."""
        return [sign(direction) * (theirs - mine) for theirs, mine in zip(other.values, self.values, strict=True)]


Folds = Mapping[int, OfFolds]
"""Of each configuration; nothing where rows are held back once."""


def clearly_worse(runs: Runs, direction: Direction, least: float = 0.0, folds: Folds | None = None) -> dict[int, str]:
    """Configurations that the leader beats by more than noise, each with the words why.

    folds: of all of them, where they are cross-validated; then their differences by fold decide.
    least: the standard deviation is taken to be at least so much, such as half a validation row: two equal accuracies
    are no proof that there is no noise.
    """
    first = leader(runs, direction)
    if first is not None and folds and first in folds:
        return _worse_by_folds(runs, direction, folds, first)
    deviation, freedom = noise(runs)
    deviation = max(deviation, least)
    if first is None or len(runs[first]) < 2 or freedom < 2:
        return {}
    found = {}
    for key, values in runs.items():
        if key == first or len(values) < 2:
            continue
        gap = abs(float(np.mean(runs[first])) - float(np.mean(values)))
        error = deviation * math.sqrt(1 / len(values) + 1 / len(runs[first]))
        p = 1.0 - float(stdtr(freedom, gap / error)) if error > 0 else float(gap == 0)
        if p < _LEVEL / (len(runs) - 1):
            found[key] = f"clearly worse after {plural(len(values), 'seed')}: {gap:.4f} behind the best (p = {p:.3f})"
    return found


def _worse_by_folds(runs: Runs, direction: Direction, folds: Folds, first: int) -> dict[int, str]:
    found = {}
    for key, values in runs.items():
        if key == first or key not in folds or not len(values):
            continue
        differences = folds[key].beaten_by(folds[first], direction)
        p = chance(differences, folds[key].ratio)
        if p < _LEVEL / (len(runs) - 1):
            gap, on = float(np.mean(differences)), f"on the same {len(differences)} folds"
            found[key] = (
                f"clearly worse after {plural(len(values), 'seed')} {on}: {gap:.4f} behind the best (p = {p:.3f})"
            )
    return found


def difference_by_folds(differences: Sequence[float], ratio: float, than: str) -> str:
    """`difference_in_words` of differences fold by fold, positive where the winner is better."""
    gain, half, on = (
        float(np.mean(differences)),
        half_width(differences, ratio),
        f"on the same {len(differences)} folds",
    )
    if abs(gain) <= half:
        return f"no clear difference to {than}: {gain:+.4f} {on}, within the noise (+- {half:.4f})"
    word = "better" if gain > 0 else "worse"
    return f"{abs(gain):.4f} {word} than {than} {on}, more than the noise (+- {half:.4f})"


def mean_interval(values: Sequence[float], of_rows: float) -> tuple[float, float]:
    """The 95% interval of a mean over at least two seeds, all measured on the same rows.

    of_rows: the variance that the rows leave: m (1 - m) / rows of a share m counted over them. Two things are
    uncertain: which seed (variance s^2 / S of a mean over S seeds) and which rows, which all seeds share and which is
    therefore not averaged out. The interval is m +- t sqrt(s^2 / S + of_rows), with Student's t at the degrees of
    freedom that Welch and Satterthwaite give that sum: (S - 1) (sum / (s^2 / S))^2. It errs on the wide side, for a
    part of s^2 is the rows' doing.
    Source: Satterthwaite, 1946.
    """
    mean = float(np.mean(values))
    of_seeds = float(np.var(values, ddof=1)) / len(values)
    whole = of_seeds + of_rows
    freedom = (len(values) - 1) * (whole / of_seeds) ** 2 if of_seeds > 0 else math.inf
    half = float(stdtrit(min(freedom, 1e6), 0.975)) * math.sqrt(whole)
    return mean - half, mean + half


def difference_in_words(gain: float, deviation: float, freedom: int, runs: int, others: int, than: str) -> str:
    """How much better the winner is than another, and whether that is more than noise.

    gain: of means over so many runs and others' runs, positive where the winner is better. deviation, freedom: as
    `noise` gives them.
    """
    if freedom < 1 or runs < 1 or others < 1:
        return f"{gain:.4f} better than {than}; seeds were not repeated, so what they alone change is not known"
    half = float(stdtrit(freedom, 0.975)) * deviation * math.sqrt(1 / runs + 1 / others)
    if abs(gain) <= half:
        return f"no clear difference to {than}: {gain:+.4f}, within the noise (+- {half:.4f})"
    return f"{abs(gain):.4f} {'better' if gain > 0 else 'worse'} than {than}, more than the noise (+- {half:.4f})"
