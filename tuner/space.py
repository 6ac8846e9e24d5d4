"""What may be tried: parameters, their domains and conditions, and the Ask by which a network gets its values.

Owns: the words of a search space. Pure: no Keras, no Optuna, no files.
Leaves to others: reading the YAML file (spec), the names each family knows (families), sampling (search).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Value = int | float | str | bool
Params = Mapping[str, Value]


@dataclass(frozen=True)
class IntRange:
    """Whole numbers from low to high, both included."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.low <= value <= self.high and (self.log or (value - self.low) % self.step == 0)

    def __str__(self) -> str:
        steps = f" in steps of {self.step}" if self.step > 1 else ""
        return f"{self.low} to {self.high}{steps}{' (log)' if self.log else ''}"


@dataclass(frozen=True)
class FloatRange:
    """Real numbers from low to high, both included; with a step, low plus whole steps."""

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.low <= value <= self.high:
            return False
        if self.step is None:
            return True
        steps = (value - self.low) / self.step
        return abs(steps - round(steps)) < 1e-8

    def __str__(self) -> str:
        steps = f" in steps of {self.step:g}" if self.step is not None else ""
        return f"{self.low:g} to {self.high:g}{steps}{' (log)' if self.log else ''}"


@dataclass(frozen=True)
class Choice:
    """One of several values; a choice of one is a fixed value."""

    values: tuple[Value, ...]

    def __contains__(self, value: object) -> bool:
        # 1 == True == 1.0 in Python, and a space must tell them apart.
        return any(value == each and type(value) is type(each) for each in self.values)

    def __str__(self) -> str:
        return ", ".join(str(value) for value in self.values)


Domain = IntRange | FloatRange | Choice


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter.

    default: the value when nothing says otherwise, or when the parameter is not in use.
    when: it is in use only while each parent, by name, has one of these values.
    shared: for one layer's share of a parameter (``units_3``), the name under which all layers share it (``units``).
    """

    name: str
    domain: Domain
    default: Value
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    shared: str | None = None


Ask = Callable[[Parameter], Value]
"""How a network gets a value: it asks for a parameter; an Optuna trial or a fixed configuration answers."""


def fixed(params: Params) -> Ask:
    """Answer from one configuration; a parameter that it does not name has its default."""

    def answer(parameter: Parameter) -> Value:
        shared = params.get(parameter.shared, parameter.default) if parameter.shared else parameter.default
        return params.get(parameter.name, shared)

    return answer


@dataclass(frozen=True)
class Space:
    """Parameters by name, a parent before those conditional on it."""

    parameters: tuple[Parameter, ...]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    def __contains__(self, name: object) -> bool:
        return any(parameter.name == name for parameter in self.parameters)

    def __getitem__(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def find(self, asked: Parameter) -> Parameter | None:
        """The parameter of this space that answers what a network asks: its own name, else the shared one."""
        for name in (asked.name, asked.shared):
            if name is not None and name in self:
                return self[name]
        return None


def answers(space: Space, choose: Callable[[Parameter], Value], used: dict[str, Value]) -> Ask:
    """Answer a network from a space.

    choose: picks the value of a parameter that is in the space; called once for each that is in use.
    used: receives every value answered, by the name under which it is recorded, in the order asked.

    A parameter that the space does not hold is answered with its default; so is one whose condition does not hold,
    after its parents were answered.
    """
    chosen: dict[str, Value] = {}

    def value_of(parameter: Parameter) -> Value | None:
        if parameter.name not in chosen:
            for parent, values in parameter.when.items():
                if value_of(space[parent]) not in Choice(values):
                    return None
            chosen[parameter.name] = choose(parameter)
        return chosen[parameter.name]

    def answer(asked: Parameter) -> Value:
        found = space.find(asked)
        value = None if found is None else value_of(found)
        if value is None:
            value = asked.default
        used[(asked.shared or asked.name) if found is None else found.name] = value
        return value

    return answer
