"""Which trials of a study are meant: conditions on their columns, as a person writes them, and words.

    optimizer:adam          one value, or one of several: optimizer:adam,sgd
    optimizer:!adam         any but this
    learning_rate:<0.01     also <=, >, >=
    units_1:64..256         from, to, both included; 64.. and ..256 are open
    units_2:                has none; units_2:! has one
    name:=a,b               exactly this text, whatever is in it

Owns: this grammar, and the line for what is not of it.
Leaves to others: columns (trial_columns), states, order and pages (trial_lists).
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tuner.database.runs import RunView
from tuner.errors import InputError
from tuner.service.trial_columns import OF_TRIALS, Column, Columns
from tuner.spec.space import Value

Test = Callable[[tuple[Value, ...]], bool]
"""Of a trial's values in a column."""

_HOW = "Write NAME:VALUE, NAME:<NUMBER or NAME:LOW..HIGH, such as optimizer:adam, learning_rate:<0.01, units_1:64..256."
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_SPECIAL = ("!", "<", ">", "=")


@dataclass(frozen=True)
class Condition:
    column: Column
    test: Test

    def holds(self, trial: RunView) -> bool:
        return self.test(self.column.values(trial))


def read_condition(text: str, columns: Columns) -> Condition:
    """Raises InputError."""
    # A parameter of a person's code may have colons in its name: the longest name that there is counts.
    places = [place for place, letter in enumerate(text) if letter == ":"]
    if not places:
        raise InputError(f"where: {text!r} has no colon. {_HOW}")
    for place in reversed(places):
        if (column := columns.named(text[:place])) is not None:
            return Condition(column, _read_test(text[place + 1 :], text))
    column = columns.find(text[: places[0]], f"where: {text!r}")
    return Condition(column, _read_test(text[places[0] + 1 :], text))


def has_words(trial: RunView, words: str) -> bool:
    """Whether a text is in what is known of a trial: its state, why, verdicts, baseline, worker, parameters."""
    told = [
        f"trial {trial.trial_number}", trial.state, trial.reason, trial.baseline, trial.worker_id or "",
        trial.facts.verdict, *(each.kind for each in trial.facts.verdicts),
        *(f"{name}={written(value)}" for name, value in trial.params.items()),
    ]  # fmt: skip
    return words.casefold() in "\n".join(told).casefold()


def written(value: Value) -> str:
    """A value as conditions have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def equals(name: str, value: Value) -> str:
    """The condition that a column has what is written so."""
    text = written(value)
    # 1 is 1.0, too.
    plain = text != "" and not text.startswith(_SPECIAL) and "," not in text and _number(text) is None
    return f"{name}:{text}" if plain and ".." not in text else f"{name}:={text}"


def kinds_of(trial: RunView) -> Sequence[Value]:
    """Illnesses of a trial's network."""
    return OF_TRIALS["verdict"].values(trial)


def _read_test(text: str, whole: str) -> Test:
    if text == "":
        return lambda values: not values
    if text.startswith("="):
        exact = text[1:]
        return lambda values: any(written(each) == exact for each in values)
    if text.startswith("!"):
        test = _read_test(text[1:], whole)
        return lambda values: not test(values)
    for sign, compare in _COMPARED.items():
        if text.startswith(sign):
            limit = _number(text[len(sign) :])
            if limit is None:
                raise InputError(f"where: {whole!r}: {text[len(sign) :]!r} is no number. {_HOW}")
            return lambda values: any(compare(each, limit) for each in _numbers(values))
    low, dots, high = text.partition("..")
    if dots and (low or high):
        bounds = [_number(low) if low else -math.inf, _number(high) if high else math.inf]
        if bounds[0] is not None and bounds[1] is not None:
            bottom, top = bounds[0], bounds[1]
            return lambda values: any(bottom <= each <= top for each in _numbers(values))
    one_of = {text, *text.split(",")}
    numbers = {number for each in one_of if (number := _number(each)) is not None}
    return lambda values: (
        any(written(each) in one_of for each in values) or any(each in numbers for each in _numbers(values))
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _numbers(values: tuple[Value, ...]) -> list[float]:
    return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
