"""What mattered comes first, and the good range is where the good trials are."""

import random
from pathlib import Path

import pytest

from tests.runs_by_hand import trial_view
from tuner.analysis.importance import LEAST_TRIALS, importance, outcome_figures
from tuner.database.runs import RunView
from tuner.errors import NotFound
from tuner.spec.space import Params
from tuner.spec.study_spec import parse_spec

SPEC = parse_spec(
    """
dataset: digits
parameters:
  optimizer: [adam, momentum]
  momentum: {float: [0.1, 0.9], when: {optimizer: momentum}}
  learning_rate: {float: [0.001, 1.0]}
  dropout: {float: [0.0, 0.9]}
""",
    "space",
    Path(),
    "space.yaml",
)


def trial(ordinal: int, params: Params, value: float | None, state: str = "complete") -> RunView:
    return trial_view(ordinal, params=params, value=value, state=state)


def trials(count: int, learning_rate_counts: bool = True) -> list[RunView]:
    draws = random.Random(1)
    made = []
    for ordinal in range(count):
        params: dict[str, int | float | str | bool] = {
            "learning_rate": draws.uniform(0.001, 1.0),
            "dropout": draws.uniform(0.0, 0.9),
            "optimizer": draws.choice(["adam", "momentum"]),
        }
        if params["optimizer"] == "momentum":
            params["momentum"] = draws.uniform(0.1, 0.9)
        rate = float(params["learning_rate"]) if learning_rate_counts else 0.0
        value = -((rate - 0.3) ** 2) + (0.05 if params["optimizer"] == "adam" else 0.0)
        made.append(trial(ordinal, params, value, "pruned" if ordinal % 2 else "complete"))
    return made


def test_the_parameter_that_decides_comes_first_with_the_range_of_the_best() -> None:
    found = importance(SPEC, trials(60))
    first = found[0]
    assert first.name == "learning_rate"
    assert sum(each.ped_anova for each in found) == pytest.approx(1.0)
    assert first.low is not None
    assert first.high is not None
    assert 0.1 < first.low < 0.3 < first.high < 0.5
    assert first.counted == max(each.counted for each in found)
    assert first.chance < 0.05
    optimizer = next(each for each in found if each.name == "optimizer")
    assert optimizer.values[0][0] == "adam"
    assert sum(count for _, count in optimizer.values) == optimizer.best_trials == 12


def test_a_conditional_parameter_is_weighed_by_both_figures_among_those_that_have_it() -> None:
    made = trials(400)
    for each in made:
        if "momentum" in each.params:
            made[each.ordinal] = trial(each.ordinal, each.params, float(each.params["momentum"]))
    found = {each.name: each for each in importance(SPEC, made)}
    assert found["momentum"].ped_anova > 0.5
    assert found["momentum"].counted == pytest.approx(found["momentum"].ped_anova, abs=0.2)
    assert found["momentum"].chance < 0.05 < found["dropout"].chance


def test_failed_and_running_trials_do_not_count_and_too_few_are_refused() -> None:
    few = trials(LEAST_TRIALS - 1)
    bad = [trial(50, few[0].params, 0.0, "diverged"), trial(51, few[0].params, None, "running")]
    with pytest.raises(NotFound, match="7 trials have a value; importance needs at least 8"):
        importance(SPEC, [*few, *bad])
    assert outcome_figures(SPEC, few) == {}
    assert set(outcome_figures(SPEC, trials(LEAST_TRIALS))) >= {"importance_learning_rate", "importance_dropout"}


def test_of_a_network_that_code_makes_the_values_seen_are_the_space() -> None:
    text = "dataset: digits\nmodel: {python: 'mine.py:build'}"
    spec = parse_spec(text, "mine", Path(), "mine.yaml")
    found = importance(spec, trials(60))
    assert {each.name for each in found} == {"learning_rate", "dropout", "optimizer", "momentum"}
    assert found[0].name == "learning_rate"
    assert next(each for each in found if each.name == "optimizer").values[0][0] == "adam"


def test_trials_from_before_a_space_was_narrowed_count_too() -> None:
    narrow = parse_spec(
        SPEC.text.replace("[adam, momentum]", "[momentum, sgd]").replace("[0.001, 1.0]", "[0.01, 0.1]"),
        "space",
        Path(),
        "space.yaml",
    )
    found = {each.name: each for each in importance(narrow, trials(40))}
    assert found["learning_rate"].high is not None
    assert found["learning_rate"].high > 0.1
    assert "adam" in dict(found["optimizer"].values)
