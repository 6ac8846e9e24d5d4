"""What the first trials of a study try, while nothing is known: chance, and every other one the defaults in part.

Who knows a network writes a baseline; of a space without one the family's defaults are the likeliest to learn at all,
and cheap. The very first trial has all of them. The other places with an even number have each with a chance of a half,
those with an odd one none: where the defaults are no good, half of what is known after them is as it was without.
Source: priors as of PriorBand (Mallik et al., 2023); `docs/deciding.md` has what it is worth.

Owns: which places, and what the defaults are in a space that may not hold them.
Leaves to others: the defaults themselves (spec/families), when the first trials are over (tpe).
"""

import math
from collections.abc import Sequence

from tuner.search.suggest import distributions, on_step
from tuner.search.tpe import Options, by_chance, chances
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Value, answers, with_defaults
from tuner.spec.study_spec import StudySpec

_SHARE = 0.5
_BY_ITS_RANGE = "batch_size"
"""How many rows a person has is not known here; what batches they would try says it."""


def near_defaults(spec: StudySpec, options: Options, ordinal: int, seed: int) -> dict[str, Value]:
    """The values of those parameters that are to have their defaults, by name; none at a place that draws by chance.

    Of those that Optuna samples. seed: of the place.
    """
    if not options.startup_defaults or ordinal % 2 or spec.baselines or spec.external or spec.code is not None:
        return {}
    chance, space = chances(seed, "defaults"), distributions(spec.space)
    found: dict[str, Value] = {}
    defaults: dict[str, Value] = {}

    tossed: set[str] = set()

    def choose(parameter: Parameter) -> Value:
        shared = parameter.shared or parameter.name
        # All layers have it, or none.
        if shared not in tossed and (ordinal == 0 or chance.random() < _SHARE):
            default = defaults.get(shared, parameter.default)
            for each in spec.space:
                if each.name in space and (each.shared or each.name) == shared:
                    found[each.name] = nearest(default, each.domain, shared)
        tossed.add(shared)
        if parameter.name in found:
            return found[parameter.name]
        if parameter.name in space:
            drawn: Value = on_step(by_chance(parameter.name, space[parameter.name], seed), space[parameter.name])
            return drawn
        assert isinstance(parameter.domain, Choice)
        return parameter.domain.values[0]

    answer = answers(spec.space, choose, {})

    def noting(asked: Parameter) -> Value:
        defaults[asked.shared or asked.name] = asked.default
        return answer(asked)

    spec.configure(with_defaults(spec.space, noting))
    return found


def nearest(default: Value, domain: Domain, name: str) -> Value:
    """A default, or what a domain has in its place: of numbers the nearest, of words the first.

    name: of the parameter, as all layers share it.
    """
    if name == _BY_ITS_RANGE:
        default = _middle(domain)
    if default in domain:
        return float(default) if isinstance(domain, FloatRange) else default
    match domain:
        case Choice(values):
            if isinstance(default, str) or not (numbers := _numbers(values)):
                return values[0]
            wanted = default
            return min(numbers, key=lambda each: abs(each - wanted))
        case FloatRange(low, _, _, _):
            return domain.nearest(default) if isinstance(default, int | float) else low
        case IntRange(low, high, step, _):
            inside = min(high, max(low, round(default))) if isinstance(default, int | float) else low
            return low + (inside - low) // step * step


def _middle(domain: Domain) -> Value:
    match domain:
        case Choice(values):
            numbers = sorted(_numbers(values))
            return numbers[len(numbers) // 2] if numbers else values[0]
        case IntRange(low, high, _, log) | FloatRange(low, high, _, log):
            return math.sqrt(low * high) if log else (low + high) / 2


def _numbers(values: Sequence[Value]) -> list[int | float]:
    return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
