"""What is stored beside the columns comes back as it was, whoever wrote it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.database.facts import (
    ChampionDecision,
    ConfigurationOutcome,
    FinalistsOutcome,
    FinalRun,
    Limits,
    Outcome,
    StudyOptions,
)
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


_figures = st.dictionaries(_texts, st.none() | st.floats(allow_nan=False, allow_infinity=False) | _texts, max_size=4)
_tests = st.dictionaries(_texts, st.floats(allow_nan=False, allow_infinity=False), max_size=4)
_finalists = st.builds(
    FinalistsOutcome,
    winner=st.integers(0, 9), final=st.builds(FinalRun, round=st.integers(0, 3), ordinal=st.integers(0, 9)),
    epochs=st.integers(0, 9), averaged=st.integers(1, 9), noise=st.none() | st.floats(0, 1),
    configurations=st.lists(st.builds(ConfigurationOutcome), max_size=3).map(tuple),
    words=st.lists(_texts, max_size=3).map(tuple), test=_tests,
)  # fmt: skip
_outcomes = st.builds(
    Outcome,
    figures=_figures, best_ordinal=st.none() | st.integers(0, 9), test=st.none() | _tests,
    not_scored=st.none() | _texts, finalists=st.none() | _finalists,
    champion=st.none() | st.builds(ChampionDecision, stands=st.booleans(), version=_texts, words=_texts),
)  # fmt: skip


@given(_outcomes)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert Outcome.read(json.loads(json.dumps(outcome.as_json()))) == outcome


def test_an_outcome_of_schema_2_is_read() -> None:
    stored = {
        "figures": {"value": 0.9, "best_trial": 3, "ended_by": "all trials were run", "gain_over_baseline": None},
        "best_ordinal": 3,
        "test": {"accuracy": 0.88, "seeds": 2.0},
        "finalists": {
            "winner": 3, "final": {"round": 0, "ordinal": 4}, "epochs": 7, "averaged": 3, "noise": 0.002,
            "configurations": [{"trial_number": 3, "values": [0.9, 0.91], "mean": 0.905, "out": ""}],
            "words": ["mean val_accuracy 0.9050"], "test": {"accuracy": 0.88},
        },
        "champion": {"stands": True, "version": "2", "words": "s is the champion"},
    }  # fmt: skip
    read = Outcome.read(stored)
    assert read.finalists is not None
    assert read.finalists.configurations[0].values == (0.9, 0.91)
    assert read.model_dump(mode="json", exclude_none=False) == {**stored, "not_scored": None}


def test_a_count_stays_a_whole_number() -> None:
    read = Outcome.read(json.loads(json.dumps(Outcome(figures={"trials": 5, "value": 0.5}).as_json())))
    assert [type(each) for each in read.figures.values()] == [int, float]
