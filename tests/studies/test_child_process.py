"""A process that dies instead of answering is told as what it is."""

import pytest

from tuner.errors import SpecError
from tuner.studies.child_process import ask


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            "killed",
            r"its process was killed by signal 9 \(SIGKILL\), as Linux does where memory runs out; it had taken",
        ),
        (
            "crash",
            r"its process was killed by signal 6 \(SIGABRT\), a crash inside a library: F0000 .* Check failed: 1 == 2",
        ),
        ("bug", "ValueError: a bug"),
        ("leaves", "its process ended itself with exit code 7 before it had an answer"),
    ],
)
def test_a_child_that_died_is_told_as_what_it_is(how: str, words: str) -> None:
    with pytest.raises(SpecError, match=f"net.py cannot be tried: {words}") as told:
        ask("tests.studies.ends", {"how": how}, "net.py")
    assert "chatty" not in str(told.value)
