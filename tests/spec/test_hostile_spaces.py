"""No file, however it was made, gets a traceback, a hang or a control character out of `tune spaces check`."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.hostile import bombs, check, files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("hostile")
    check(b"dataset: digits\nparameters: {epochs: 2}\n", found)  # imports
    return found


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(data=files())
def test_a_file_is_called_good_or_refused_in_one_line_within_two_seconds(data: bytes, folder: Path) -> None:
    found = check(data, folder)
    assert not found.trouble, found.words


@pytest.mark.parametrize("data", bombs(), ids=lambda data: repr(data[:20]))
def test_what_is_small_and_stands_for_much_is_answered_as_quickly(data: bytes, folder: Path) -> None:
    found = check(data, folder)
    assert not found.trouble, found.words
