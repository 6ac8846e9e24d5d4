"""What the first trials of a study try, while nothing is known: chance, and every other one the defaults in part.

Who knows a network writes a baseline; of a space without one the family's defaults are the likeliest to learn at all.
The very first trial has all of them. The other places with an even number have each with a chance of a half,
those with an odd one none: where the defaults are no good, half of what is known after them is as it was without.
Source: priors as of PriorBand (Mallik et al., 2023); `docs/deciding.md` has what it is worth.

Owns: which places, and which of the parameters there.
Leaves to others: the defaults themselves (spec/families), what a range has in place of one that it does not hold
(spec/space), when the first trials are over (tpe).
"""

from tuner.search.suggest import distributions, on_step
from tuner.search.tpe import Options, by_chance, chances
from tuner.spec.space import Choice, Domain, Parameter, Value, answers, middle, nearest, with_defaults
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
                    found[each.name] = _usual(default, each.domain, shared)
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


def _usual(default: Value, domain: Domain, name: str) -> Value:
    """name: of the parameter, as all layers share it."""
    return nearest(middle(domain) if name == _BY_ITS_RANGE else default, domain)
