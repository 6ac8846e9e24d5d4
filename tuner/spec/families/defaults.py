"""The defaults of a family's parameters, found by asking: also those that depend on what was answered before.

Leaves to others: the defaults themselves (mlp, cnn, rnn, ..., shared), storing them with a study (studies).
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from tuner.spec.families import CONFIGURE, FAMILIES, Task
from tuner.spec.space import ByAnswer, Default, Parameter, Value


@lru_cache(maxsize=8)
def family_defaults(model: str, task: Task) -> Mapping[str, Default]:
    """Of every parameter that a family takes, by name. A default may depend on one other parameter's value."""
    known = FAMILIES[model]
    found: dict[str, Default] = {name: each.default for name, each in known.items()}
    usual = _asked(model, task, "", "")
    by_answer: dict[str, dict[str, dict[str, Value]]] = defaultdict(lambda: defaultdict(dict))
    for parent in known.values():
        for choice in parent.choices if parent.kind == "choice" else ():
            for name, value in _asked(model, task, parent.name, choice).items():
                by_answer[name][parent.name][str(choice)] = value
    for name, parents in by_answer.items():
        values = {value for each in parents.values() for value in each.values()}
        varied = [parent for parent, each in parents.items() if len(set(each.values())) > 1]
        if not varied:
            found[name] = next(iter(values))
            continue
        (parent_name,) = varied
        otherwise = usual.get(name, known[name].default)
        own = {word: value for word, value in parents[parent_name].items() if value != otherwise}
        found[name] = ByAnswer(parent_name, own, otherwise)
    return found


def _asked(model: str, task: Task, parent: str, choice: Value) -> dict[str, Value]:
    """The default with which each parameter is asked, by name, where one of them has a value and the rest their own."""
    asked: dict[str, Value] = {}

    def answer(parameter: Parameter) -> Value:
        name = parameter.shared or parameter.name
        asked[name] = parameter.default
        return choice if name == parent else parameter.default

    CONFIGURE[model](answer, task, True)
    return asked
