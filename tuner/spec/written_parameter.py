"""How a file writes one parameter: a range, a choice or a fixed value, each with its condition; a domain out.

Owns: the keys of each form and their laws, which are their JSON schema too; pydantic's errors of them in our words.
Leaves to others: which values a parameter has (families), parameters among each other (parameters).
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import HyperparameterDef, Per
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Value
from tuner.spec.strict_model import StrictModel


class Written(StrictModel):
    """What every form may say beside its values."""

    per: Per | None = Field(default=None, description="each of these has its own")
    when: dict[str, Any] = Field(
        default={}, description="in use only while each of these parameters has this value, or one of these"
    )

    def conditions(self) -> Mapping[str, tuple[Value, ...]]:
        return {
            parent: tuple(values) if isinstance(values, list) else (values,) for parent, values in self.when.items()
        }


class WrittenChoice(Written):
    """One of several values."""

    choice: list[Any] = Field(min_length=1)


class WrittenValue(Written):
    """A fixed value, under a condition."""

    value: Any


class WrittenInts(Written):
    """Whole numbers from low to high, both included."""

    bounds: tuple[int, int] = Field(alias="int", strict=False)
    log: bool = Field(default=False, description="evenly in the logarithm")
    step: int | None = Field(default=None, gt=0, description="in whole steps from the low end")

    @model_validator(mode="after")
    def _laws(self) -> Self:
        _check_range(*self.bounds, self.step, self.log)
        low, high = self.bounds
        # Optuna would cut the top silently; the file then says something that is never tried.
        if (high - low) % (self.step or 1):
            raise ValueError(f"high {high} is not a whole number of steps of {self.step} above low {low}.")
        return self

    def domain(self) -> IntRange:
        return IntRange(*self.bounds, step=self.step or 1, log=self.log)


class WrittenFloats(Written):
    """Numbers from low to high, both included."""

    bounds: tuple[float, float] = Field(alias="float", strict=False)
    log: bool = Field(default=False, description="evenly in the logarithm")
    step: float | None = Field(default=None, gt=0, description="in whole steps from the low end")

    @model_validator(mode="after")
    def _laws(self) -> Self:
        _check_range(*self.bounds, self.step, self.log)
        low, high = self.bounds
        if self.step is not None and high not in FloatRange.in_steps(low, high, self.step):
            raise ValueError(f"high {high:g} is not a whole number of steps of {self.step:g} above low {low:g}.")
        return self

    def domain(self) -> FloatRange:
        return FloatRange(*self.bounds, step=self.step, log=self.log)


Form = type[WrittenInts] | type[WrittenFloats] | type[WrittenChoice] | type[WrittenValue]
FORMS: Mapping[str, Form] = {
    "int": WrittenInts, "float": WrittenFloats, "choice": WrittenChoice, "value": WrittenValue,
}  # fmt: skip
"""By the key that holds the values."""


def _check_range(low: float, high: float, step: float | None, log: bool) -> None:
    if log and low <= 0:
        raise ValueError(f"a log range cannot reach {low:g}. Start above zero.")
    if low > high:
        raise ValueError(f"low {low:g} is above high {high:g}. Swap them.")
    if low == high:
        raise ValueError(f"low and high are both {low:g}. Give a range, or the value alone.")
    if step is not None and log:
        raise ValueError("log and step exclude each other. Keep one.")
    if step is not None and FloatRange.in_steps(low, high, step) == Choice((float(low),)):
        raise ValueError(f"step {step:g} is wider than the range. Make it at most {high - low:g}.")


def keys_of(form: Form) -> Mapping[str, str]:
    """The keys as a file writes them: each with its field's name."""
    return {field.alias or name: name for name, field in form.model_fields.items()}


_KEYS = tuple(dict.fromkeys((*FORMS, *(key for form in FORMS.values() for key in keys_of(form)))))


def read_parameter(known: HyperparameterDef, raw: Any, at: str) -> Parameter:
    """One parameter, in whichever form. at: what errors call it. Raises SpecError."""
    if not isinstance(raw, dict):
        return Parameter(known.name, _choice(known, raw if isinstance(raw, list) else [raw], at), known.default)
    for key in raw:
        if key not in _KEYS:
            raise SpecError(f"{at}: there is no key {key!r}{nearest(str(key), _KEYS)}")
    kinds = [key for key in FORMS if key in raw]
    if len(kinds) != 1:
        raise SpecError(f"{at}: give exactly one of int: [low, high], float: [low, high], choice: [...] or value: ....")
    kind = kinds[0]
    if "per" in raw and (raw["per"] != known.per or known.per is None):
        layered = f"can be per: {known.per}" if known.per else "is shared by all layers and has no per:"
        raise SpecError(f"{at}: {known.name} {layered}.")
    for key in raw:
        if key not in keys_of(FORMS[kind]):
            raise SpecError(f"{at}: {key} goes with int or float, not with {kind}.")
    if kind in ("int", "float") and known.kind not in (kind, "any"):
        wants = {"int": "int: [low, high]", "float": "float: [low, high]"}.get(known.kind, "a list of values")
        raise SpecError(f"{at}: {known.name} takes {wants}, not {kind}.")
    try:
        written = FORMS[kind].model_validate(raw)
    except ValidationError as error:
        raise SpecError(f"{at}: {_fault(error, known, raw, at)}") from error
    return Parameter(known.name, _domain(known, written, at), known.default, when=written.conditions())


def _domain(known: HyperparameterDef, written: Written, at: str) -> Domain:
    match written:
        case WrittenInts() | WrittenFloats():
            for bound in written.bounds:
                _value(known, bound, at)
            return written.domain()
        case WrittenChoice():
            return _choice(known, written.choice, at)
        case WrittenValue():
            return _choice(known, [written.value], at)
    raise TypeError(f"no form of a parameter: {written!r}")


def _fault(error: ValidationError, known: HyperparameterDef, raw: Mapping[str, Any], at: str) -> str:
    """The first of pydantic's errors."""
    first = error.errors()[0]
    key = str(next(iter(first["loc"]), ""))
    given = raw.get(key)
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if key == "log":
        return f"log is true or false, not {given!r}."
    if key == "step":
        return f"step is a {'whole ' if 'int' in raw else ''}number above zero, not {given!r}."
    if key == "when":
        return "when takes a parameter and its values, such as when: {optimizer: [momentum]}."
    if key == "choice":
        return "has no value to choose. List at least one."
    if not isinstance(given, list) or len(given) != 2:
        return f"{key} takes [low, high], not {given!r}."
    _value(known, first["input"], at)  # says it of that value, where it is none of this parameter's
    return f"{key} takes two numbers, not {given!r}."


def _choice(known: HyperparameterDef, values: list[Any], at: str) -> Choice:
    if not values:
        raise SpecError(f"{at}: has no value to choose. List at least one.")
    checked = tuple(_value(known, value, at) for value in values)
    seen = set()
    for value in checked:
        # 1 == True == 1.0 in Python.
        if (type(value), value) in seen:
            raise SpecError(f"{at}: {value!r} is listed twice.")
        seen.add((type(value), value))
    return Choice(checked)


def _value(known: HyperparameterDef, raw: Any, at: str) -> Value:
    """A value of the family's kind; anything out of the family's limits is an error."""
    if not isinstance(raw, int | float | str | bool):
        raise SpecError(f"{at}: {raw!r} is not a value. Give a number, a word, true or false.")
    try:
        return known.checked(raw)
    except ValueError as error:
        if known.kind == "choice" and isinstance(raw, str):
            raise SpecError(f"{at}: {raw!r} is not known{nearest(raw, map(str, known.choices))}") from error
        raise SpecError(f"{at}: {error}.") from error
