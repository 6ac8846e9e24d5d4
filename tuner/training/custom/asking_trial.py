"""An Optuna-like trial for functions ``space(trial) -> Model``, answered by an Ask.

Owns: which of Optuna's calls such a function may make.
Leaves to others: who answers (an Optuna trial, a fixed configuration).
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

import optuna

from tuner.errors import SpecError
from tuner.spec.space import Ask, Choice, Domain, FloatRange, IntRange, Parameter, Value

_STUDYS_OWN = ("baseline", "state", "reason", "value")


class AskingTrial:
    """The `suggest_...` of Optuna, `number`, `datetime_start`, `params` and `user_attrs` so far, and `set_user_attr`.

    A name asked again gives the same value. note: receives what `set_user_attr` is given, as JSON has it.
    """

    def __init__(self, ask: Ask, number: int = 0, note: Callable[[str, Any], None] | None = None) -> None:
        self._ask = ask
        self._note = note
        self.number = number
        self.datetime_start = datetime.now()
        self.params: dict[str, Value] = {}
        self.user_attrs: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Said only of names that are not there."""
        if not name.startswith("_") and hasattr(optuna.trial.Trial, name):
            known = "suggest_..., number, params, user_attrs, set_user_attr"
            raise AttributeError(f"trial.{name} is not there: a function of a trial may use {known}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def set_user_attr(self, key: str, value: Any) -> None:
        if key in _STUDYS_OWN or key.startswith("tuner_"):
            raise SpecError(f"trial.set_user_attr: {key!r} is what the study itself keeps there. Choose another name.")
        self.user_attrs[key] = value
        if self._note is not None:
            self._note(key, json.loads(json.dumps(value, default=_plain)))

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        self._check_range(name, low, high, log, step)
        low, high = float(low), float(high)
        domain: Domain = Choice((low,))
        if low < high:
            domain = FloatRange(low, high, log=log) if step is None else FloatRange.in_steps(low, high, step)
        return float(self._value(name, domain, low))

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        self._check_range(name, low, high, log, None if step == 1 else step)
        high = low + (high - low) // step * step
        return int(self._value(name, IntRange(low, high, step, log) if low < high else Choice((low,)), low))

    def suggest_categorical(self, name: str, choices: Sequence[Value]) -> Value:
        if not choices:
            raise SpecError(f"{name}: has no value to choose. List at least one.")
        for choice in choices:
            if not isinstance(choice, int | float | str | bool):
                raise SpecError(f"{name}: {choice!r} cannot be stored. Choose among words, numbers, True and False.")
        return self._value(name, Choice(tuple(choices)), choices[0])

    # What scripts from before Optuna 3 call.
    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        return self.suggest_float(name, low, high, step=q)

    def report(self, value: float, step: int) -> NoReturn:
        raise SpecError("trial.report: each epoch is reported by the training itself. Return the model, untrained.")

    def should_prune(self) -> NoReturn:
        raise SpecError("trial.should_prune: the training itself prunes. Return the model, untrained.")

    def _value(self, name: str, domain: Domain, default: Value) -> Value:
        if name not in self.params:
            self.params[name] = self._ask(Parameter(name, domain, default))
        return self.params[name]

    @staticmethod
    def _check_range(name: str, low: float, high: float, log: bool, step: float | None) -> None:
        if low > high:
            raise SpecError(f"{name}: low {low:g} is above high {high:g}. Swap them.")
        if log and low <= 0:
            raise SpecError(f"{name}: a log range cannot reach {low:g}. Start above zero.")
        if log and step is not None:
            raise SpecError(f"{name}: log and step exclude each other. Keep one.")
        if step is not None and step <= 0:
            raise SpecError(f"{name}: step {step:g} is not above zero.")


def _plain(value: Any) -> Any:
    """A number of NumPy's as Python's, and anything else in words."""
    return value.item() if getattr(value, "size", 0) == 1 and hasattr(value, "item") else str(value)
