"""Whether the error bar of a cross-validation is right: its 95% interval, over simulated studies whose truth is known.

    python -m benchmarks.cross_validation [--studies 100] [--seed 1] [--learners linear,tree,network]

A study draws its rows anew, parts them as `tune` does, test rows held back, fits a model on the rows that each fold
learns from, and has the mean over the folds with the interval of `tuner.data.fold_error`. The truth is what such a
model comes to on average, when it learns from as many rows that were drawn anew, on others: the value of the
configuration, not that of one network. Four kinds of data: classes, numbers (mean absolute error), rows in groups
that are alike, of which other groups are the truth, and rows in time. Three learners of scikit-learn: linear models,
which change little with the rows that they learn from; trees, which change a lot; small networks with a seed of their
own, which is what is tuned here. Prints for each how many of the intervals hold the truth; beside it the same for the
standard deviation over the root of the folds, which takes the folds for independent, and how wide the intervals are.
`winner`: of ten configurations (penalties) the one with the best mean, against its own truth: chosen for being good,
its figure flatters it.

Exits with 0 where the intervals of each learner, all its studies together, hold the truth in 90 to 99 of 100.
"""

import argparse
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tuner.data.dataset import Dataset, Rows
from tuner.data.fold_error import half_width, held_to_learnt
from tuner.data.partitions import Keys
from tuner.data.raw_dataset import Found, split
from tuner.spec.validation import Validation

FEATURES = 6
_TRUTH_SETS, _TRUTH_ROWS = 100, 10_000
_PENALTIES = tuple(float(each) for each in np.geomspace(0.01, 100, 10))
_MOST, _LEAST = 0.99, 0.90
_GROUP = 8

Draw = Callable[[np.random.Generator, int], tuple[Rows, Keys | None]]


@dataclass(frozen=True)
class Kind:
    """draw: so many rows, anew."""

    name: str
    draw: Draw
    classes: tuple[str, ...]
    rule: Validation


def _inputs(random: np.random.Generator, rows: int) -> NDArray[np.float64]:
    return random.normal(size=(rows, FEATURES))


_WEIGHTS = np.array([1.0, -0.8, 0.6, 0.4, 0.0, 0.0])


def classes(random: np.random.Generator, rows: int) -> tuple[Rows, Keys | None]:
    x = _inputs(random, rows)
    y = (random.uniform(size=rows) < 1 / (1 + np.exp(-2 * x @ _WEIGHTS))).astype(np.int32)
    return Rows(x.astype(np.float32), y), None


def numbers(random: np.random.Generator, rows: int) -> tuple[Rows, Keys | None]:
    x = _inputs(random, rows)
    y = x @ _WEIGHTS + random.standard_t(4, size=rows)
    return Rows(x.astype(np.float32), y.astype(np.float32).reshape(-1, 1)), None


def groups(random: np.random.Generator, rows: int) -> tuple[Rows, Keys | None]:
    """Groups of eight rows with a summand of their own."""
    rows -= rows % _GROUP
    group = np.repeat(np.arange(rows // _GROUP), _GROUP)
    x = _inputs(random, rows)
    y = x @ _WEIGHTS + random.normal(size=rows // _GROUP)[group] + random.normal(size=rows)
    return Rows(x.astype(np.float32), y.astype(np.float32).reshape(-1, 1)), Keys("group", group, "group")


def moments(random: np.random.Generator, rows: int) -> tuple[Rows, Keys | None]:
    """Nothing changes in time: only then do folds that learn from more and more rows have one truth."""
    made, _ = numbers(random, rows)
    return made, Keys("time", np.arange(rows), "time")


KINDS = (
    Kind("classes, 5 folds", classes, ("a", "b"), Validation(folds=5)),
    Kind("classes, 5 folds 4 times", classes, ("a", "b"), Validation(folds=5, repeats=4)),
    Kind("classes, 10 folds", classes, ("a", "b"), Validation(folds=10)),
    Kind("numbers, 5 folds", numbers, (), Validation(folds=5)),
    Kind("numbers, 3 folds", numbers, (), Validation(folds=3)),
    Kind("groups, 5 folds", groups, (), Validation(folds=5, group="group")),
    Kind("time, 5 folds", moments, (), Validation(folds=5, time="time")),
)


Learner = Literal["linear", "tree", "network"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)


def model(learner: Learner, classes: bool, penalty: float) -> Any:
    """Untrained."""
    if learner == "tree":
        return DecisionTreeClassifier() if classes else DecisionTreeRegressor()
    if learner == "network":
        kind = MLPClassifier if classes else MLPRegressor
        return kind(hidden_layer_sizes=(16,), max_iter=40, learning_rate_init=0.02)
    return LogisticRegression(C=1 / penalty) if classes else Ridge(alpha=penalty)


def figure(kind: Kind, train: Rows, held: Rows, learner: Learner = "linear", penalty: float = 1.0) -> float:
    """Accuracy, or the mean absolute error."""
    made = model(learner, bool(kind.classes), penalty)
    with warnings.catch_warnings():
        # A network of few epochs has not converged, and says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        made.fit(train.x, train.y.ravel())
    given = made.predict(held.x)
    return float(np.mean(given == held.y) if kind.classes else np.mean(np.abs(given - held.y.ravel())))


def parted(kind: Kind, rows: int, seed: int) -> Dataset:
    """A study's rows: of all of them a fifth is for the test."""
    made, keys = kind.draw(np.random.default_rng(seed), round(rows / 0.8))
    return split(Found(made, None, kind.classes, keys=keys), "simulated", kind.rule, seed)


def values(kind: Kind, data: Dataset, learner: Learner = "linear", penalty: float = 1.0) -> list[float]:
    return [figure(kind, each.train, each.validation, learner, penalty) for each in data.folds]


def truths(kind: Kind, data: Dataset, seed: int, learner: Learner = "linear", penalty: float = 1.0) -> list[float]:
    """Of each fold's number of rows: folds in time learn from more and more."""
    random = np.random.default_rng([seed, 10**6])
    found: dict[int, float] = {}
    for rows in {len(each.train) for each in data.folds[: kind.rule.folds]}:
        other, _ = kind.draw(random, _TRUTH_ROWS)
        found[rows] = float(
            np.mean([figure(kind, kind.draw(random, rows)[0], other, learner, penalty) for _ in range(_TRUTH_SETS)])
        )
    return [found[len(each.train)] for each in data.folds]


@dataclass(frozen=True)
class Coverage:
    """Shares of studies. half: the mean half width; spread: how far means of studies really lie apart (1.96
    deviations)."""

    held: float
    naive: float
    half: float
    spread: float


def coverage(kind: Kind, rows: int, studies: int, seed: int, learner: Learner = "linear") -> Coverage:
    truth = float(np.mean(truths(kind, parted(kind, rows, seed), seed, learner)))
    held = naive = 0
    halves, means = [], []
    for number in range(studies):
        data = parted(kind, rows, seed + 1 + number)
        of_folds = values(kind, data, learner)
        mean, half = float(np.mean(of_folds)), half_width(of_folds, held_to_learnt(data.folds))
        held += abs(mean - truth) <= half
        naive += abs(mean - truth) <= 1.96 * float(np.std(of_folds, ddof=1)) / math.sqrt(len(of_folds))
        halves.append(half)
        means.append(mean)
    return Coverage(held / studies, naive / studies, float(np.mean(halves)), 1.96 * float(np.std(means)))


def winners(kind: Kind, rows: int, studies: int, seed: int) -> float:
    """The share of studies whose best of ten configurations has its truth in its interval."""
    at = parted(kind, rows, seed)
    truth = {each: float(np.mean(truths(kind, at, seed, penalty=each))) for each in _PENALTIES}
    better = max if kind.classes else min
    held = 0
    for number in range(studies):
        data = parted(kind, rows, seed + 1 + number)
        every = {each: values(kind, data, penalty=each) for each in _PENALTIES}
        best = better(_PENALTIES, key=lambda each: float(np.mean(every[each])))
        half = half_width(every[best], held_to_learnt(data.folds))
        held += abs(float(np.mean(every[best])) - truth[best]) <= half
    return held / studies


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learners", default=",".join(LEARNERS))
    given = parser.parse_args()
    print(f"{'':<34} rows  holds the truth  folds as independent  half width  means really differ by")
    good = True
    for learner in (each for each in LEARNERS if each in given.learners.split(",")):
        held = []
        for kind in KINDS:
            # Twenty networks a study take their time.
            for rows in (100, 300) if learner != "network" or kind.rule.repeats == 1 else ():
                found = coverage(kind, rows, given.studies, given.seed, learner)
                held.append(found.held)
                print(
                    f"{f'{learner}: {kind.name}':<34} {rows:>4}  {found.held:>14.1%}  {found.naive:>19.1%}  "
                    f"{found.half:>10.4f}  {found.spread:>22.4f}",
                    flush=True,
                )
        good &= _LEAST <= float(np.mean(held)) <= _MOST
        print(f"{f'{learner}: all':<34}       {float(np.mean(held)):>14.1%}", flush=True)
    for kind in (KINDS[0], KINDS[3]):
        if "linear" in given.learners:
            share = winners(kind, 300, given.studies, given.seed)
            print(f"{f'linear: {kind.name}, winner':<34}  300  {share:>14.1%}", flush=True)
    print("within 90% to 99%" if good else "NOT within 90% to 99%")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
