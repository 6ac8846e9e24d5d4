"""The space that a request means, in Python above all: what it stands for, and the line for what cannot be."""

from pathlib import Path

import pytest

from tuner.cli.python_options import dataset_of
from tuner.errors import InputError, NotFound, SpecError
from tuner.service.requests import PythonSettings, SpaceRequest
from tuner.service.spaces import find
from tuner.spec.study_spec import StudySpec

NOTHING = PythonSettings()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text("def build_model(hp): raise SystemExit('this was run')\n")
    (tmp_path / "mine.yaml").write_text("dataset: digits\nmodel: {keras_tuner: net.py:build_model}\n")
    return tmp_path


def given(**changes: object) -> PythonSettings:
    return PythonSettings.model_validate({"dataset": "digits", **changes})


def found(space: str, python: PythonSettings) -> StudySpec:
    return find(SpaceRequest(space=space, python=python)).spec


def test_the_options_stand_for_a_file(folder: Path) -> None:
    asked = given(objective="val_loss", trial_epochs=5, batch_size=64, normalization="minmax")
    space = find(SpaceRequest(space="net.py", python=asked))
    spec = space.spec
    assert spec.name == "net"
    assert spec.text.splitlines()[1:] == [
        "dataset: digits", "model:", "  keras_tuner: net.py:build_model", "objective:", "  metric: val_loss",
        "  direction: minimize", "parameters:", "  epochs: 5", "  batch_size: 64", "  normalization: minmax",
    ]  # fmt: skip
    assert [each.name for each in spec.baselines] == ["defaults"]
    assert space.code is not None
    assert space.code.named == str(folder / "net.py")


def test_data_of_ones_own_is_a_mapping_as_in_a_file(folder: Path) -> None:
    dataset = dataset_of("{csv: t.csv, target: price, task: regression}")
    spec = found("net.py", PythonSettings(dataset=dataset))
    assert (spec.task, spec.objective.metric, spec.objective.direction) == ("regression", "val_loss", "minimize")


@pytest.mark.parametrize(
    ("text", "direction"),
    [("val_accuracy", "maximize"), ("val_loss", "minimize"), ("val_auc", "maximize"), ("own:minimize", "minimize")],
)
def test_the_direction_of_an_objective_is_known_or_given(folder: Path, text: str, direction: str) -> None:
    spec = found("net.py", given(objective=text))
    assert (spec.objective.metric, spec.objective.direction) == (text.partition(":")[0], direction)


@pytest.mark.parametrize(
    ("space", "options", "error", "words"),
    [
        ("net.py", NOTHING, InputError, "which data? Add --dataset"),
        ("no.py", given(), NotFound, "there is no file no.py"),
        ("net.py", given(objective="own"), InputError, "is more of it better? Write own:maximize or own:minimize"),
        ("net.py", given(objective="own:up"), InputError, "after the colon comes minimize or maximize"),
        ("net.py", given(objective="val_accuracy:minimize"), SpecError, "val_accuracy is better when it is higher"),
        ("mine.yaml", given(dataset=None, trial_epochs=3), InputError, "--trial-epochs goes with a space in Python"),
        ("mine.yaml", NOTHING, InputError, "If you trust that code, add --code net.py"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    folder: Path, space: str, options: PythonSettings, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        found(space, options)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_runs_no_code_that_was_not_named(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "net.py").write_text((folder / "net.py").read_text())
    with pytest.raises(InputError, match="If you trust that code"):
        find(SpaceRequest(space="mine.yaml", code=("elsewhere/net.py",)))
    assert find(SpaceRequest(space="mine.yaml", code=("net.py",))).code is not None
    assert find(SpaceRequest(space="mine.yaml"), run=False).code is None


def test_data_on_the_command_line_that_are_no_yaml_are_refused() -> None:
    with pytest.raises(InputError, match="not YAML"):
        dataset_of("{csv")


def test_what_a_file_would_say_is_a_space(folder: Path) -> None:
    content = {"dataset": "digits", "parameters": {"units": [8, 16]}, "search": {"trials": 3}}
    spec = find(SpaceRequest(space=content, space_name="mine")).spec
    assert (spec.name, spec.search.trials) == ("mine", 3)
    assert "units:" in spec.text
    with pytest.raises(SpecError, match=r"mine: parameters\.neurons"):
        find(SpaceRequest(space={**content, "parameters": {"neurons": [8]}}, space_name="mine"))
