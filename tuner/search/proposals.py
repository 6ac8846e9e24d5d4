"""What several places of a study's budget are to try, asked at once.

Owns: that the study is learned from once for all of them, and that each counts as running for those after it: they
propose what the same places would propose if they were asked one by one.
Leaves to others: how one proposal is found (tpe), what an older study knows (evidence), the rows that hold them
(database).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from optuna.distributions import BaseDistribution

from tuner.search.algorithms import trial_seed
from tuner.search.evidence import Evidence
from tuner.search.history import Tried
from tuner.search.startup import near_defaults
from tuner.search.suggest import distributions, on_step
from tuner.search.tpe import Advice, Model, Options, by_chance, models
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
    evidence: Evidence | None = None,
) -> list[Params]:
    """The parameters of each of these places that Optuna samples and the configuration has in use, by name.

    The values are those of Optuna's trials (`distributions(spec.space)` has their internal representation). tried: the
    study now, as `history_of(study).at(...)` or a `History` of one's own says; the places are asked in this order.
    A place of a baseline has its own configuration and is not asked for. keeps_to: whether such parameters keep to
    the constraints, as far as that is known beforehand; None where there are none. evidence: of an older study. Until
    this one has trials enough to learn from, every other place tries what would be next in the older one; the places
    between, by chance, show whether that is any good here.
    """
    options = Options(**spec.search.sampler.options)  # type: ignore[arg-type]  # `check_options` saw their kinds
    space = distributions(spec.space)
    seeds = [trial_seed(study_seed, ordinal, "sampler") for ordinal in ordinals]
    learned = _learn(options, tried, space, seeds, evidence)
    found: list[Params] = []
    for place, seed in enumerate(seeds):
        first = near_defaults(spec, options, ordinals[place], seed) if not learned.own and evidence is None else {}
        asked = _proposed(spec, space, learned, place, seed, ordinals[place], first)
        for draw in range(1, _DRAWS + _BY_CHANCE):
            if keeps_to is None or keeps_to(asked):
                break
            again = trial_seed(study_seed, ordinals[place], f"sampler/{draw}")
            others = _learn(options, tried, space, [again], evidence) if draw < _DRAWS else _Learned()
            _are_tried(others, found)
            asked = _proposed(spec, space, others, 0, again, ordinals[place], {})
        _are_tried(learned, [asked])
        found.append(asked)
    return found


@dataclass(frozen=True)
class _Learned:
    """own: of this study. older: of the one that is the evidence, whose word counts as much as the weight says.

    known: parameters that a trial of this study has ended with.
    """

    own: Sequence[Model] = ()
    older: Sequence[Model] = ()
    evidence: Evidence | None = None
    weight: float = 0.0
    known: frozenset[str] = frozenset()

    def advice(self, model: Model, place: int) -> Advice | None:
        """On the candidates of one of its own, and candidates beside them; None where there is none."""
        if self.evidence is None or self.weight <= 0 or not set(model.names) & set(self.evidence.tried.known):
            return None
        evidence, names = self.evidence, model.names
        further = next((each.candidates(place) for each in self.older if each.names == names), None)
        points = model.candidates(place)[:0] if further is None else further
        return Advice(points, lambda those: evidence.foretold(those, names), self.weight)


def _learn(
    options: Options,
    tried: Tried,
    space: Mapping[str, BaseDistribution],
    seeds: Sequence[int],
    evidence: Evidence | None,
) -> _Learned:
    own = models(options, tried, space, seeds)
    weight = 0.0 if evidence is None else evidence.weight(tried)
    if evidence is None or weight <= 0:
        return _Learned(own)
    # What another problem's best was is worth a trial of this one.
    older = models(replace(options, allow_duplicates=True), evidence.beside(tried), space, seeds)
    return _Learned(own, older, evidence, weight, frozenset(tried.known))


def _proposed(
    spec: StudySpec,
    space: Mapping[str, BaseDistribution],
    learned: _Learned,
    place: int,
    seed: int,
    ordinal: int,
    first: Params,
) -> Params:
    known = {name for model in learned.own for name in model.names}
    values: dict[str, Any] = {name: by_chance(name, each, seed) for name, each in space.items() if name not in known}
    values.update(first)
    for model in learned.own:
        values.update(model.best(place, learned.advice(model, place)))
    if not learned.own and ordinal % 2:
        for model in learned.older:
            values.update(model.best(place))
    return _asked(spec, space, {name: on_step(value, space[name]) for name, value in values.items()})


def _are_tried(learned: _Learned, found: Sequence[Params]) -> None:
    for each in found:
        for model in learned.own:
            model.is_tried(each)
        # Asked one by one, this is all that is seen of what is under way.
        seen = {name: value for name, value in each.items() if name in learned.known}
        for model in learned.older:
            model.is_tried(seen)


def _asked(spec: StudySpec, space: Mapping[str, BaseDistribution], values: Mapping[str, Value]) -> dict[str, Value]:
    """Of these values, those for which a configuration would ask."""
    asked: dict[str, Value] = {}

    def choose(parameter: Parameter) -> Value:
        together = [each for each in spec.space if parameter.shared and each.shared == parameter.shared] or [parameter]
        asked.update({each.name: values[each.name] for each in together if each.name in space})
        return values[parameter.name] if parameter.name in space else parameter.domain.values[0]  # type: ignore[union-attr]

    spec.configure(answers(spec.space, choose, {}))
    return asked
