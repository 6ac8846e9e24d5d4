"""What checks a parameter and what editors are told of it say the same of every value and of every way to write it."""

import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import SpecError
from tuner.service.space_schema import schema
from tuner.spec.families import FAMILIES, HyperparameterDef
from tuner.spec.space import Choice
from tuner.spec.written_parameter import read_parameter

KNOWN = {name: known for family in FAMILIES.values() for name, known in family.items()}
SCHEMA = schema()["else"]["properties"]["parameters"]["properties"]
WORDS = sorted({str(each) for known in KNOWN.values() for each in known.choices})


def draw_values(known: HyperparameterDef) -> st.SearchStrategy[Any]:
    limits = [each for each in (known.low, known.high) if each is not None]
    near = [number for each in limits for number in (each, int(each), each - 1, each + 1, math.nextafter(each, 1e9))]
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    return numbers | st.booleans() | st.sampled_from([*WORDS, "", *near, known.default]) | st.none() | st.just([])


def takes(known: HyperparameterDef, written: Any) -> bool:
    try:
        read_parameter(known, written, "s.yaml: parameters.x")
    except SpecError:
        return False
    return True


def fits(name: str, written: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA[name]).is_valid(written))


@given(st.data(), st.sampled_from(sorted(KNOWN)))
def test_a_value_is_good_for_both_or_for_none(data: st.DataObject, name: str) -> None:
    value = data.draw(draw_values(KNOWN[name]))
    if isinstance(value, float) and value.is_integer() and KNOWN[name].kind == "int":
        return  # a JSON schema takes 1.0 for a whole number
    assert takes(KNOWN[name], value) == fits(name, value)


@given(st.data(), st.sampled_from(sorted(KNOWN)))
def test_what_the_check_takes_the_schema_does_not_refuse(data: st.DataObject, name: str) -> None:
    values = draw_values(KNOWN[name])
    form = data.draw(st.sampled_from(["int", "float", "choice", "value"]))
    held = values if form == "value" else st.lists(values, min_size=2, max_size=2)
    more = st.fixed_dictionaries(
        {},
        optional={
            "log": st.booleans() | st.just("yes"),
            "step": values,
            "per": st.sampled_from(["hidden_layer", "block", "layer"]),
            "when": st.sampled_from([{"optimizer": "adam"}, {"optimizer": ["adam", "sgd"]}, {}, "adam"]),
            "steps": st.just(1),
        },
    )
    written = {form: data.draw(held), **data.draw(more)}
    if takes(KNOWN[name], written):
        assert fits(name, written), written


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_default_is_a_value_of_its_own(name: str) -> None:
    known = KNOWN[name]
    assert known.checked(known.default) == known.default
    assert known.default in Choice((known.checked(known.default),))


def test_a_whole_number_becomes_one_of_a_float() -> None:
    assert repr(KNOWN["learning_rate"].checked(1)) == "1.0"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("dropout", 1, "1 is not below 1"),
        ("decay_rate", 0.0, "0 is not above 0"),
        ("units", 0, "0 is below 1"),
        ("kernel_size", 32, "32 is above 31"),
        ("units", True, "True is not a whole number"),
        ("units", 2.0, "2.0 is not a whole number"),
        ("batch_size", "all", "'all' is not a whole number or full"),
        ("batch_size", 0, "0 is below 1"),
        ("l2", "much", "'much' is not a number"),
        ("batch_normalization", 1, "1 is not true or false"),
        ("schedule", "linear", "'linear' is not one of constant, exponential, cosine"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(name: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        KNOWN[name].checked(value)
