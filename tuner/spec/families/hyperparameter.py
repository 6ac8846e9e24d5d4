"""One hyperparameter that a family takes, and the values that there are of it.

Owns: what checks a value, which is its JSON schema too; what is wrong with one, in words.
Leaves to others: which there are (shared, mlp, cnn, rnn, timeseries), how a file writes its values (written_parameter).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, TypeAdapter, ValidationError

from tuner.spec.space import Choice, Parameter, Value

Kind = Literal["int", "float", "bool", "choice", "any"]
Per = Literal["hidden_layer", "block", "recurrent_layer"]
COUNTED_BY: Mapping[Per, str] = {
    "hidden_layer": "hidden_layers", "block": "blocks", "recurrent_layer": "recurrent_layers",
}  # fmt: skip
"""The parameter that says how many there are."""

_WORDS: Mapping[Kind, str] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "choice": "one of ",
    "any": "a number, a word, true or false",
}
_LIMITS = {
    "greater_than": "is not above {gt:g}",
    "greater_than_equal": "is below {ge:g}",
    "less_than": "is not below {lt:g}",
    "less_than_equal": "is above {le:g}",
}
"""pydantic's errors of limits."""


@dataclass(frozen=True)
class HyperparameterDef:
    """A hyperparameter that a family takes; one of kind "any" is an external program's, and any value may be its.

    choices: every value there is, for kind "choice"; beside numbers, words that are also allowed (batch size "full").
    low, high: the limits that make sense; `open_low`/`open_high` exclude the limit itself.
    per: each of these (hidden_layer, block, recurrent_layer) may have its own; None is one for all.
    """

    name: str
    kind: Kind
    default: Value
    meaning: str
    choices: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    per: Per | None = None

    @cached_property
    def values(self) -> TypeAdapter[Value]:
        """Every value that there is. A whole number for a float becomes one."""
        limits = Field(
            ge=None if self.open_low else self.low,
            gt=self.low if self.open_low else None,
            le=None if self.open_high else self.high,
            lt=self.high if self.open_high else None,
        )
        own: Mapping[Kind, tuple[Any, ...]] = {
            "int": (Annotated[int, Strict(), limits],),
            "float": (Annotated[float, Strict(), limits],),
            "bool": (Annotated[bool, Strict()],),
            "choice": (),
            "any": (Annotated[int, Strict()], Annotated[float, Strict()], Annotated[bool, Strict()], str),
        }
        words = (Literal[self.choices],) if self.choices else ()
        return TypeAdapter(reduce(or_, (*own[self.kind], *words)))

    def meaning_here(self, meaning: str) -> "HyperparameterDef":
        """The same in another family, which says it in its own words."""
        return replace(self, meaning=meaning)

    def checked(self, value: object) -> Value:
        """The value as the family has it. Raises ValueError that says what is wrong with it."""
        try:
            return self.values.validate_python(value)
        except ValidationError as error:
            raise ValueError(self._fault(value, error)) from error

    def _fault(self, value: object, error: ValidationError) -> str:
        for each in error.errors():
            if each["type"] in _LIMITS:
                return f"{value:g} {_LIMITS[each['type']].format(**each['ctx'])}"
        choices = ", ".join(map(str, self.choices))
        also = "" if self.kind == "choice" or not self.choices else " or "
        return f"{value!r} is not {_WORDS[self.kind]}{also}{choices}"

    def parameter(self, default: Value | None = None, layer: int | None = None) -> Parameter:
        """What a family asks; the default may depend on what was answered before.

        layer: counted from 1, where each layer or block has its own.
        """
        value = self.default if default is None else default
        if layer is None:
            return Parameter(self.name, Choice((value,)), value)
        return Parameter(layer_name(self.name, layer), Choice((value,)), value, shared=self.name)


def layer_name(name: str, layer: int) -> str:
    """``units`` of layer 3, counted from 1, is ``units_3``."""
    return f"{name}_{layer}"


def choice(
    name: str, default: str, choices: tuple[str, ...], meaning: str, per: Per | None = None
) -> HyperparameterDef:
    """A parameter that is one of several words."""
    return HyperparameterDef(name, "choice", default, meaning, choices=choices, per=per)
