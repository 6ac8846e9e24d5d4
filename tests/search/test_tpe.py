"""Which trials TPE calls good in a study that prunes."""

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from tuner.search.tpe import FairTPESampler, comparable

MAXIMIZE = optuna.study.StudyDirection.MAXIMIZE
MINIMIZE = optuna.study.StudyDirection.MINIMIZE
RATE = {"learning_rate": optuna.distributions.FloatDistribution(0.0, 1.0)}


def trial(number: int, *values: float, pruned: bool = False, rate: float = 0.5) -> FrozenTrial:
    made = create_trial(
        state=TrialState.PRUNED if pruned else TrialState.COMPLETE,
        value=max(values),
        params={"learning_rate": rate},
        distributions=RATE,
        intermediate_values=dict(enumerate(values, start=1)),
    )
    made.number = number
    return made


def test_a_pruned_trial_counts_for_what_those_gained_that_were_trained_longer() -> None:
    every = [
        trial(0, 0.5, 0.6, 0.7),
        trial(1, 0.6, 0.8, 0.7),
        trial(2, 0.7, 0.8, pruned=True),
        trial(3, 0.55, pruned=True),
    ]
    # Until epoch 2 the three gained 0.1, 0.2 and 0.1; from there on 0.1 and 0.
    expected = [0.7, 0.8, 0.8 + 0.05, 0.55 + 0.1 + 0.05]
    assert [each.value for each in comparable(every, MAXIMIZE)] == pytest.approx(expected)
    assert {each.state for each in comparable(every, MAXIMIZE)} == {TrialState.COMPLETE}
    assert every[2].state == TrialState.PRUNED
    assert every[2].value == 0.8


def test_of_an_error_it_counts_for_what_those_lost() -> None:
    every = [trial(0, 4.0, 3.0), trial(1, 3.5, pruned=True), trial(2, 6.0, 6.0)]
    assert comparable(every, MINIMIZE)[1].value == pytest.approx(3.5 - 0.5)


def test_where_none_was_trained_longer_it_counts_for_what_it_has() -> None:
    assert comparable([trial(0, 0.4, pruned=True)], MAXIMIZE)[0].value == 0.4


@pytest.mark.parametrize("seed", range(3))
def test_it_searches_around_the_pruned_that_promise_more_than_the_complete(seed: int) -> None:
    study = optuna.create_study(
        direction="maximize",
        sampler=FairTPESampler(0.2, seed=seed, n_startup_trials=2, multivariate=True, constant_liar=False),
    )
    for number in range(5):
        study.add_trial(trial(number, 0.3, 0.4, rate=0.9 - 0.01 * number))
        study.add_trial(trial(number, 0.6, pruned=True, rate=0.1 + 0.01 * number))
    near = [study.ask(RATE).params["learning_rate"] < 0.5 for _ in range(20)]
    assert sum(near) > 15
