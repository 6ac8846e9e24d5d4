"""A trial of several objectives is pruned where others stand between it and the front, and never otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.search.algorithms import PRUNERS
from tuner.search.front import SEVERAL, Standing, is_behind, rule_of
from tuner.spec.space_file import Algorithm

VALUES = st.integers(0, 4).map(float)


def standings(known: int, learnt: int) -> st.SearchStrategy[Standing]:
    def values(count: int) -> st.SearchStrategy[list[float]]:
        return st.lists(VALUES, min_size=count, max_size=count)

    return st.builds(Standing, values(known), values(learnt))


TRIALS = st.tuples(st.integers(0, 2), st.integers(1, 2)).flatmap(
    lambda counts: st.tuples(standings(*counts), st.lists(standings(*counts), max_size=8))
)


@given(st.sampled_from(SEVERAL), st.integers(1, 9), TRIALS)
def test_one_that_no_complete_trial_is_ahead_of_goes_on(
    name: str, epoch: int, trials: tuple[Standing, list[Standing]]
) -> None:
    mine, complete = trials
    rule = rule_of(Algorithm(name=name))
    assert rule is not None
    own = (*mine.known, *mine.learnt)
    dominated = any(
        all(a >= b for a, b in zip((*each.known, *each.learnt), own, strict=True))
        and any(a > b for a, b in zip(each.learnt, mine.learnt, strict=True))
        for each in complete
    )
    pruned = is_behind(rule, epoch, mine, complete)
    assert dominated or not pruned
    # Trials that cost more say nothing of it.
    dearer = [Standing([*each.known, 0.0], each.learnt) for each in complete]
    assert not is_behind(rule, epoch, Standing([*mine.known, 1.0], mine.learnt), dearer)


@given(st.sampled_from(["median", "percentile"]), st.lists(VALUES, min_size=2, max_size=9), VALUES)
def test_of_trials_that_cost_the_same_the_best_share_goes_on(name: str, others: list[float], value: float) -> None:
    rule = rule_of(Algorithm(name=name))
    assert rule is not None
    share = {"median": 0.5, "percentile": 0.4}[name]
    pruned = is_behind(rule, 1, Standing([2.0], [value]), [Standing([2.0], [each]) for each in others])
    assert pruned == (sum(each > value for each in others) > share * len(others))


@pytest.mark.parametrize(("epoch", "pruned"), [(1, True), (2, False), (3, True), (4, False), (9, True)])
def test_asha_looks_at_its_rungs(epoch: int, pruned: bool) -> None:
    rule = rule_of(Algorithm(name="asha"))
    assert rule is not None
    assert is_behind(rule, epoch, Standing([0.0], [0.1]), [Standing([0.0], [0.5])] * 2) == pruned
    assert not is_behind(rule, epoch, Standing([0.0], [0.1]), [Standing([0.0], [0.5])])


def test_every_pruner_is_one_of_several_objectives_or_is_not() -> None:
    assert {name for name in PRUNERS if rule_of(Algorithm(name=name)) is not None} == set(SEVERAL)
