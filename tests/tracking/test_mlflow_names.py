"""MLflow's own checks are the judge of what a name becomes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.utils import validation

from tuner.tracking.mlflow_names import ENTITY, EXPERIMENT, FOLDER, MODEL, Rule, fitting, named, original

# Of everything, and of what is near the rules: slashes, dots, and marks like our own.
NAMES = st.one_of(
    st.text(st.characters(), max_size=300),
    st.text("/._x -:AF05é\n\0\ud800?", max_size=40),
    st.lists(st.sampled_from(["_x002F_", "_x", "002F_", "_", "/", ".", "_xFFFFFF_", "_x" + "0" * 20 + "_", "a"])).map(
        "".join
    ),
    st.text("ab/", min_size=200, max_size=600),
)


def tag(name: str) -> None:
    validation._validate_tag(name, "x")


def param(name: str) -> None:
    validation._validate_param(name, "x")


def metric(name: str) -> None:
    validation._validate_metric(name, 1.0, 0, 0)


def experiment(name: str) -> None:
    validation._validate_experiment_name(name)
    validation._validate_length_limit("its column", 256, name)


def model(name: str) -> None:
    validation._validate_model_name(name)
    validation._validate_length_limit("its column", 256, name)


def folder(name: str) -> None:
    assert name not in (".", "..")
    assert not set(name) & set("/\\\0%#?")
    assert 0 < len(name.encode()) <= 255


KINDS: list[tuple[Rule, Callable[[str], None]]] = [
    (ENTITY, param), (ENTITY, metric), (ENTITY, tag), (EXPERIMENT, experiment), (MODEL, model), (FOLDER, folder),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "check"), KINDS, ids=[check.__name__ for _, check in KINDS])
@settings(max_examples=150, deadline=None)
@given(name=NAMES)
def test_mlflow_takes_what_any_name_becomes_and_it_leads_back(
    rule: Rule, check: Callable[[str], None], name: str
) -> None:
    found = named(name, rule)

    check(found)
    assert original(found, {found: name}) == name
    if len(name) * 10 <= rule.most:
        assert original(found) == name, "short enough to say itself what it was"


@settings(max_examples=300, deadline=None)
@given(names=st.sets(NAMES, min_size=2, max_size=8), rule=st.sampled_from([ENTITY, EXPERIMENT, MODEL, FOLDER]))
def test_two_names_never_become_one(names: set[str], rule: Rule) -> None:
    # What they became are names, too.
    names |= {named(name, rule) for name in names}

    assert len({named(name, rule) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name",
    ["units_1", "learning rate", "val_f1-score", "tail/width", "scope/units_0", "größe", "a.b", "a/.b", "_x_", "x:1"],
)
def test_a_name_that_mlflow_takes_stays_as_it_is(name: str) -> None:
    assert named(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tail//width", "tail/_x002F_width"),
        ("../x", "_x002E_./x"),
        ("..x", "_x002E_.x"),
        ("/x/", "_x002F_x_x002F_"),
        ("", "_xFFFFFF_"),
        ("f1 (macro)", "f1 _x0028_macro_x0029_"),
        ("_x002F_", "_x005F_x002F_"),
    ],
)
def test_what_is_in_the_way_is_said_by_its_code_point(name: str, shown: str) -> None:
    assert named(name) == shown


def test_what_is_too_long_keeps_its_beginning() -> None:
    one, other = "scope/" * 60 + "a", "scope/" * 60 + "b"

    assert named(one)[:200] == one[:200]
    assert len(named(one)) == 250
    assert named(one) != named(other)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=30), st.integers(1, 20))
def test_a_value_fits_and_can_be_written_anywhere(text: str, most: int) -> None:
    found = fitting(text, most)

    assert len(found) <= most
    assert "\0" not in found
    found.encode()
