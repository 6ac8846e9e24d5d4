"""Requests: checked when they are made, in one line, and unchangeable afterwards."""

from typing import Any

import pydantic
import pytest

from tuner.errors import InputError
from tuner.service.requests import Devices, LimitsRequest, NoteRequest, Request, ResumeRequest, StartRequest


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (StartRequest, {"space": "digits", "trials": 10**7}, "trials: "),
        (StartRequest, {"space": "digits", "timeout_s": 0}, "timeout_s: "),
        (StartRequest, {"space": "digits", "seed": -1}, "seed: "),
        (StartRequest, {"space": "digits", "from_best": 0}, "from_best: "),
        (StartRequest, {"space": "digits", "trails": 3}, "trails: there is no such key. Did you mean trials?"),
        (StartRequest, {}, "space: is missing"),
        (ResumeRequest, {"study_name": "s", "limits": {"plateau": 0}}, "plateau: "),
        (LimitsRequest, {"epochs": 0}, "epochs: "),
        (Devices, {"device": "tpu"}, "device: "),
    ],
)
def test_a_value_that_cannot_be_is_said_in_a_line(kind: type[Request], values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as raised:
        kind(**values)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_request_does_not_change() -> None:
    request = StartRequest(space="digits")
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        request.trials = 3  # type: ignore[misc]


def test_no_text_has_a_nul_in_it() -> None:
    for make in (
        lambda: NoteRequest(study_name="s", note="a\0b"),
        lambda: StartRequest(space="digits", baselines={"plain": {"optimizer": "\0"}}),
        lambda: StartRequest(space={"dataset": {"\0": 1}}),
    ):
        with pytest.raises(InputError, match="the character NUL"):
            make()
