"""`model: external`: parameters of any names, an objective that is named, baselines that say all that is in use."""

from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import SpecError
from tuner.search.cells import cells
from tuner.service.space_schema import schema
from tuner.spec.space import fixed
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies.resolved_spec import as_json, read_resolved, resolve, restore

TEXT = """
model: external
objective: {metric: loss, direction: minimize}
parameters:
  kernel: [linear, rbf]
  gamma: {float: [1.0e-4, 1.0], log: true, when: {kernel: rbf}}
  C: {float: [0.1, 100.0], log: true}
  shrink: [true, false]
  epochs: 5
baselines:
  plain: {kernel: linear, C: 1, shrink: true}
search: {trials: 7, pruner: median}
"""


def parsed(text: str) -> StudySpec:
    return parse_spec(text, "svm", Path(), "svm.yaml")


def test_a_space_of_programs_has_any_names_and_no_data() -> None:
    spec = parsed(TEXT)
    assert spec.external
    assert [each.name for each in spec.space] == ["kernel", "gamma", "C", "shrink", "epochs"]
    assert (spec.objective.metric, spec.objective.direction) == ("loss", "minimize")
    assert spec.search.finalists.configurations == 0
    with pytest.raises(SpecError, match="programs train its trials"):
        _ = spec.data


def test_a_baseline_has_what_is_in_use_and_nothing_else() -> None:
    baseline = parsed(TEXT).baselines[0]
    assert dict(baseline.params) == {"kernel": "linear", "C": 1.0, "shrink": True, "epochs": 5}
    assert isinstance(baseline.params["C"], float)


def test_what_is_stored_of_it_comes_back_the_same() -> None:
    spec = parsed(TEXT)
    stored = read_resolved(as_json(resolve(spec)), "it")
    back = restore(stored, spec.name, spec.text, spec.folder, "it")
    assert (back.external, back.space, back.baselines, back.objective) == (
        True,
        spec.space,
        spec.baselines,
        spec.objective,
    )
    assert back.search.finalists.configurations == 0
    assert resolve(back) == stored


def test_a_grid_has_a_cell_for_each_configuration_in_use() -> None:
    text = "model: external\nobjective: {metric: loss, direction: minimize}\nsearch: {sampler: grid}\n"
    text += "parameters: {kernel: [linear, rbf], gamma: {choice: [1, 2, 3], when: {kernel: rbf}}}"
    assert [dict(each) for each in cells(parsed(text), "svm.yaml")] == [
        {"kernel": "linear"},
        {"kernel": "rbf", "gamma": 1},
        {"kernel": "rbf", "gamma": 2},
        {"kernel": "rbf", "gamma": 3},
    ]


HEAD = "model: external\nobjective: {metric: loss, direction: minimize}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model: external\nparameters: {a: [1, 2]}", "objective: is missing"),
        ("model: external\nobjective: {metric: loss}\nparameters: {a: [1, 2]}", "both its metric and its direction"),
        ("model: external\nobjectives: [loss, {metric: s, direction: minimize}]\nparameters: {a: [1]}", "say both"),
        (HEAD + "dataset: digits\nparameters: {a: [1, 2]}", "dataset: leave it out"),
        (HEAD + "parameters: {a: [1, 2]}\nsearch: {finalists: 2}", "search.finalists: leave it out"),
        (HEAD + "parameters: {a: [1, 2]}\nsearch: {epoch_timeout: 2}", "search.epoch_timeout: leave it out"),
        (HEAD + "parameters: {a: {int: [1, 2], per: hidden_layer}}", "a.per: is of the layers of a family"),
        (HEAD + "parameters: {a: {int: [2, 1]}}", "low 2 is above high 1"),
        (HEAD + "parameters: {a: [[1]]}", "is not a value"),
        (HEAD + "parameters: {a: [1, 2], b: {value: 3, when: {c: 1}}}", "there is no parameter 'c'"),
        (HEAD + "parameters: {a: [1, 2]}\nbaselines: {x: {}}", "baselines.x: a: is missing"),
        (HEAD + "parameters: {a: [1, 2]}\nbaselines: {x: {a: 3}}", "the space has 1, 2"),
        (HEAD + "parameters: {a: [1, 2]}\nbaselines: {x: {a: 1, b: 1}}", "no such parameter"),
        (TEXT.replace("plain: {", "plain: {gamma: 0.1, "), "its condition does not hold"),
        (HEAD, "parameters: is missing"),
        ("parameters: {units: 3}", "dataset: is missing"),
        ("model: externl\ndataset: digits\nparameters: {units: 3}", "Did you mean external"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(text: str, words: str) -> None:
    with pytest.raises(SpecError, match=words) as error:
        parsed(text)
    assert "\n" not in str(error.value)


def test_the_schema_takes_it_and_refuses_what_is_not_of_it() -> None:
    check = jsonschema.Draft202012Validator(schema())
    assert not list(check.iter_errors(yaml.safe_load(TEXT)))
    for text in (HEAD + "dataset: digits\nparameters: {a: [1, 2]}", HEAD, HEAD + "parameters: {a: [[1]]}"):
        assert list(check.iter_errors(yaml.safe_load(text))), text


@given(
    st.dictionaries(
        st.text("abcdefgh_", min_size=1, max_size=6).filter(lambda name: name != "metrics"),
        st.lists(
            st.one_of(st.integers(-5, 5), st.text("xyz", min_size=1, max_size=3)), min_size=1, max_size=3, unique=True
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_values_a_file_lists_a_configuration_has_one_of_each(content: dict[str, list[int | str]]) -> None:
    spec = parsed(HEAD + yaml.safe_dump({"parameters": content}))
    asked: dict[str, object] = {}

    def ask(parameter: object) -> int | float | str | bool:
        value = fixed({})(parameter)  # type: ignore[arg-type]
        asked[parameter.name] = value  # type: ignore[attr-defined]
        return value

    spec.configure(ask)
    assert asked == {name: values[0] for name, values in content.items()}
