"""The sampler that Optuna asks: it finds what is good, and the same trial asks for the same."""

import math
import statistics
from collections.abc import Callable

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, Trial, TrialState

from tests.search.written import RATE, trial
from tuner.search.tpe import Options, TpeSampler, by_chance

Objective = Callable[[Trial], float]


def study_of(sampler: optuna.samplers.BaseSampler, *trials: FrozenTrial) -> optuna.Study:
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for each in trials:
        study.add_trial(each)
    return study


@pytest.mark.parametrize("seed", range(3))
def test_it_searches_around_the_pruned_that_promise_more_than_the_complete(seed: int) -> None:
    study = study_of(TpeSampler(Options(gamma=0.2, startup_trials=2, constant_liar=False), seed))
    for number in range(5):
        study.add_trial(trial(number, 0.3, 0.4, params={"learning_rate": 0.9 - 0.01 * number}))
        study.add_trial(trial(number, 0.6, state=TrialState.PRUNED, params={"learning_rate": 0.1 + 0.01 * number}))
    near = []
    for place in range(20):
        study.sampler = TpeSampler(Options(gamma=0.2, startup_trials=2, constant_liar=False), place)
        near.append(study.ask(dict(RATE)).params["learning_rate"] < 0.5)
    assert sum(near) > 15


def hills(trial: Trial) -> float:
    """0 at x = 0.3, y = 0.01, kind b and z = 7; z is asked of that kind alone."""
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 1e-4, 1, log=True)
    off = (x - 0.3) ** 2 + (math.log10(y) + 2) ** 2 / 4
    if trial.suggest_categorical("kind", ["a", "b", "c"]) != "b":
        return -off - 0.5
    return -off - ((trial.suggest_int("z", 0, 20) - 7) / 10) ** 2


def best(make: Callable[[int], optuna.samplers.BaseSampler], seed: int, objective: Objective, trials: int) -> float:
    study = optuna.create_study(direction="maximize")
    for place in range(trials):
        study.sampler = make(1000 * seed + place)
        study.optimize(objective, n_trials=1)
    return study.best_value


@pytest.mark.parametrize("multivariate", [True, False])
def test_it_finds_what_chance_does_not(multivariate: bool) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    options = Options(multivariate=multivariate, gamma=0.1)
    ours = [best(lambda seed: TpeSampler(options, seed), each, hills, 60) for each in range(6)]
    random = [best(lambda seed: optuna.samplers.RandomSampler(seed=seed), each, hills, 60) for each in range(6)]
    assert statistics.median(ours) > statistics.median(random) / 3


def test_it_keeps_away_from_what_is_running_and_has_shown_nothing() -> None:
    ended = [
        trial(number, 0.9 if number in (0, 1) else 0.1, params={"learning_rate": number / 20}) for number in range(20)
    ]
    running = [trial(20 + each, state=TrialState.RUNNING, params={"learning_rate": 0.025}) for each in range(40)]
    near = {}
    for liar in (True, False):
        asked = []
        for place in range(20):
            study = study_of(TpeSampler(Options(gamma=0.1, constant_liar=liar), place), *ended, *running)
            asked.append(study.ask(dict(RATE)).params["learning_rate"])
        near[liar] = sum(value < 0.08 for value in asked)
    assert near[False] >= 15
    assert near[True] <= near[False] / 2


def test_one_place_asks_for_the_same_and_another_for_another() -> None:
    ended = [trial(number, math.sin(number), params={"learning_rate": number / 20}) for number in range(20)]

    def asked(seed: int, startup: int) -> float:
        return float(
            study_of(TpeSampler(Options(startup_trials=startup), seed), *ended).ask(dict(RATE)).params["learning_rate"]
        )

    for startup in (10, 100):
        assert len({asked(seed, startup) for seed in range(10)}) == 10
        assert asked(3, startup) == asked(3, startup)


def test_a_range_that_was_changed_is_the_one_that_is_asked() -> None:
    ended = [trial(number, 0.1, params={"learning_rate": number / 20}) for number in range(20)]
    study = study_of(TpeSampler(Options(), 0), *ended)
    for _ in range(10):
        value = study.ask({"learning_rate": FloatDistribution(2.0, 3.0)}).params["learning_rate"]
        assert 2.0 <= value <= 3.0


@pytest.mark.parametrize("duplicates", [True, False])
def test_where_there_are_only_so_many_configurations_none_is_tried_again(duplicates: bool) -> None:
    space = {"width": IntDistribution(0, 5), "kind": CategoricalDistribution(("a", "b", "c", "d"))}
    study = optuna.create_study(direction="maximize")
    for place in range(18):
        study.sampler = TpeSampler(Options(startup_trials=1, allow_duplicates=duplicates), place)
        asked = study.ask(dict(space))
        # One that still runs is one that was tried, too.
        if place % 3:
            study.tell(asked, -abs(asked.params["width"] - 2) - (asked.params["kind"] != "b"))
    tried = {(each.params["width"], each.params["kind"]) for each in study.trials}
    assert (len(tried) == 18) is not duplicates


KINDS = [
    CategoricalDistribution(("a", "b", None)),
    IntDistribution(1, 100, log=True),
    IntDistribution(0, 9, step=3),
    FloatDistribution(-1, 1),
    FloatDistribution(0.1, 0.7, step=0.2),
    IntDistribution(4, 4),
]


@given(st.sampled_from(KINDS), st.integers(0, 2**31))
def test_chance_stays_in_the_range_and_reaches_all_of_it(distribution: BaseDistribution, seed: int) -> None:
    value = by_chance("x", distribution, seed)
    assert distribution._contains(distribution.to_internal_repr(value))  # noqa: SLF001
    if distribution == KINDS[2]:
        assert {by_chance("x", distribution, seed + each) for each in range(60)} == {0, 3, 6, 9}


@pytest.mark.parametrize(
    "options", [{"candidates": 0}, {"startup_trials": -1}, {"gamma": 1.5}, {"min_bandwidth": -0.1}]
)
def test_options_that_say_nothing_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Options(**options)  # type: ignore[arg-type]
