"""Constraints are read, refused in one line, and measured in shares of their bounds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import SpecError
from tuner.spec.constraints import Constraint, read_constraints
from tuner.spec.study_spec import StudySpec, parse_spec


def read(constraints: str, more: str = "") -> StudySpec:
    text = f"dataset: digits\nconstraints: {constraints}\nparameters: {{units: [8, 16]}}\n{more}"
    return parse_spec(text, "space", Path(), "space.yaml")


def test_bounds_are_read() -> None:
    spec = read('{parameters: "<= 5e4", latency_ms: "<=2", val_recall: " >= 0.5 "}', "metrics: [recall]")
    assert [str(each) for each in spec.constraints] == ["parameters <= 50000", "latency_ms <= 2", "val_recall >= 0.5"]
    assert spec.further_figures == ("parameters", "latency_ms", "val_recall")


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        ("{parameters: 50000}", "constraints.parameters"),
        ("{parameters: '< 50000'}", 'constraints.parameters: is "<= NUMBER" or ">= NUMBER", in quotes'),
        ("{parameters: '<= many'}", "it is '<= many'"),
        ("{parameters: '<= .inf'}", "it is '<= .inf'"),
        ("{parameters: '<= inf'}", "it is '<= inf'"),
        ("{parameters: '<= 1 2'}", "it is '<= 1 2'"),
        ("{latency: '<= 2'}", "constraints.latency: is not known. Did you mean latency_ms?"),
        ("{val_recall: '>= 0.5'}", "constraints.val_recall: is not measured. Add metrics: [recall]."),
        ("{val_los: '<= 1'}", "constraints.val_los: is not measured. Did you mean val_loss?"),
        ("{accuracy: '>= 0.5'}", "constraints.accuracy: is not known"),
        ("{val_accuracy: '>= 0.5'}", "constraints.val_accuracy: it is the objective already"),
        ("[parameters]", "constraints"),
        ("'parameters <= 3'", "constraints"),
    ],
)
def test_what_cannot_be_is_one_line(constraints: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(constraints)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("space.yaml")


@given(st.booleans(), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_constraint_is_broken_where_its_rule_says_so(at_most: bool, bound: float, value: float) -> None:
    one = Constraint("parameters", at_most, bound)
    kept = value <= bound if at_most else value >= bound
    assert (one.violation(value) == 0) is kept


@given(st.booleans(), st.floats(allow_nan=False, allow_infinity=False).map(lambda each: float(f"{each:.12g}")))
def test_a_rule_is_read_as_it_is_written(at_most: bool, bound: float) -> None:
    one = Constraint("parameters", at_most, bound)
    assert read_constraints({"parameters": one.rule}, "space.yaml") == (one,)
