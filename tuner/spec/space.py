"""What may be tried: parameters, their domains and conditions, and the Ask by which a network gets its values.

Owns: the words of a search space. Pure: no Keras, no Optuna, no files.
Leaves to others: reading the YAML file (study_spec), the names each family knows (families), sampling (search).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

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
    """Real numbers from low to high, both included; with a step, low plus whole steps.

    Steps are counted in decimals, as they were written: 0.7 and two steps of 0.1 are 0.9.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    @classmethod
    def in_steps(cls, low: float, high: float, step: float) -> "FloatRange | Choice":
        """The range whose top is the last whole step up to `high`; a choice of one where there is none."""
        low, high, step = float(low), float(high), float(step)
        # A last step that rounding makes a hair too long still counts: eleven of 1 / 11 are 1.
        count = math.floor((_decimal(high) - _decimal(low)) / _decimal(step) + Decimal("1e-8"))
        if not count:
            return Choice((low,))
        while not _reaches(made := cls(low, cls(low, high, step).at(count), step), count, high):
            step = math.nextafter(step, 0.0)
        return made

    @property
    def count(self) -> int:
        """How many values there are with a step."""
        assert self.step is not None
        return round((_decimal(self.high) - _decimal(self.low)) / _decimal(self.step)) + 1

    def at(self, index: int) -> float:
        """The value so many steps above low: the number that a person would write."""
        assert self.step is not None
        return float(_decimal(self.low) + index * _decimal(self.step))

    def nearest(self, value: float) -> float:
        """The value of the range that is nearest: one on a step, where there are steps."""
        inside = min(self.high, max(self.low, value))
        return inside if self.step is None else min(self.high, self.at(round((inside - self.low) / self.step)))

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.step is None:
            return self.low <= value <= self.high
        return abs(value - self.nearest(value)) < 1e-8 * self.step

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


def _reaches(made: FloatRange, count: int, high: float) -> bool:
    """Whether whoever counts steps by decimals, as Optuna does, counts as many."""
    assert made.step is not None
    return made.high <= high and (_decimal(made.high) - _decimal(made.low)) // _decimal(made.step) == count


def _decimal(number: float) -> Decimal:
    return Decimal(repr(float(number)))


Domain = IntRange | FloatRange | Choice


def nearest(value: Value, domain: Domain) -> Value:
    """A value where the domain holds it, or what it has in its place: of numbers the nearest, of words the first."""
    if value in domain:
        return float(value) if isinstance(domain, FloatRange) else value
    match domain:
        case Choice(values):
            numbers = _numbers(values)
            if isinstance(value, str) or not numbers:
                return values[0]
            wanted = value
            return min(numbers, key=lambda each: abs(each - wanted))
        case FloatRange():
            return domain.low if isinstance(value, str) else domain.nearest(value)
        case IntRange(low, high, step, _):
            inside = low if isinstance(value, str) else min(high, max(low, round(value)))
            return low + (inside - low) // step * step


def middle(domain: Domain) -> Value:
    """Of numbers the middle one, of two the larger, or the middle of a range on its own scale; of words the first."""
    match domain:
        case Choice(values):
            numbers = sorted(_numbers(values))
            return numbers[len(numbers) // 2] if numbers else values[0]
        case IntRange(low, high, _, log) | FloatRange(low, high, _, log):
            return nearest(math.sqrt(low * high) if log else (low + high) / 2, domain)


def _numbers(values: tuple[Value, ...]) -> list[int | float]:
    return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]


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
class ByAnswer:
    """A default that depends on another parameter's value: a learning rate's on the optimizer.

    by: the other's name. values: the default for each value that has one of its own, by its word.
    """

    by: str
    values: Mapping[str, Value]
    otherwise: Value

    def __str__(self) -> str:
        own = [f"{value} for {word}" for word, value in self.values.items()]
        return ", ".join([*own, f"else {self.otherwise}"])


Default = Value | ByAnswer


@dataclass(frozen=True)
class Space:
    """Parameters by name, a parent before those conditional on it.

    defaults: of what the space does not search, by name; what is not among them has the default with which it is asked.
    """

    parameters: tuple[Parameter, ...]
    defaults: Mapping[str, Default] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    @cached_property
    def _by_name(self) -> Mapping[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters}

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    def default(self, asked: Parameter, answered: Mapping[str, Value]) -> Value:
        """What a parameter has that is not searched, or not in use. answered: what was asked before it, by name."""
        known = self.defaults.get(asked.shared or asked.name, asked.default)
        if isinstance(known, ByAnswer):
            return known.values.get(str(answered.get(known.by)), known.otherwise)
        return known

    def find(self, asked: Parameter) -> Parameter | None:
        """The parameter of this space that answers what a network asks: its own name, else the shared one."""
        for name in (asked.name, asked.shared):
            if name is not None and name in self:
                return self[name]
        return None


def with_defaults(space: Space, ask: Ask) -> Ask:
    """The same, asked with the space's defaults in place of those that the network asks with."""
    answered: dict[str, Value] = {}

    def answer(asked: Parameter) -> Value:
        value = ask(replace(asked, default=space.default(asked, answered)))
        answered[asked.shared or asked.name] = value
        return value

    return answer


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
            value = space.default(asked, used)
        used[(asked.shared or asked.name) if found is None else found.name] = value
        return value

    return answer
