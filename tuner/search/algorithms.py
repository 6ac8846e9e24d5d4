"""Samplers and pruners by name, each with its options.

Owns: the names, which options each takes, and the seed of each trial's sampler.
Leaves to others: the algorithms themselves (Optuna; samplers, rungs), which of them go with which space
(compatibility).

A trial's sampler is made for it alone, with a seed of its own: workers come and go, and two of them with one seed would
propose the same. What an algorithm knows it reads from the study's trials; CMA-ES keeps its state, and NSGA-II its
generations, in the attributes that Optuna stores with them.
"""

import hashlib
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.search.cells import cell
from tuner.search.epoch_rungs import EpochRungs
from tuner.search.rungs import SecondsRungs
from tuner.search.samplers import CellSampler, PointSampler
from tuner.search.startup import near_defaults
from tuner.search.suggest import on_step
from tuner.search.tpe import Options, TpeSampler
from tuner.spec.space import Value
from tuner.spec.space_file import Algorithm, Search
from tuner.spec.study_spec import StudySpec


@dataclass(frozen=True)
class Place:
    """One place of a study's budget, for which a sampler is made."""

    spec: StudySpec
    study_seed: int
    ordinal: int

    @property
    def seed(self) -> int:
        """Of this place's sampler alone."""
        return trial_seed(self.study_seed, self.ordinal, "sampler")


def _tpe(
    place: Place,
    *,
    startup_trials: int = 10,
    candidates: int = 24,
    constant_liar: bool = True,
    multivariate: bool = True,
    gamma: float = 0.1,
    min_bandwidth: float = 0.15,
    allow_duplicates: bool = False,
    startup_defaults: bool = True,
) -> BaseSampler:
    """The tree-structured Parzen estimator.

    multivariate: it sees which values go together; grouped, so that conditional ones may be absent.
    constant_liar: what other workers are trying counts as bad for now, so that they are not tried twice.
    gamma: the share of trials that count as good, of one objective; pruned ones count for what they would have reached.
    min_bandwidth: the least width of a kernel, as a share of a number's range, of one objective.
    allow_duplicates: whether a configuration is tried again where there are only so many, of one objective.
    startup_defaults: of a space without baselines the first trial has the defaults, and every other one of those before
    learning begins has each of them with a chance of a half; of one objective.
    """
    if len(place.spec.objectives) == 1:
        options = Options(
            startup_trials,
            candidates,
            constant_liar,
            multivariate,
            gamma,
            min_bandwidth,
            allow_duplicates,
            startup_defaults,
        )
        return TpeSampler(options, place.seed, near_defaults(place.spec, options, place.ordinal, place.seed))
    return optuna.samplers.TPESampler(
        seed=place.seed,
        n_startup_trials=startup_trials,
        n_ei_candidates=candidates,
        multivariate=multivariate,
        group=multivariate,
        constant_liar=constant_liar,
    )


def _random(place: Place) -> BaseSampler:
    return optuna.samplers.RandomSampler(seed=place.seed)


def _grid(place: Place, *, points: int | None = None) -> BaseSampler:
    """Every combination of the values listed, once. points: how many values stand for a range."""
    return CellSampler({} if _is_baseline(place) else cell(place.spec, place.study_seed, place.ordinal))


def _brute_force(place: Place) -> BaseSampler:
    """Every configuration of a finite space, once."""
    return CellSampler({} if _is_baseline(place) else cell(place.spec, place.study_seed, place.ordinal))


def _qmc(place: Place) -> BaseSampler:
    """Quasi-random: scrambled Sobol points, one a place of the budget."""
    index = max(0, place.ordinal - len(place.spec.baselines))
    return PointSampler(place.spec.space, trial_seed(place.study_seed, 0, "scrambling"), index)


def _gp(place: Place, *, startup_trials: int = 10) -> BaseSampler:
    """A Gaussian process and expected improvement; needs torch (the extra `gp`)."""
    return optuna.samplers.GPSampler(seed=place.seed, n_startup_trials=startup_trials)


def _cmaes(
    place: Place, *, startup_trials: int = 1, population: int | None = None, pruned_trials: bool = True
) -> BaseSampler:
    """Covariance matrix adaptation on the numbers; categories and conditional parameters are drawn at random.

    pruned_trials: what they reached counts too; without, a pruner leaves it hardly any.
    """
    return optuna.samplers.CmaEsSampler(
        seed=place.seed,
        n_startup_trials=startup_trials,
        popsize=population,
        consider_pruned_trials=pruned_trials,
        warn_independent_sampling=False,
    )


def _nsga2(place: Place, *, population: int = 20, crossover: float = 0.9) -> BaseSampler:
    """The genetic algorithm for several objectives. crossover: the share of children with two parents."""
    return optuna.samplers.NSGAIISampler(seed=place.seed, population_size=population, crossover_prob=crossover)


def _none() -> BasePruner:
    return optuna.pruners.NopPruner()


def _median(*, startup_trials: int = 2, warmup_epochs: int = 1) -> BasePruner:
    """Prunes what is below the median of the complete trials at an epoch, once there are `startup_trials` of them.

    Two, where Optuna waits for five: those train to their end whatever they are. `docs/search.md` has the figures.
    """
    return optuna.pruners.MedianPruner(n_startup_trials=startup_trials, n_warmup_steps=warmup_epochs)


def _percentile(*, percentile: float = 40.0, startup_trials: int = 2, warmup_epochs: int = 1) -> BasePruner:
    """As `median`, but what is not among the best `percentile` of a hundred."""
    return optuna.pruners.PercentilePruner(percentile, n_startup_trials=startup_trials, n_warmup_steps=warmup_epochs)


def _asha(*, min_epochs: int = 1, reduction_factor: int = 3, early_stopping_rate: int = 0) -> BasePruner:
    """Asynchronous successive halving: of the trials that reach epoch 1, 3, 9 and so on, the best third goes on."""
    return EpochRungs(min_epochs, reduction_factor, early_stopping_rate)


def _hyperband(*, min_epochs: int = 1, max_epochs: int = 27, reduction_factor: int = 3) -> BasePruner:
    """Brackets of `asha`, each with a later first look."""
    return optuna.pruners.HyperbandPruner(
        min_resource=min_epochs, max_resource=max_epochs, reduction_factor=reduction_factor
    )


def _patient(*, patience: int = 3, min_delta: float = 0.0, pruner: str = "none") -> BasePruner:
    """Prunes a trial that has stood still for `patience` epochs, if the other pruner (of its defaults) agrees."""
    return _waiting(patience, min_delta, Algorithm(name=pruner))


def _waiting(patience: int, min_delta: float, asked: Algorithm) -> BasePruner:
    inner = None if asked.name == "none" else PRUNERS[asked.name](**asked.options)
    return optuna.pruners.PatientPruner(inner, patience=patience, min_delta=min_delta)


def _threshold(
    *, lower: float | None = None, upper: float | None = None, warmup_epochs: int = 0, interval_epochs: int = 1
) -> BasePruner:
    """Prunes what falls below `lower` or rises above `upper` after the warm-up, looking every `interval_epochs`."""
    return optuna.pruners.ThresholdPruner(
        lower=lower, upper=upper, n_warmup_steps=warmup_epochs, interval_steps=interval_epochs
    )


SAMPLERS: Mapping[str, Callable[..., BaseSampler]] = {
    "tpe": _tpe,
    "random": _random,
    "grid": _grid,
    "brute_force": _brute_force,
    "qmc": _qmc,
    "gp": _gp,
    "cmaes": _cmaes,
    "nsga2": _nsga2,
}
PRUNERS: Mapping[str, Callable[..., BasePruner]] = {
    "none": _none,
    "median": _median,
    "percentile": _percentile,
    "asha": _asha,
    "hyperband": _hyperband,
    "patient": _patient,
    "threshold": _threshold,
}


def sampler(spec: StudySpec, study_seed: int, ordinal: int) -> BaseSampler:
    """The sampler of one trial."""
    algorithm = spec.search.sampler
    with _experimental():
        return _on_steps(SAMPLERS[algorithm.name](Place(spec, study_seed, ordinal), **algorithm.options))


def _on_steps(made: BaseSampler) -> BaseSampler:
    """The same sampler, whose values of a range with steps are those that a person would write.

    They are stored so, too: Optuna computes them with the rounding of binary numbers.
    """
    relative, independent = made.sample_relative, made.sample_independent

    def sample_relative(study: optuna.Study, trial: FrozenTrial, space: dict[str, BaseDistribution]) -> dict[str, Any]:
        return {name: on_step(value, space[name]) for name, value in relative(study, trial, space).items()}

    def sample_independent(study: optuna.Study, trial: FrozenTrial, name: str, sampled: BaseDistribution) -> Any:
        return on_step(independent(study, trial, name, sampled), sampled)

    # On the object and not by another class around it: who asks which kind of sampler this is has to see it.
    made.sample_relative, made.sample_independent = sample_relative, sample_independent  # type: ignore[method-assign, assignment]
    return made


def pruner(search: Search) -> BasePruner:
    """The pruner of a study."""
    algorithm = search.pruner
    if search.cost == "seconds":
        options: dict[str, Any] = {"min_epochs": 1, "reduction_factor": 3, **algorithm.options}
        return SecondsRungs(int(options["min_epochs"]), int(options["reduction_factor"]))
    with _experimental():
        if algorithm.inner is not None:
            waiting: dict[str, Any] = {name: each for name, each in algorithm.options.items() if name != "pruner"}
            return _waiting(**waiting, asked=algorithm.inner)
        return PRUNERS[algorithm.name](**algorithm.options)


@contextmanager
def _experimental() -> Iterator[None]:
    """Optuna calls experimental what has been there since 2020, and what conditional spaces and pruned trials need."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


def knows_constraints(spec: StudySpec) -> bool:
    """Whether its sampler tells what is infeasible from what is bad; CMA-ES sees values alone."""
    return spec.search.sampler.name != "cmaes"


def _is_baseline(place: Place) -> bool:
    return place.ordinal < len(place.spec.baselines)


def _options(made: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    every = inspect.signature(made).parameters.items()
    return {name: each for name, each in every if each.kind is inspect.Parameter.KEYWORD_ONLY}


def option_defaults(known: Mapping[str, Callable[..., object]]) -> dict[str, dict[str, Value | None]]:
    """Of every algorithm, by name, what each of its options is where nobody gives it."""
    return {name: {option: each.default for option, each in _options(made).items()} for name, made in known.items()}


def check_options(algorithm: Algorithm, known: Mapping[str, Callable[..., object]], at: str) -> None:
    """An algorithm's name and the kinds of its options. Raises SpecError."""
    if algorithm.name not in known:
        raise SpecError(f"{at}: {algorithm.name!r} is not known{nearest(algorithm.name, known)}")
    options = _options(known[algorithm.name])
    for name, value in algorithm.options.items():
        if name not in options:
            raise SpecError(f"{at}: {algorithm.name} has no option {name!r}{nearest(name, options)}")
        # `int | None` takes what an int takes; None is what is not written.
        annotation = options[name].annotation
        wanted = next((each for each in get_args(annotation) if each is not NoneType), annotation)
        if not _fits(value, wanted):
            raise SpecError(f"{at}: {algorithm.name}'s {name} takes {wanted.__name__}, not {value!r}.")


def _fits(value: object, wanted: type) -> bool:
    if wanted in (bool, str):
        return isinstance(value, wanted)
    return isinstance(value, int if wanted is int else int | float) and not isinstance(value, bool)


def trial_seed(study_seed: int, ordinal: int, purpose: str) -> int:
    """A seed for one purpose of one trial, below 2**31: the same for whichever worker runs it."""
    digest = hashlib.sha256(f"{study_seed}/{ordinal}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
