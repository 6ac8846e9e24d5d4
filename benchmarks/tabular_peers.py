"""Who searches on a table: this program's samplers and those of others, all asked and told one trial at a time.

Owns: each one's parameters in its own words, and that each begins as its documentation says, with a seed.
Leaves to others: the tables, what came of it (tabular).

A peer's package is imported where it is used: who lacks one is told that it is not installed.
"""

import logging
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import optuna
from optuna.storages import InMemoryStorage

from benchmarks.tables import Problem, Values, portfolio
from tuner.search.optuna_study import adopt, check_optuna_study, open_optuna_study, tell, trial_template
from tuner.search.suggest import answer_from
from tuner.spec.study_spec import StudySpec, spec_of_content


class Searcher(Protocol):
    """One search. What is told is minimized."""

    def ask(self) -> Values: ...

    def tell(self, value: float) -> None:
        """How what was asked for last went."""


def spec_of(problem: Problem, sampler: str | Mapping[str, Any] = "tpe") -> StudySpec:
    """The problem as a space file says it."""
    content = {
        "model": "external",
        "objective": {"metric": "loss", "direction": "minimize"},
        "parameters": {
            name: {"int": [0, those - 1]} if isinstance(those, int) else list(those)
            for name, those in problem.parameters.items()
        },
        "search": {"sampler": sampler, "pruner": "none", "trials": 1000},
    }
    return spec_of_content(content, problem.name, Path.cwd(), problem.name)


class Ours:
    """As the workers ask and tell: a study in a storage (in memory), a sampler of its own for each place.

    first: what is tried before, as baselines are.
    """

    def __init__(
        self, problem: Problem, seed: int, sampler: str | Mapping[str, Any] = "tpe", first: Sequence[Values] = ()
    ) -> None:
        self._spec, self._seed, self._ordinal, self._first = spec_of(problem, sampler), seed, 0, first
        self._storage = InMemoryStorage()
        check_optuna_study(self._storage, "s", self._spec, begun=0)

    def ask(self) -> Values:
        self._study = open_optuna_study(self._storage, "s", self._spec, self._seed, self._ordinal)
        study_id = self._storage.get_study_id_from_name("s")
        given = ("portfolio", self._first[self._ordinal]) if self._ordinal < len(self._first) else None
        trial_id = self._storage.create_new_trial(study_id, trial_template(self._ordinal, given))
        self._trial = adopt(self._study, self._storage, self._storage.get_trial(trial_id).number)
        self._ordinal += 1
        asked: dict[str, Any] = {}
        self._spec.configure(answer_from(self._trial, self._spec.space, asked))
        return asked

    def tell(self, value: float) -> None:
        tell(self._study, self._storage, self._trial.number, "complete", value)


class Optunas:
    """Optuna's own samplers."""

    def __init__(self, problem: Problem, sampler: optuna.samplers.BaseSampler) -> None:
        self._problem, self._study = problem, optuna.create_study(sampler=sampler)

    def ask(self) -> Values:
        self._trial = self._study.ask()
        return {
            name: self._trial.suggest_int(name, 0, those - 1)
            if isinstance(those, int)
            else str(self._trial.suggest_categorical(name, those))
            for name, those in self._problem.parameters.items()
        }

    def tell(self, value: float) -> None:
        self._study.tell(self._trial, value)


class Smac:
    """SMAC3's facade for hyperparameters: a random forest."""

    def __init__(self, problem: Problem, seed: int) -> None:
        from ConfigSpace import Categorical, ConfigurationSpace, Integer
        from smac import HyperparameterOptimizationFacade, Scenario

        space = ConfigurationSpace(seed=seed)
        for name, those in problem.parameters.items():
            space.add(Integer(name, (0, those - 1)) if isinstance(those, int) else Categorical(name, those))
        self._folder = tempfile.TemporaryDirectory(prefix="smac-")
        scenario = Scenario(
            space, n_trials=1000, seed=seed, deterministic=True, output_directory=Path(self._folder.name)
        )
        self._facade = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=logging.ERROR
        )

    def ask(self) -> Values:
        self._info = self._facade.ask()
        return dict(self._info.config)

    def tell(self, value: float) -> None:
        from smac.runhistory.dataclasses import TrialValue

        self._facade.tell(self._info, TrialValue(cost=value))


class SyneTune:
    """Syne Tune's conformalized quantile regression."""

    def __init__(self, problem: Problem, seed: int) -> None:
        from syne_tune.config_space import choice, randint
        from syne_tune.optimizer.baselines import CQR
        from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler

        space = {
            name: randint(0, those - 1) if isinstance(those, int) else choice(list(those))
            for name, those in problem.parameters.items()
        }
        self._scheduler = AskTellScheduler(CQR(space, metric="loss", do_minimize=True, random_seed=seed))

    def ask(self) -> Values:
        self._trial = self._scheduler.ask()
        return dict(self._trial.config)

    def tell(self, value: float) -> None:
        self._scheduler.tell(self._trial, {"loss": value})


Make = Callable[[Problem, int], Searcher]


def _ours(sampler: str | Mapping[str, Any]) -> Make:
    return lambda problem, seed: Ours(problem, seed, sampler)


def _tpe(**options: Any) -> Make:
    return _ours({"name": "tpe", **options})


def _portfolio(count: int) -> Make:
    return lambda problem, seed: Ours(problem, seed, first=portfolio(problem, count))


SYSTEMS: Mapping[str, Make] = {
    "tuner tpe": _ours("tpe"),
    "optuna random": lambda problem, seed: Optunas(problem, optuna.samplers.RandomSampler(seed=seed)),
    "optuna tpe": lambda problem, seed: Optunas(problem, optuna.samplers.TPESampler(seed=seed)),
    "optuna tpe, multivariate": lambda problem, seed: Optunas(
        problem, optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    ),
    "optuna cmaes": lambda problem, seed: Optunas(
        problem, optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    ),
    "optuna gp": lambda problem, seed: Optunas(problem, optuna.samplers.GPSampler(seed=seed)),
    "smac": Smac,
    "syne tune cqr": SyneTune,
}
"""What is compared."""

VARIANTS: Mapping[str, Make] = {
    "tuner qmc": _ours("qmc"),
    **{f"tuner tpe, portfolio of {count}": _portfolio(count) for count in (3, 5)},
    "tuner tpe, three in a hundred good": _tpe(gamma=0.03),
    "tuner tpe, narrow kernels": _tpe(min_bandwidth=0.0),
    "tuner tpe, duplicates": _tpe(allow_duplicates=True),
    "tuner tpe, all three": _tpe(gamma=0.03, min_bandwidth=0.0, allow_duplicates=True),
    "tuner tpe, a fifth good": _tpe(gamma=0.2),
    "tuner tpe, each parameter alone": _tpe(multivariate=False),
    "tuner tpe, 5 to start with": _tpe(startup_trials=5),
    "tuner tpe, 20 to start with": _tpe(startup_trials=20),
    "tuner tpe, 64 candidates": _tpe(candidates=64),
}
"""Other options of this program's."""


def quieten() -> None:
    """What the peers say about themselves."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.disable(logging.WARNING)
