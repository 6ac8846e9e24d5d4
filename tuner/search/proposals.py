"""What several places of a study's budget are to try, asked at once.

Owns: that the study is learned from once for all of them, and that each counts as running for those after it: they
propose what the same places would propose if they were asked one by one.
Leaves to others: how one proposal is found (tpe), the rows that hold them (database).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optuna.distributions import BaseDistribution

from tuner.search.algorithms import trial_seed
from tuner.search.history import Tried
from tuner.search.suggest import distributions, on_step
from tuner.search.tpe import Model, Options, by_chance, models
from tuner.spec.space import Parameter, Params, Value, answers
from tuner.spec.study_spec import StudySpec


def are_asked_at_once(spec: StudySpec) -> bool:
    """Whether several places of a study may be."""
    return spec.search.sampler.name == "tpe" and len(spec.objectives) == 1 and spec.code is None


_DRAWS, _BY_CHANCE = 16, 300
"""So often a place is asked again that is to try what is known to break a constraint, first of what was learned, then
by chance, which costs little; after that it is tried all the same, and the sampler learns from it."""


def proposals(
    spec: StudySpec,
    study_seed: int,
    tried: Tried,
    ordinals: Sequence[int],
    keeps_to: Callable[[Params], bool] | None = None,
) -> list[Params]:
    """The parameters of each of these places that Optuna samples and the configuration has in use, by name.

    The values are those of Optuna's trials (`distributions(spec.space)` has their internal representation). tried: the
    study now, as `history_of(study).at(...)` or a `History` of one's own says; the places are asked in this order.
    A place of a baseline has its own configuration and is not asked for. keeps_to: whether such parameters keep to
    the constraints, as far as that is known beforehand; None where there are none.
    """
    options = Options(**spec.search.sampler.options)  # type: ignore[arg-type]  # `check_options` saw their kinds
    space = distributions(spec.space)
    seeds = [trial_seed(study_seed, ordinal, "sampler") for ordinal in ordinals]
    fitted = models(options, tried, space, seeds)
    found: list[Params] = []
    for place, seed in enumerate(seeds):
        asked = _proposed(spec, space, fitted, place, seed)
        for draw in range(1, _DRAWS + _BY_CHANCE):
            if keeps_to is None or keeps_to(asked):
                break
            again = trial_seed(study_seed, ordinals[place], f"sampler/{draw}")
            others = models(options, tried, space, [again]) if draw < _DRAWS else []
            _are_tried(others, found)
            asked = _proposed(spec, space, others, 0, again)
        _are_tried(fitted, [asked])
        found.append(asked)
    return found


def _proposed(
    spec: StudySpec, space: Mapping[str, BaseDistribution], fitted: Sequence[Model], place: int, seed: int
) -> Params:
    known = {name for model in fitted for name in model.names}
    values: dict[str, Any] = {name: by_chance(name, each, seed) for name, each in space.items() if name not in known}
    for model in fitted:
        values.update(model.best(place))
    return _asked(spec, space, {name: on_step(value, space[name]) for name, value in values.items()})


def _are_tried(fitted: Sequence[Model], found: Sequence[Params]) -> None:
    for model in fitted:
        for each in found:
            model.is_tried(each)


def _asked(spec: StudySpec, space: Mapping[str, BaseDistribution], values: Mapping[str, Value]) -> dict[str, Value]:
    """Of these values, those for which a configuration would ask."""
    asked: dict[str, Value] = {}

    def choose(parameter: Parameter) -> Value:
        together = [each for each in spec.space if parameter.shared and each.shared == parameter.shared] or [parameter]
        asked.update({each.name: values[each.name] for each in together if each.name in space})
        return values[parameter.name] if parameter.name in space else parameter.domain.values[0]  # type: ignore[union-attr]

    spec.configure(answers(spec.space, choose, {}))
    return asked
