"""Baselines from a file, such as the parameters that a trial leaves."""

import re
from pathlib import Path

import pytest

from tuner.errors import SpecError
from tuner.service.baseline_files import with_baselines
from tuner.spec.finding import find_space


def test_a_files_baselines_come_first(tmp_path: Path) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text("# Trial 7 of s.\ntrial-7: {hidden_layers: 2, units: [32, 64], epochs: 9, normalization: minmax}\n")
    spec = find_space("digits")
    found = with_baselines(spec, file)
    assert [each.name for each in found.baselines] == ["trial-7", *(each.name for each in spec.baselines)]
    assert found.baselines[0].params["units_2"] == 64
    assert (found.name, found.space) == (spec.name, spec.space)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 1\n", "is a mapping of names to configurations"),
        ("a: [\n", "line 2: not YAML"),
        ("a: {normalization: minmax}\nb: {hidden_layers: 99}\n", "line 2: b: hidden_layers is 99; the space has"),
        ("a:\n  units: 32\n  neurons: 9\n", "line 3: a: neurons: the model has no such parameter"),
        ("a:\n  units: 32\n  hidden_layers: one\n", "line 3: a: hidden_layers: 'one' is not a whole number"),
    ],
)
def test_a_file_that_will_not_do_is_named_with_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(text)
    with pytest.raises(SpecError, match=f"^{re.escape(str(file))}: .*{words}"):
        with_baselines(find_space("digits"), file)


def test_one_at_hand_is_named_without_a_line() -> None:
    with pytest.raises(SpecError, match=r"^baselines\.a: hidden_layers is 99; the space has"):
        with_baselines(find_space("digits"), {"a": {"hidden_layers": 99}})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nothing\.yaml: cannot be read"):
        with_baselines(find_space("digits"), tmp_path / "nothing.yaml")
