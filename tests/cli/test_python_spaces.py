"""A space in Python on the command line: what is typed, what it stands for, and the line for what cannot be."""

from pathlib import Path

import pytest

from tuner.cli.python_options import Given
from tuner.cli.python_spaces import read_space, worker_arguments
from tuner.errors import InputError, NotFound, SpecError

NOTHING = Given(None, None, None, None, None, ())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text("def build_model(hp): raise SystemExit('this was run')\n")
    (tmp_path / "mine.yaml").write_text("dataset: digits\nmodel: {keras_tuner: net.py:build_model}\n")
    return tmp_path


def given(**changes: object) -> Given:
    return Given(**{**NOTHING.__dict__, "dataset": "digits", **changes})  # type: ignore[arg-type]


def test_the_options_stand_for_a_file(folder: Path) -> None:
    spec, code = read_space(
        "net.py", given(objective="val_loss", trial_epochs=5, batch_size=64, normalization="minmax")
    )
    assert spec.name == "net"
    assert spec.text.splitlines()[1:] == [
        "dataset: digits", "model:", "  keras_tuner: net.py:build_model", "objective:", "  metric: val_loss",
        "  direction: minimize", "parameters:", "  epochs: 5", "  batch_size: 64", "  normalization: minmax",
    ]  # fmt: skip
    assert [each.name for each in spec.baselines] == ["defaults"]
    assert worker_arguments(code)[:2] == ["--code", str(folder / "net.py")]


def test_data_of_ones_own_is_a_mapping_as_in_a_file(folder: Path) -> None:
    spec, _ = read_space("net.py", given(dataset="{csv: t.csv, target: price, task: regression}"))
    assert (spec.task, spec.objective.metric, spec.objective.direction) == ("regression", "val_loss", "minimize")


@pytest.mark.parametrize(
    ("text", "direction"),
    [("val_accuracy", "maximize"), ("val_loss", "minimize"), ("val_auc", "maximize"), ("own:minimize", "minimize")],
)
def test_the_direction_of_an_objective_is_known_or_given(folder: Path, text: str, direction: str) -> None:
    spec, _ = read_space("net.py", given(objective=text))
    assert (spec.objective.metric, spec.objective.direction) == (text.partition(":")[0], direction)


@pytest.mark.parametrize(
    ("space", "options", "error", "words"),
    [
        ("net.py", NOTHING, InputError, "which data? Add --dataset"),
        ("no.py", given(), NotFound, "there is no file no.py"),
        ("net.py", given(objective="own"), InputError, "is more of it better? Write own:maximize or own:minimize"),
        ("net.py", given(objective="own:up"), InputError, "after the colon comes minimize or maximize"),
        ("net.py", given(objective="val_accuracy:minimize"), SpecError, "val_accuracy is better when it is higher"),
        ("net.py", given(dataset="{csv"), InputError, "not YAML"),
        ("mine.yaml", given(dataset=None, trial_epochs=3), InputError, "--trial-epochs goes with a space in Python"),
        ("mine.yaml", NOTHING, InputError, "If you trust that code, add --code net.py"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    folder: Path, space: str, options: Given, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        read_space(space, options)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_runs_no_code_that_was_not_named(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "net.py").write_text((folder / "net.py").read_text())
    with pytest.raises(InputError, match="If you trust that code"):
        read_space("mine.yaml", given(dataset=None, code=("elsewhere/net.py",)))
    _, code = read_space("mine.yaml", given(dataset=None, code=("net.py",)))
    assert code is not None
    assert read_space("mine.yaml", NOTHING, run=False)[1] is None
