"""KerasTuner's `hp` behaves as KerasTuner's own, whoever answers it."""

from collections.abc import Callable
from typing import Any

import keras_tuner
import pytest

from tuner.data.dataset import Dataset
from tuner.errors import SpecError, TrialFailed
from tuner.spec.code import CodeName
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Params, Value, fixed
from tuner.training.custom.hypermodel import AskedHyperParameters, hypermodel_of

Hp = Any


def asked(call: Callable[[Hp], object]) -> list[Parameter]:
    """What a call asks for."""
    seen: list[Parameter] = []

    def ask(parameter: Parameter) -> Value:
        seen.append(parameter)
        return parameter.default

    call(AskedHyperParameters(ask))
    return seen


@pytest.mark.parametrize(
    ("call", "domain", "default"),
    [
        (lambda hp: hp.Int("x", 32, 512, step=32), IntRange(32, 512, step=32), 32),
        (lambda hp: hp.Int("x", 6, 13, step=3), IntRange(6, 12, step=3), 6),
        (lambda hp: hp.Int("x", 2, 64, sampling="log", default=8), IntRange(2, 64, log=True), 8),
        (lambda hp: hp.Int("x", 5, 5), Choice((5,)), 5),
        (lambda hp: hp.Float("x", 0.1, 0.5), FloatRange(0.1, 0.5), 0.1),
        (lambda hp: hp.Float("x", 0, 1, step=0.2), FloatRange(0.0, 1.0, step=0.2), 0),
        (lambda hp: hp.Float("x", 1e-4, 1e-2, sampling="LOG"), FloatRange(1e-4, 1e-2, log=True), 1e-4),
        (lambda hp: hp.Choice("x", ["a", "b"], default="b"), Choice(("a", "b")), "b"),
        (lambda hp: hp.Choice("x", [0.1, 0.01]), Choice((0.1, 0.01)), 0.1),
        (lambda hp: hp.Boolean("x"), Choice((True, False)), False),
        (lambda hp: hp.Boolean("x", default=True), Choice((True, False)), True),
        (lambda hp: hp.Fixed("x", "adam"), Choice(("adam",)), "adam"),
    ],
)
def test_every_kind_is_asked_with_its_domain_and_default(
    call: Callable[[Hp], object], domain: Domain, default: Value
) -> None:
    (parameter,) = asked(call)
    assert parameter.domain == domain
    assert parameter.default == default


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda hp: hp.Int("x", 2, 32, step=2, sampling="log"), r"x: Optuna has no step .* \[2, 4, 8, 16, 32\]"),
        (lambda hp: hp.Float("x", 0.001, 1, step=10, sampling="log"), r"hp.Choice\('x', \[0.001, 0.01, 0.1, 1.0\]\)"),
        (lambda hp: hp.Float("x", 0.1, 1, sampling="reverse_log"), "x: Optuna has no sampling="),
    ],
)
def test_what_optuna_has_no_equal_of_is_an_error_that_says_so(call: Callable[[Hp], object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        asked(call)


def test_it_is_an_error_also_where_it_is_not_in_use() -> None:
    def call(hp: Hp) -> None:
        hp.Choice("kind", ["a", "b"])
        hp.Int("x", 2, 32, step=2, sampling="log", parent_name="kind", parent_values=["b"])

    with pytest.raises(SpecError, match="x: Optuna has no step"):
        asked(call)


# Each of these is run with KerasTuner's own HyperParameters and with ours; both must say the same.
SCRIPTS: dict[str, Callable[[Hp], object]] = {}


def script(function: Callable[[Hp], object]) -> Callable[[Hp], object]:
    SCRIPTS[function.__name__] = function
    return function


@script
def values_and_defaults(hp: Hp) -> object:
    return [hp.Int("a", 1, 9), hp.Float("b", 0, 1), hp.Choice("c", ["x", "y"]), hp.Boolean("d"), hp.Fixed("e", 3)]


@script
def a_name_asked_again_keeps_its_first_domain(hp: Hp) -> object:
    return [hp.Int("a", 1, 9), hp.Int("a", 50, 60), hp.Choice("a", ["x"]), len(hp.space)]


@script
def name_scopes_are_put_before_names(hp: Hp) -> object:
    with hp.name_scope("outer"):
        first = hp.Int("a", 1, 9)
        with hp.name_scope("inner"):
            second = hp.Int("a", 2, 9)
        third = hp.get("a")
    return [first, second, third, hp.Int("a", 3, 9), sorted(hp.values)]


@script
def an_inactive_parameter_is_none_and_has_no_value(hp: Hp) -> object:
    kind = hp.Choice("kind", ["mlp", "cnn"])
    with hp.conditional_scope("kind", ["cnn"]):
        filters = hp.Int("filters", 8, 64)
    with hp.conditional_scope("kind", ["mlp"]):
        units = hp.Int("units", 16, 64)
    return [kind, filters, units, sorted(hp.values), "filters" in hp, "units" in hp, len(hp.space)]


@script
def one_name_under_two_conditions_is_two_parameters(hp: Hp) -> object:
    hp.Choice("kind", ["a", "b"])
    first = hp.Int("x", 1, 9, parent_name="kind", parent_values=["a"])
    second = hp.Int("x", 50, 90, parent_name="kind", parent_values=["b"])
    return [first, second, hp.get("x"), [each.name for each in hp.space]]


@script
def conditions_nest(hp: Hp) -> object:
    hp.Choice("a", ["x", "y"])
    with hp.conditional_scope("a", ["x"]):
        hp.Choice("b", ["s", "t"])
        with hp.conditional_scope("b", ["t"]):
            inner = hp.Float("c", 0.0, 1.0)
    return [inner, sorted(hp.values), len(hp.active_scopes), len(hp.inactive_scopes)]


@script
def a_condition_with_several_and_single_values(hp: Hp) -> object:
    hp.Int("n", 1, 9)
    return [
        hp.Boolean("p", parent_name="n", parent_values=[1, 2]),
        hp.Boolean("q", parent_name="n", parent_values=1),
        hp.Boolean("r", parent_name="n", parent_values=[7]),
    ]


@script
def an_unknown_name_is_a_key_error(hp: Hp) -> object:
    return hp.get("nothing")


@script
def an_inactive_name_is_a_value_error(hp: Hp) -> object:
    hp.Choice("kind", ["a", "b"])
    hp.Int("x", 1, 9, parent_name="kind", parent_values=["b"])
    return hp["x"]


@script
def an_unknown_parent_is_a_value_error(hp: Hp) -> object:
    return hp.Int("x", 1, 9, parent_name="nobody", parent_values=["b"])


@script
def a_child_named_as_its_parent_is_a_value_error(hp: Hp) -> object:
    hp.Choice("kind", ["a", "b"])
    return hp.Choice("kind", ["a", "b"], parent_name="kind", parent_values=["a"])


@script
def mixed_types_are_a_type_error(hp: Hp) -> object:
    return hp.Choice("x", ["a", 1])


@script
def a_range_upside_down_is_a_value_error(hp: Hp) -> object:
    return hp.Int("x", 9, 1)


@script
def a_default_outside_the_choices_is_a_value_error(hp: Hp) -> object:
    return hp.Choice("x", [1, 2], default=3)


@script
def a_copy_has_the_values_and_takes_defaults(hp: Hp) -> object:
    hp.Int("a", 1, 9)
    copy = hp.copy()
    return [type(copy).__name__, copy.Int("a", 1, 9), copy.Float("new", 0.5, 1), sorted(hp.values)]


@script
def its_configuration_is_the_same(hp: Hp) -> object:
    hp.Choice("kind", ["a", "b"])
    hp.Int("x", 1, 9, step=2, parent_name="kind", parent_values=["b"])
    return hp.get_config()


def _outcome(function: Callable[[Hp], object], hp: Hp) -> object:
    try:
        return function(hp)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(
    "values", [{}, {"kind": "cnn", "a": 7, "n": 7, "outer/a": 5}, {"kind": "b", "x": 60, "a": "x", "b": "t"}]
)
@pytest.mark.parametrize("name", SCRIPTS)
def test_it_behaves_as_keras_tuners_own(name: str, values: Params) -> None:
    theirs = keras_tuner.HyperParameters()
    theirs.values = dict(values)
    ours = AskedHyperParameters(fixed(values))
    # KerasTuner starts from all values of a trial; an Ask gives each when it is asked for.
    expected, found = _outcome(SCRIPTS[name], theirs), _outcome(SCRIPTS[name], ours)
    assert _asked_only(found, values) == _asked_only(expected, values)


def _asked_only(outcome: object, values: Params) -> object:
    """Without what KerasTuner holds of names that the script never asks."""
    if isinstance(outcome, list):
        return [[each for each in part if each not in values] if isinstance(part, list) else part for part in outcome]
    if isinstance(outcome, dict) and "values" in outcome:
        return {**outcome, "values": {k: v for k, v in outcome["values"].items() if k not in values}}
    return outcome


def test_merging_a_space_asks_for_what_is_new() -> None:
    other = keras_tuner.HyperParameters()
    other.Int("a", 1, 9)
    hp = AskedHyperParameters(fixed({"a": 4}))
    hp.merge(other)
    assert hp.get("a") == 4


def test_what_is_merged_over_another_is_asked_in_its_own_domain_and_else_left() -> None:
    hp = AskedHyperParameters(lambda parameter: parameter.default)
    hp.Int("a", 1, 9)
    other = keras_tuner.HyperParameters()
    other.Fixed("a", 30)
    hp.merge(other)
    assert hp.get("a") == 30
    third = keras_tuner.HyperParameters()
    third.Fixed("a", 5)
    third.Choice("b", ["x", "y"])
    hp.merge(third, overwrite=False)
    assert (hp.get("a"), hp.get("b")) == (30, "x")


def test_what_keras_writes_of_it_is_read_as_keras_tuners_own() -> None:
    hp = AskedHyperParameters(fixed({"a": 4}))
    hp.Int("a", 1, 9)
    kinds = keras_tuner.engine.hyperparameters
    assert kinds.deserialize(kinds.serialize(hp)).values == {"a": 4}


TUNERS = {
    "Plain": r"is a Tuner, whose part a study does. Name the hypermodel",
    "Loops": r"run_trial is not called. What it does after build is the fit of a HyperModel: def fit\(self, hp, model",
    "Mixed": r"run_trial is not called",
}


class Plain(keras_tuner.Tuner):  # type: ignore[misc]  # KerasTuner is Any here
    pass


class Loops(keras_tuner.Tuner):  # type: ignore[misc]  # KerasTuner is Any here
    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError


class Mixed(keras_tuner.HyperModel):  # type: ignore[misc]  # KerasTuner is Any here
    run_trial = Loops.run_trial


@pytest.mark.parametrize("kind", [Plain, Loops, Mixed])
def test_a_tuners_own_part_is_not_passed_over_without_a_word(kind: type, digits: Dataset) -> None:
    with pytest.raises(TrialFailed, match=TUNERS[kind.__name__]):
        hypermodel_of(kind, CodeName("keras_tuner", "script.py", kind.__name__), digits.info)
