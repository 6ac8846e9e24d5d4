"""Whether a study's sampler and pruner can do what is asked of them: said before the study starts.

Owns: the combinations that cannot work, in words.
Leaves to others: the algorithms and their options (algorithms).
"""

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution

from tuner.errors import SpecError
from tuner.formatting import plural
from tuner.hints import extra
from tuner.search.algorithms import PRUNERS, SAMPLERS, check_options, pruner, sampler
from tuner.search.cells import EXHAUSTIVE, cells
from tuner.search.front import SEVERAL, rule_of
from tuner.search.suggest import distributions
from tuner.spec.safe_yaml import naming_lines
from tuner.spec.space import Choice, FloatRange
from tuner.spec.space_file import Algorithm
from tuner.spec.study_spec import StudySpec


def check_algorithms(spec: StudySpec, where: str) -> None:
    """Check the sampler and the pruner of a specification, their options, and both against the space.

    where: what errors call the file. Raises SpecError.
    """
    # Of what was not a file, the text is not the person's, and its lines say nothing.
    with naming_lines(spec.text if where.endswith((".yaml", ".yml")) else "", where):
        _check_search(spec, where)


def _check_search(spec: StudySpec, where: str) -> None:
    search = spec.search
    _check(search.sampler, SAMPLERS, f"{where}: search.sampler")
    _check_pruner(search.pruner, f"{where}: search.pruner")
    _check_epochs(spec, f"{where}: search.pruner")
    _check_several(spec, where)
    if search.cost == "seconds" and (search.pruner.name != "asha" or "early_stopping_rate" in search.pruner.options):
        raise SpecError(
            f"{where}: search.cost: seconds are asha's rungs (min_epochs, reduction_factor). Set pruner: asha."
        )
    if spec.code is not None and search.sampler.name in _WHOLE_SPACE:
        raise SpecError(
            f"{where}: search.sampler: {search.sampler.name} needs the whole space beforehand, and code says what it "
            "searches while it runs. Take tpe, random or cmaes."
        )
    if (fault := _SAMPLER_FAULTS.get(search.sampler.name, _no_fault)(spec)) is not None:
        raise SpecError(f"{where}: search.sampler: {fault}")
    if search.sampler.name in EXHAUSTIVE:
        cells(spec, where)
    try:
        sampler(spec, 0, len(spec.baselines))
        pruner(search)
    except ValueError as error:
        raise SpecError(f"{where}: search: {str(error).splitlines()[0]}") from error


_WHOLE_SPACE = (*EXHAUSTIVE, "qmc")


def _check(algorithm: Algorithm, known: Mapping[str, Callable[..., object]], at: str) -> None:
    check_options(algorithm, known, at)
    for name, least in _LEAST.items():
        value = algorithm.options.get(name)
        if isinstance(value, int | float) and value < least:
            raise SpecError(f"{at}: {algorithm.name}'s {name} is {value}. Give at least {least}.")


_LEAST = {
    "points": 2, "population": 2, "candidates": 1, "startup_trials": 0, "warmup_epochs": 0, "interval_epochs": 1,
    "min_epochs": 1, "max_epochs": 1, "reduction_factor": 2, "early_stopping_rate": 0, "patience": 1, "min_delta": 0,
}  # fmt: skip


def _check_pruner(algorithm: Algorithm, at: str) -> None:
    if algorithm.name == "wilcoxon":
        raise SpecError(f"{at}: wilcoxon compares seeds, not epochs: it serves the finalists. Take asha or median.")
    _check(algorithm, PRUNERS, at)
    options: Mapping[str, Any] = algorithm.options
    low, high = (options.get(name, other) for name, other in (("min_epochs", 1), ("max_epochs", 27)))
    if algorithm.name == "hyperband" and int(high) < int(low):
        raise SpecError(f"{at}: hyperband's max_epochs is {high}, below min_epochs {low}. Swap them.")
    inner = algorithm.options.get("pruner")
    if inner is not None and (inner not in PRUNERS or inner in ("patient", "threshold")):
        others = ", ".join(name for name in PRUNERS if name not in ("patient", "threshold"))
        raise SpecError(f"{at}: patient waits for {others}, not for {inner!r}.")
    if algorithm.name == "threshold" and not {"lower", "upper"} & set(algorithm.options):
        raise SpecError(f"{at}: threshold needs lower: or upper:, such as {{name: threshold, lower: 0.5}}.")


def _check_epochs(spec: StudySpec, at: str) -> None:
    """A first look that comes after the last epoch prunes nothing, and nobody would notice."""
    most = most_epochs(spec)
    for name in ("min_epochs", "warmup_epochs"):
        first = spec.search.pruner.options.get(name)
        if isinstance(first, int) and most is not None and first >= most > 1:
            raise SpecError(
                f"{at}: {spec.search.pruner.name}'s {name} is {first}, but no trial has more than "
                f"{plural(most, 'epoch')}: nothing would be pruned. Give less."
            )


def _check_several(spec: StudySpec, where: str) -> None:
    objectives, search = len(spec.objectives), spec.search
    if objectives > 1 and search.pruner.name != "none" and rule_of(search.pruner) is None:
        raise SpecError(
            f"{where}: search.pruner: {search.pruner.name} compares trials by one objective, and there are "
            f"{objectives}. Take {', '.join(SEVERAL)} or none."
        )
    if objectives > 1 and search.cost == "seconds":
        raise SpecError(
            f"{where}: search.cost: seconds are for one objective, and there are {objectives}. Leave it out."
        )


def most_epochs(spec: StudySpec) -> int | None:
    """The most epochs that the space allows; None where the file does not say."""
    if "epochs" not in spec.space:
        return None
    domain = spec.space["epochs"].domain
    if isinstance(domain, Choice):
        return max(int(value) for value in domain.values)
    return int(domain.high)


def _no_fault(spec: StudySpec) -> str | None:
    return None


def _cmaes_fault(spec: StudySpec) -> str | None:
    if len(spec.objectives) > 1:
        return f"cmaes takes one objective, and there are {len(spec.objectives)}. Take tpe or nsga2."
    if spec.code is not None:
        return None
    numbers = [name for name, each in distributions(spec.space).items() if _is_number(each)]
    if not any(not spec.space[name].when for name in numbers):
        return (
            "cmaes moves numbers, and this space has none that every trial has, only choices or conditional ones. "
            "Give a range, or take tpe."
        )
    return None


def _gp_fault(spec: StudySpec) -> str | None:
    if importlib.util.find_spec("torch") is None:
        return f"gp needs torch, which is not installed. Install it ({extra('gp')}), or take tpe."
    return None


def _brute_force_fault(spec: StudySpec) -> str | None:
    for parameter in spec.space:
        if isinstance(parameter.domain, FloatRange) and parameter.domain.step is None:
            return (
                f"{parameter.name} is a range without steps, so its values cannot all be tried. "
                "Give it a step: or a list of values, or take qmc or tpe."
            )
    return None


def _is_number(distribution: BaseDistribution) -> bool:
    return not isinstance(distribution, CategoricalDistribution)


_SAMPLER_FAULTS: Mapping[str, Callable[[StudySpec], str | None]] = {
    "cmaes": _cmaes_fault,
    "gp": _gp_fault,
    "brute_force": _brute_force_fault,
}
