"""What a study has tried: its scores, what goes together, and the same however it is read."""

import math
import random
from collections.abc import Sequence

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState

from tests.search.written import trial
from tuner.optuna_internals import storage_of
from tuner.search.history import History, Tried, history_of

MAXIMIZE, MINIMIZE = optuna.study.StudyDirection.MAXIMIZE, optuna.study.StudyDirection.MINIMIZE
PRUNED, RUNNING, FAIL = TrialState.PRUNED, TrialState.RUNNING, TrialState.FAIL


def tried(trials: Sequence[FrozenTrial], direction: optuna.study.StudyDirection = MAXIMIZE) -> Tried:
    return History(direction).at(trials)


def test_a_pruned_trial_counts_for_what_those_gained_that_were_trained_longer() -> None:
    every = [
        trial(0, 0.5, 0.6, 0.7),
        trial(1, 0.6, 0.8, 0.7),
        trial(2, 0.7, 0.8, state=PRUNED),
        trial(3, 0.55, state=PRUNED),
    ]
    # Until epoch 2 the three gained 0.1, 0.2 and 0.1; from there on 0.1 and 0.
    assert tried(every).scores.tolist() == pytest.approx([0.7, 0.8, 0.8 + 0.05, 0.55 + 0.1 + 0.05])


def test_of_an_error_it_counts_for_what_those_lost() -> None:
    every = [trial(0, 4.0, 3.0, value=3.0), trial(1, 3.5, state=PRUNED), trial(2, 6.0, 6.0, value=6.0)]
    found = tried(every, MINIMIZE)
    assert found.scores.tolist() == pytest.approx([-3.0, -(3.5 - 0.5), -6.0])
    assert found.order.tolist() == [0, 1, 2]


def test_where_none_was_trained_longer_it_counts_for_what_it_has() -> None:
    assert tried([trial(0, 0.4, state=PRUNED)]).scores.tolist() == [0.4]


def test_a_running_trial_counts_as_a_pruned_one_once_it_has_shown_something() -> None:
    ended = [trial(0, 0.5, 0.6, 0.7), trial(1, 0.6, 0.8, 0.9)]
    running, pruned = (tried([*ended, trial(2, 0.65, state=state)]) for state in (RUNNING, PRUNED))
    assert running.scores.tolist() == pruned.scores.tolist()
    assert len(running.unscored) == 0
    assert len(tried([*ended, trial(2, state=RUNNING)]).unscored) == 1
    assert len(History(MAXIMIZE).at([*ended, trial(2, 0.65, state=RUNNING)], but=2).scores) == 2


def test_the_infeasible_are_last_and_what_a_person_cancelled_teaches_nothing() -> None:
    every = [trial(0, 0.0, infeasible=True), trial(1, 0.9, infeasible=True), trial(2, 0.1), trial(3, 0.99, state=FAIL)]
    assert tried(every).order.tolist() == [2, 1, 0]


def test_values_that_are_no_numbers_are_passed_over() -> None:
    nan = float("nan")
    every = [
        trial(0, 0.2, 0.4),
        trial(1, nan, 0.3, nan, state=PRUNED, value=0.3),
        trial(2, nan, state=PRUNED, value=0.0),
    ]
    assert tried(every).scores.tolist() == pytest.approx([0.4, 0.3, -math.inf])


SPACE = {
    "kind": CategoricalDistribution(("a", "b")),
    "of_b": FloatDistribution(0, 1),
    "always": FloatDistribution(0, 1),
}


def test_what_trials_have_together_or_not_at_all_is_a_group() -> None:
    first = trial(0, 0.1, params={"kind": "a", "always": 0.3}, space=SPACE)
    second = trial(1, 0.2, params={"kind": "b", "of_b": 0.5, "always": 0.7}, space=SPACE)
    found = tried([first, second])
    assert found.groups == [["always", "kind"], ["of_b"]]
    assert found.params[:, found.columns(["kind", "always"])].tolist() == [[0.0, 0.3], [1.0, 0.7]]
    assert np.isnan(found.params[:, found.columns(["of_b"])]).ravel().tolist() == [True, False]


@st.composite
def studies(draw: st.DrawFn) -> list[FrozenTrial]:
    """Trials in every state, of different length, some with a parameter that others have not."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        values = draw(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=5))
        state = draw(st.sampled_from([TrialState.COMPLETE, PRUNED, RUNNING, FAIL]))
        kind = draw(st.sampled_from("ab"))
        params = {"kind": kind, "always": draw(st.floats(0, 1)), **({"of_b": 0.5} if kind == "b" else {})}
        value, infeasible = draw(st.floats(0, 1)), draw(st.booleans())
        found.append(
            trial(number, *values, state=state, value=value, params=params, space=SPACE, infeasible=infeasible)
        )
    return found


def same(one: Tried, other: Tried) -> None:
    assert (one.groups, one.order.tolist()) == (other.groups, other.order.tolist())
    assert one.scores.tolist() == pytest.approx(other.scores.tolist())
    names = sorted(one.known)
    assert sorted(other.known) == names
    for ours, theirs in ((one.params, other.params), (one.unscored, other.unscored)):
        np.testing.assert_array_equal(ours[:, one.columns(names)], theirs[:, other.columns(names)])


@given(studies(), st.randoms(use_true_random=False))
def test_in_which_order_trials_have_ended_makes_no_difference(every: list[FrozenTrial], chance: random.Random) -> None:
    shuffled = list(every)
    chance.shuffle(shuffled)
    # As one that has watched sees it: at first all of them run and show nothing, then they end one after another.
    watching, ended = History(MAXIMIZE), set[int]()
    for one in shuffled:
        now = [each if each.number in ended else trial(each.number, state=RUNNING) for each in every]
        # The first trial tells one study from another; it is the same.
        now[0].datetime_start = every[0].datetime_start
        watching.at(now)
        ended.add(one.number)
    same(watching.at(every), tried(every))


@given(studies(), st.integers(0, 12))
def test_whether_a_study_is_read_as_it_grows_or_at_once_makes_no_difference(
    every: list[FrozenTrial], first: int
) -> None:
    growing = History(MAXIMIZE)
    growing.at(every[: max(1, first)])
    same(growing.at(every), tried(every))


def test_a_part_of_a_study_is_refused() -> None:
    with pytest.raises(ValueError, match="Give all of them"):
        tried([trial(3, 0.1)])


def test_a_study_that_was_made_anew_begins_again() -> None:
    history = History(MAXIMIZE)
    history.at([trial(0, 0.1), trial(1, 0.2)])
    assert history.at([trial(0, 0.7)]).scores.tolist() == [0.7]


def test_a_process_keeps_one_history_of_a_study() -> None:
    study = optuna.create_study(study_name="one", direction="maximize")
    again = optuna.load_study(storage=storage_of(study), study_name="one")
    assert history_of(study) is history_of(again)
