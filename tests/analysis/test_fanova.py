"""The shares of variance are Optuna's where all that is searched is numbers; of choices, what can be chosen counts."""

import random

import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import create_trial

from tuner.analysis.fanova import fanova
from tuner.spec.space import Value

NUMBERS: dict[str, BaseDistribution] = {
    "rate": FloatDistribution(0.001, 1.0, log=True),
    "units": IntDistribution(8, 64),
    "dropout": FloatDistribution(0.0, 0.5),
}


def rows(count: int) -> list[dict[str, Value]]:
    draw = random.Random(3)
    return [
        {"rate": draw.uniform(0.001, 1.0), "units": draw.randint(8, 64), "dropout": draw.uniform(0.0, 0.5)}
        for _ in range(count)
    ]


def test_of_numbers_the_shares_are_those_that_optuna_finds_by_walking_the_trees() -> None:
    made = rows(50)
    values = [-((float(each["rate"]) - 0.4) ** 2) + 0.002 * float(each["units"]) for each in made]
    study = optuna.create_study(direction="maximize")
    study.add_trials(
        [create_trial(params=each, distributions=NUMBERS, value=v) for each, v in zip(made, values, strict=True)]
    )
    theirs = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    assert fanova(made, values, NUMBERS) == pytest.approx(theirs)


def test_of_choices_only_what_can_be_chosen_has_a_weight() -> None:
    searched: dict[str, BaseDistribution] = {
        "activation": CategoricalDistribution(("relu", "tanh", "elu")),
        "bias": CategoricalDistribution((True, False)),
    }
    # Every configuration, several times: each tree can be without a fault, and the effects are known.
    made: list[dict[str, Value]] = [
        {"activation": activation, "bias": bias} for activation in ("relu", "tanh", "elu") for bias in (True, False)
    ] * 40
    of_activation = {"relu": 3.0, "tanh": 0.0, "elu": 0.0}
    values = [of_activation[str(each["activation"])] + (1.0 if each["bias"] else 0.0) for each in made]
    # Variances over the choices: 2 of (3, 0, 0), 1/4 of (1, 0).
    assert fanova(made, values, searched) == pytest.approx({"activation": 8 / 9, "bias": 1 / 9})


def test_a_parameter_of_one_value_and_values_that_are_all_alike_explain_nothing() -> None:
    searched = {**NUMBERS, "layers": IntDistribution(2, 2)}
    made: list[dict[str, Value]] = [{**each, "layers": 2} for each in rows(20)]
    assert fanova(made, [float(each["rate"]) for each in made], searched)["layers"] == 0.0
    assert set(fanova(made, [1.0] * 20, searched).values()) == {0.0}
