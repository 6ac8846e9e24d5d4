"""Samplers and pruners by name, each with its options.

Owns: the names, which options each takes, and the seed of each trial's sampler.
Leaves to others: the algorithms themselves (Optuna), which space they search (suggest).
"""

import hashlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler

from tuner.errors import SpecError
from tuner.spec import Algorithm
from tuner.words import nearest


def _tpe(seed: int, *, startup_trials: int = 10, candidates: int = 24, constant_liar: bool = True) -> BaseSampler:
    """Multivariate, so that it sees which values go together; grouped, so that conditional ones may be absent.

    constant_liar: what other workers are trying counts as bad for now, so that they are not tried twice.
    """
    return optuna.samplers.TPESampler(
        seed=seed,
        n_startup_trials=startup_trials,
        n_ei_candidates=candidates,
        multivariate=True,
        group=True,
        constant_liar=constant_liar,
    )


def _random(seed: int) -> BaseSampler:
    return optuna.samplers.RandomSampler(seed=seed)


def _qmc(seed: int) -> BaseSampler:
    """Quasi-random: scrambled Sobol points."""
    return optuna.samplers.QMCSampler(seed=seed, scramble=True)


def _none() -> BasePruner:
    return optuna.pruners.NopPruner()


def _median(*, startup_trials: int = 5, warmup_epochs: int = 1) -> BasePruner:
    return optuna.pruners.MedianPruner(n_startup_trials=startup_trials, n_warmup_steps=warmup_epochs)


def _percentile(*, percentile: float = 50.0, startup_trials: int = 5, warmup_epochs: int = 1) -> BasePruner:
    return optuna.pruners.PercentilePruner(percentile, n_startup_trials=startup_trials, n_warmup_steps=warmup_epochs)


def _asha(*, min_epochs: int = 1, reduction_factor: int = 3, early_stopping_rate: int = 0) -> BasePruner:
    """Asynchronous successive halving: of the trials that reach an epoch 1, 3, 9, ... the best third goes on."""
    return optuna.pruners.SuccessiveHalvingPruner(
        min_resource=min_epochs, reduction_factor=reduction_factor, min_early_stopping_rate=early_stopping_rate
    )


def _hyperband(*, min_epochs: int = 1, max_epochs: int = 27, reduction_factor: int = 3) -> BasePruner:
    return optuna.pruners.HyperbandPruner(
        min_resource=min_epochs, max_resource=max_epochs, reduction_factor=reduction_factor
    )


SAMPLERS: Mapping[str, Callable[..., BaseSampler]] = {"tpe": _tpe, "random": _random, "qmc": _qmc}
PRUNERS: Mapping[str, Callable[..., BasePruner]] = {
    "none": _none,
    "median": _median,
    "percentile": _percentile,
    "asha": _asha,
    "hyperband": _hyperband,
}


def sampler(algorithm: Algorithm, study_seed: int, ordinal: int) -> BaseSampler:
    """The sampler of one trial. Two workers with one seed would propose the same trials, so each trial has its own."""
    with warnings.catch_warnings():
        # Grouped multivariate sampling has been "experimental" since 2020; it is what conditional spaces need.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return SAMPLERS[algorithm.name](trial_seed(study_seed, ordinal, "sampler"), **algorithm.options)


def pruner(algorithm: Algorithm) -> BasePruner:
    """The pruner of a study."""
    return PRUNERS[algorithm.name](**algorithm.options)


def check_algorithms(sampler_: Algorithm, pruner_: Algorithm, where: str) -> None:
    """Check names and options before a study starts. Raises SpecError."""
    _check(sampler_, SAMPLERS, f"{where}: search.sampler")
    _check(pruner_, PRUNERS, f"{where}: search.pruner")
    try:
        sampler(sampler_, 0, 0)
        pruner(pruner_)
    except ValueError as error:
        raise SpecError(f"{where}: search: {str(error).splitlines()[0]}") from error


def _check(algorithm: Algorithm, known: Mapping[str, Callable[..., object]], at: str) -> None:
    if algorithm.name not in known:
        raise SpecError(f"{at}: {algorithm.name!r} is not known{nearest(algorithm.name, known)}")
    options: Mapping[str, Any] = {
        name: each
        for name, each in inspect.signature(known[algorithm.name]).parameters.items()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    }
    for name, value in algorithm.options.items():
        if name not in options:
            raise SpecError(f"{at}: {algorithm.name} has no option {name!r}{nearest(name, options)}")
        wanted = options[name].annotation
        fits = isinstance(value, bool) if wanted is bool else isinstance(value, int) and not isinstance(value, bool)
        if wanted is float:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits:
            raise SpecError(f"{at}: {algorithm.name}'s {name} takes {wanted.__name__}, not {value!r}.")


def trial_seed(study_seed: int, ordinal: int, purpose: str) -> int:
    """A seed for one purpose of one trial, below 2**31: the same for whichever worker runs it."""
    digest = hashlib.sha256(f"{study_seed}/{ordinal}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
