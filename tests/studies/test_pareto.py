"""The front of several objectives: what no other trial beats in all of them."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.runs_by_hand import trial_view
from tuner.database.runs import RunView
from tuner.database.trial_facts import TrialFacts
from tuner.spec.study_spec import parse_spec
from tuner.studies.pareto import front, values_of

SPEC = parse_spec(
    "dataset: digits\nobjectives: [val_accuracy, parameters]\nparameters:\n  units: {int: [8, 64]}",
    "space", Path(), "space.yaml",
)  # fmt: skip


def trial(ordinal: int, value: float | None, parameters: int | None, state: str = "complete") -> RunView:
    return trial_view(ordinal, facts=TrialFacts(parameters=parameters), value=value, state=state)


def test_more_accuracy_and_fewer_parameters_are_better() -> None:
    trials = [trial(0, 0.9, 100), trial(1, 0.8, 50), trial(2, 0.85, 120), trial(3, 0.8, 60), trial(4, 0.9, 100)]
    assert [each.ordinal for each in front(SPEC, trials)] == [0, 1]


def test_what_failed_or_was_not_measured_is_on_no_front() -> None:
    trials = [trial(0, 0.99, 1, "diverged"), trial(1, 0.99, None), trial(2, None, 1), trial(3, 0.5, 10)]
    assert values_of(SPEC, trials[1]) is None
    assert [each.ordinal for each in front(SPEC, trials)] == [3]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_every_trial_is_on_the_front_or_beaten_by_one_that_is(figures: list[tuple[int, int]]) -> None:
    trials = [trial(ordinal, value / 5, cost) for ordinal, (value, cost) in enumerate(figures)]
    found = [figures[each.ordinal] for each in front(SPEC, trials)]
    assert len(set(found)) == len(found)
    for value, cost in figures:
        assert any(a >= value and b <= cost for a, b in found)
    for value, cost in found:
        assert not any((a, b) != (value, cost) and a >= value and b <= cost for a, b in figures)
