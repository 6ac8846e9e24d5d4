"""KerasTuner's `hp`, answered by an Ask.

Owns: what each `hp` call asks, with KerasTuner's own scopes, conditions, defaults and names; the hypermodel of a
person's file.
Leaves to others: who answers (an Optuna trial, a fixed configuration), building and training (python_network).

Every `hp.Int`, `hp.Choice`, ... passes `_register` once for each name and condition; there the value is asked for, and
all else is KerasTuner's.
"""

import inspect
from collections.abc import Callable
from typing import Any

import keras_tuner

from tuner.data.dataset import DataInfo
from tuner.errors import SpecError, TrialFailed
from tuner.spec.code import CodeName
from tuner.spec.space import Ask, Choice, Domain, FloatRange, IntRange, Parameter

_kinds = keras_tuner.engine.hyperparameters


class AskedHyperParameters(keras_tuner.HyperParameters):  # type: ignore[misc]  # KerasTuner is Any here
    """HyperParameters whose active values come from an Ask; inactive ones have none, as in KerasTuner.

    A copy of it is a plain `HyperParameters` with the values so far: a hypermodel that is not tunable gets defaults.
    What is merged over another of its name is asked anew, in its own domain.
    """

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def _register(self, hyperparameter: Any, overwrite: bool = False) -> Any:
        self._validate_name(hyperparameter.name)
        parameter = parameter_of(hyperparameter)
        if self.is_active(hyperparameter) and (overwrite or hyperparameter.name not in self.values):
            self.values[hyperparameter.name] = self._ask(parameter)
        return super()._register(hyperparameter)

    def ensure_active_values(self) -> None:
        active = [hp for hp in self.space if self.is_active(hp)]
        for hp in active:
            if hp.name not in self.values:
                self.values[hp.name] = self._ask(parameter_of(hp))
        for name in set(self.values) - {hp.name for hp in active}:
            del self.values[name]

    @classmethod
    def from_config(cls, config: Any) -> Any:
        return keras_tuner.HyperParameters.from_config(config)


# What Keras writes of it is read again as KerasTuner's own.
AskedHyperParameters.__name__ = keras_tuner.HyperParameters.__name__


class FunctionHyperModel(keras_tuner.HyperModel):  # type: ignore[misc]  # KerasTuner is Any here
    """A function ``build(hp) -> Model`` as a HyperModel."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        super().__init__()
        self._build = build

    def build(self, hp: Any) -> Any:
        return self._build(hp)


def parameter_of(hp: Any) -> Parameter:
    """A KerasTuner hyperparameter in our words. Raises SpecError for one that Optuna has no equal of."""
    when = {each.name: tuple(each.values) for each in hp.conditions}
    return Parameter(hp.name, _domain(hp), hp.default, when)


def _domain(hp: Any) -> Domain:
    if isinstance(hp, _kinds.Fixed):
        return Choice((hp.value,))
    if isinstance(hp, _kinds.Boolean):
        return Choice((True, False))
    if isinstance(hp, _kinds.Choice):
        return Choice(tuple(dict.fromkeys(hp.values)))
    if not isinstance(hp, _kinds.Int | _kinds.Float):
        raise SpecError(f"{hp.name}: a {type(hp).__name__} of KerasTuner is not known here.")
    log = hp.sampling == "log"
    if hp.sampling == "reverse_log":
        raise SpecError(f'{hp.name}: Optuna has no sampling="reverse_log". Use "log" or "linear".')
    if log and hp.step is not None:
        raise SpecError(
            f'{hp.name}: Optuna has no step together with sampling="log". Drop one of them, or list the values: '
            f"hp.Choice({hp.name!r}, {_powers(hp)})."
        )
    if hp.min_value == hp.max_value:
        return Choice((hp.min_value,))
    if isinstance(hp, _kinds.Int):
        step = hp.step or 1
        high = hp.min_value + (hp.max_value - hp.min_value) // step * step
        return IntRange(hp.min_value, high, step=step, log=log) if high > hp.min_value else Choice((hp.min_value,))
    if hp.step is None:
        return FloatRange(float(hp.min_value), float(hp.max_value), log=log)
    return FloatRange.in_steps(hp.min_value, hp.max_value, hp.step)


def _powers(hp: Any) -> list[Any]:
    values = list(hp.values)
    whole = [round(value) if isinstance(hp, _kinds.Int) else float(f"{value:.6g}") for value in values]
    return whole[:8]


def hypermodel_of(found: Any, name: CodeName, info: DataInfo) -> Any:
    """A HyperModel, of what a person's file has under a name. Raises TrialFailed."""
    _check_runs_no_trial(found, name)
    if isinstance(found, type):
        if not issubclass(found, keras_tuner.HyperModel):
            raise TrialFailed(f"{name}: is a class and no HyperModel. Give a HyperModel or a function of hp.")
        if found is keras_tuner.applications.HyperEfficientNet:
            raise TrialFailed(f"{name}: downloads weights. Those that do not: HyperResNet, HyperXception.")
        found = found(**_known_arguments(found, name, info))
    if isinstance(found, keras_tuner.applications.HyperEfficientNet):
        raise TrialFailed(f"{name}: downloads weights. Those that do not: HyperResNet, HyperXception.")
    if not isinstance(found, keras_tuner.HyperModel) and not callable(found):
        raise TrialFailed(f"{name}: is a {type(found).__name__}. Give a HyperModel or a function of hp.")
    return found if isinstance(found, keras_tuner.HyperModel) else FunctionHyperModel(found)


def _check_runs_no_trial(found: Any, name: CodeName) -> None:
    """A tuner's own part, which is done by a study; left alone it would be passed over without a word."""
    kind = found if isinstance(found, type) else type(found)
    tunes = issubclass(kind, keras_tuner.engine.base_tuner.BaseTuner)
    run_trial = getattr(kind, "run_trial", None)
    if run_trial is not None and not run_trial.__module__.startswith("keras_tuner."):
        raise TrialFailed(
            f"{name}: a study runs its trials itself, and run_trial is not called. What it does after build is the fit "
            "of a HyperModel: def fit(self, hp, model, x, y, validation_data, callbacks, **kwargs). Name that one."
        )
    if tunes:
        raise TrialFailed(f"{name}: is a Tuner, whose part a study does. Name the hypermodel that it is given.")


def _known_arguments(kind: type, name: CodeName, info: DataInfo) -> dict[str, Any]:
    """What a HyperModel's constructor can be told of the data: input_shape, classes or num_classes."""
    known = {"input_shape": info.input_shape, "classes": info.outputs, "num_classes": info.outputs}
    wanted = inspect.signature(kind).parameters
    needed = [
        each.name
        for each in wanted.values()
        if each.default is each.empty and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    ]
    for each in needed:
        if each not in known:
            raise TrialFailed(f"{name}: needs {each!r}. Make an instance in the file, hypermodel = {name.name}(...).")
    return {each: known[each] for each in wanted if each in known}
