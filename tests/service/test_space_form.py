"""Spaces as forms: a field written back says what it said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import InputError, SpecError
from tuner.service.served_spaces import local_shelf
from tuner.service.space_form import ParameterEdit, ParameterField, SpaceEdit, edited_text, space_form
from tuner.spec.study_spec import StudySpec, parse_spec

SHELF = local_shelf()
SPECS = {name: SHELF.named(name) for name in SHELF.names()}
SPECS["external"] = parse_spec(
    """
model: external
objective: {metric: loss, direction: minimize}
parameters:
  depth: {int: [2, 8]}
  rate: {float: [0.001, 1.0], log: true}
  kind: [trees, lines, 3, 0.5, true]
  shrink: {float: [0.1, 0.9], when: {kind: trees}}
""",
    "external",
    Path.cwd(),
    "external",
)


def as_edit(field: ParameterField) -> ParameterEdit:
    """As a form sends it: values in words."""
    if field.written == "range":
        return ParameterEdit(low=field.low, high=field.high, step=field.step, log=field.log)
    return ParameterEdit(
        values=tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in field.values)
    )


def again(spec: StudySpec, edit: SpaceEdit) -> StudySpec:
    return parse_spec(edited_text(spec, edit), spec.name, spec.folder, spec.name)


@pytest.mark.parametrize("name", SPECS)
def test_every_field_sent_back_as_it_is_leaves_the_space_as_it_is(name: str) -> None:
    spec = SPECS[name]
    fields = space_form(spec).parameters
    assert fields
    same = again(spec, SpaceEdit(parameters={each.name: as_edit(each) for each in fields}))
    assert (same.space, same.baselines, same.search) == (spec.space, spec.baselines, spec.search)


@pytest.mark.parametrize("name", SPECS)
def test_every_further_parameter_can_be_added_with_its_default_and_left_out_again(name: str) -> None:
    spec = SPECS[name]
    for each in space_form(spec).further:
        edit = SpaceEdit(parameters={each.name: ParameterEdit(values=(str(each.default),))})
        try:
            added = again(spec, edit)
        except SpecError:
            continue  # the model has it, but these data do not
        (shown,) = (field for field in space_form(added).parameters if field.name == each.name)
        assert (shown.written, shown.values) == ("fixed", (each.default,))
        assert again(added, SpaceEdit(parameters={each.name: None})).space == spec.space


@given(low=st.integers(1, 400), span=st.integers(1, 100), log=st.booleans())
def test_a_range_keeps_what_the_file_says_of_layers(low: int, span: int, log: bool) -> None:
    units = ParameterEdit(low=low, high=low + span, log=log)
    # The file's own may lie beyond it.
    edit = SpaceEdit(parameters={"units": units}, without_baselines=("lab-8-1",))
    field = next(each for each in space_form(again(SPECS["fashion_mnist"], edit)).parameters if each.name == "units")
    assert (field.low, field.high, field.log, field.per) == (low, low + span, log, "hidden_layer")


def test_how_it_is_searched_is_changed_too() -> None:
    spec = again(SPECS["fashion_mnist"], SpaceEdit(sampler="random", pruner="none", patience=0))
    assert (spec.search.sampler.name, spec.search.pruner.name, spec.search.patience) == ("random", "none", None)
    assert spec.search.trials == SPECS["fashion_mnist"].search.trials


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("unit", ParameterEdit(values=(1,)), "no such parameter. Did you mean units"),
        ("units", ParameterEdit(low=3), "give the lowest and the highest"),
        ("units", ParameterEdit(values=()), "choose at least one"),
        ("units", ParameterEdit(values=("many",)), "'many' is not one of its values"),
        ("optimizer", ParameterEdit(low=1, high=2), "takes values, and no range"),
        ("optimizer", ParameterEdit(values=("adm",)), "'adm' is not known. Did you mean adam"),
        ("learning_rate", ParameterEdit(low=0.1, high=0.01), "low 0.1 is above high 0.01"),
    ],
)
def test_what_cannot_be_names_its_field(name: str, edit: ParameterEdit, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        again(SPECS["fashion_mnist"], SpaceEdit(parameters={name: edit}))
    assert f"parameters.{name}" in str(caught.value)
