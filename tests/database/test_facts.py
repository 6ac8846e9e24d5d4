"""What is stored beside the columns comes back as it was, whoever wrote it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.database.facts import Limits, StudyOptions
from tuner.errors import TunerError

_counts = st.none() | st.integers(1, 10**6)
_targets = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_limits = st.builds(Limits, epochs=_counts, target=_targets, plateau=_counts)
_texts = st.text(max_size=20)
_options = st.builds(
    StudyOptions,
    code_digest=_texts, code_place=_texts, rows=st.sampled_from(["", "sorted"]), tensorboard=_texts,
    system_metrics=st.booleans(), limits=_limits, note=st.none() | _texts,
)  # fmt: skip


@given(_options)
def test_options_come_back_as_they_were(options: StudyOptions) -> None:
    assert StudyOptions.read(json.loads(json.dumps(options.as_json()))) == options


@given(_options, st.dictionaries(st.from_regex("later_[a-z]{1,5}", fullmatch=True), st.integers()))
def test_what_a_later_version_wrote_is_kept(options: StudyOptions, later: dict[str, int]) -> None:
    read = StudyOptions.read({**options.as_json(), **later})
    assert read.with_(note="mine").as_json() == {**options.as_json(), **later, "note": "mine"}


@given(_limits, _limits)
def test_a_limit_that_is_not_given_stays(now: Limits, other: Limits) -> None:
    after = now.changed(other)
    for name in Limits.model_fields:
        wanted = getattr(other, name)
        assert getattr(after, name) == (getattr(now, name) if wanted is None else wanted)


@pytest.mark.parametrize(
    ("stored", "options"),
    [
        (None, StudyOptions()),
        ({}, StudyOptions()),
        ({"limits": {}}, StudyOptions()),
        ({"limits": {"epochs": 12}, "rows": "sorted"}, StudyOptions(limits=Limits(epochs=12), rows="sorted")),
        ({"code_digest": "ab", "code_place": "a.py"}, StudyOptions(code_digest="ab", code_place="a.py")),
        ({"tensorboard": "/logs", "system_metrics": True}, StudyOptions(tensorboard="/logs", system_metrics=True)),
    ],
)
def test_what_earlier_versions_stored_is_read(stored: dict[str, Any] | None, options: StudyOptions) -> None:
    assert StudyOptions.read(stored) == options


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(TunerError, match=r"a StudyOptions that cannot be read \(limits\.epochs: "):
        StudyOptions.read({"limits": {"epochs": "many"}})
