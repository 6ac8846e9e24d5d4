"""A range with steps: its top is reached and its values are what a person would write, whoever asks and samples."""

import importlib.util
import warnings
from fractions import Fraction
from pathlib import Path

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.conftest import Begin, spec_of
from tuner.search import cells
from tuner.search.algorithms import sampler
from tuner.search.optuna_study import adopt, trial_template
from tuner.search.suggest import distribution, suggest_anew
from tuner.spec.families import FAMILIES
from tuner.spec.parameters import read_parameters
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Value
from tuner.training.custom.asking_trial import AskingTrial
from tuner.training.custom.hypermodel import AskedHyperParameters

Decimals = tuple[int, int, int, int]


@st.composite
def ranges(draw: st.DrawFn) -> Decimals:
    """low and step in units of the last place, the number of steps, and the number of places."""
    places = draw(st.integers(0, 5))
    return draw(st.integers(1, 3 * 10**places)), draw(st.integers(1, 10**places)), draw(st.integers(1, 60)), places


def written(units: int, places: int) -> float:
    """The number that Python reads from the decimals a person writes."""
    return float(Fraction(units, 10**places))


def asked_by_kerastuner(low: float, high: float, step: float) -> Domain:
    seen: list[Parameter] = []

    def ask(parameter: Parameter) -> Value:
        seen.append(parameter)
        return parameter.default

    AskedHyperParameters(ask).Float("x", low, high, step=step)
    return seen[0].domain


def asked_in_optunas_style(low: float, high: float, step: float) -> Domain:
    seen: list[Parameter] = []

    def ask(parameter: Parameter) -> Value:
        seen.append(parameter)
        return parameter.default

    AskingTrial(ask).suggest_float("x", low, high, step=step)
    return seen[0].domain


def read_from_a_file(low: float, high: float, step: float) -> Domain:
    raw = {"learning_rate": {"float": [low, high], "step": step}}
    return read_parameters(raw, FAMILIES["mlp"], "space.yaml")["learning_rate"].domain


@given(ranges())
def test_the_top_is_reached_and_every_value_is_a_decimal_whoever_asks(decimals: Decimals) -> None:
    low, step, steps, places = decimals
    values = [written(low + i * step, places) for i in range(steps + 1)]
    for asked in (asked_by_kerastuner, asked_in_optunas_style, read_from_a_file):
        domain = asked(values[0], values[-1], written(step, places))
        assert isinstance(domain, FloatRange)
        assert [domain.at(i) for i in range(domain.count)] == values
        assert all(value in domain for value in values)
        assert (values[0] + values[1]) / 2 not in domain
        sampled = distribution(Parameter("x", domain, values[0]))
        assert isinstance(sampled, optuna.distributions.FloatDistribution)
        assert sampled.high == values[-1]
        for value in values:
            # Optuna checks what it is told: a value outside its range is an error.
            optuna.trial.create_trial(params={"x": value}, distributions={"x": sampled}, value=0.0)


@given(st.integers(1, 300), st.integers(2, 40))
def test_a_step_that_no_decimal_is_reaches_the_top_too(low: int, parts: int) -> None:
    domain = FloatRange.in_steps(low / 100, low / 100 + 1, 1 / parts)
    assert isinstance(domain, FloatRange)
    assert domain.count == parts + 1
    assert domain.high == pytest.approx(low / 100 + 1, rel=1e-9)
    with warnings.catch_warnings():
        # Optuna says of such a step that the range is none of whole steps, and takes it as it is.
        warnings.simplefilter("ignore", UserWarning)
        sampled = distribution(Parameter("x", domain, low))
    assert isinstance(sampled, optuna.distributions.FloatDistribution)
    assert sampled.high == domain.high


@given(st.integers(-5, 50), st.integers(1, 9), st.integers(1, 30))
def test_whole_steps_reach_the_top(low: int, step: int, steps: int) -> None:
    high = low + step * steps
    seen: list[Parameter] = []

    def ask(parameter: Parameter) -> Value:
        seen.append(parameter)
        return parameter.default

    AskedHyperParameters(ask).Int("x", low, high, step=step)
    AskingTrial(ask).suggest_int("x", low, high, step=step)
    assert [each.domain for each in seen] == [IntRange(low, high, step=step)] * 2


def test_a_step_wider_than_the_range_is_one_value() -> None:
    assert asked_by_kerastuner(0.1, 0.5, 0.5) == Choice((0.1,))
    assert asked_in_optunas_style(0.1, 0.5, 0.5) == Choice((0.1,))


STEPS = """
dataset: digits
parameters:
  dropout: {float: [0.1, 0.7], step: 0.2}
  momentum: {float: [0.7, 0.9], step: 0.1}
  optimizer: momentum
"""
DROPOUTS, MOMENTA = {0.1, 0.3, 0.5, 0.7}, {0.7, 0.8, 0.9}


@pytest.mark.parametrize(
    "name",
    [
        "tpe", "{name: tpe, multivariate: false, startup_trials: 4}", "random", "qmc", "{name: nsga2, population: 4}",
        "cmaes", "grid", "brute_force",
        pytest.param("gp", marks=pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="no torch")),
    ],
)  # fmt: skip
def test_every_sampler_tries_the_values_as_they_are_written_and_the_top_among_them(search: Begin, name: str) -> None:
    spec = spec_of(STEPS, name)
    study, dropouts, momenta = search(spec), set(), set()
    for ordinal in range(12 if name in cells.EXHAUSTIVE else 30):
        number, params = study.ask(ordinal)
        dropouts.add(params["dropout"])
        momenta.add(params["momentum"])
        study.tell(number, ordinal, float(params["dropout"]) + float(params["momentum"]))
    assert dropouts <= DROPOUTS
    assert momenta <= MOMENTA
    assert max(dropouts) == 0.7
    assert max(momenta) == 0.9


@pytest.mark.parametrize(("name", "reached"), [("tpe", False), ("random", True)])
def test_a_study_whose_top_was_cut_goes_on(tmp_path: Path, name: str, reached: bool) -> None:
    """TPE keeps to the domain in which its first trials were sampled; what knows no earlier trials reaches the top."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path / 'old.db'}")
    study = optuna.create_study(storage=storage, study_name="old", direction="maximize")
    for _ in range(12):
        trial = study.ask()
        # As it was stored before: the top had become 0.8.
        study.tell(trial, trial.suggest_float("keep", 0.7, 0.8, step=0.1))
    parameter = Parameter("keep", asked_by_kerastuner(0.7, 0.9, 0.1), 0.7)
    spec, tried = spec_of(STEPS, name), set()
    for ordinal in range(12, 40):
        again = optuna.load_study(storage=storage, study_name="old", sampler=sampler(spec, 1, ordinal))
        frozen = again.add_trial(trial_template(ordinal, None)) or again.trials[-1]
        value = suggest_anew(adopt(again, storage, frozen.number), parameter)
        tried.add(value)
        again.tell(frozen.number, float(value))
    assert tried <= MOMENTA
    assert (0.9 in tried) is reached
