"""A champion is replaced only by a better trial, by the same metric, on the same data."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tracking import servers
from tests.tracking.records import STUDY, model_file, trial
from tuner.errors import NotFound
from tuner.studies.champion import Decision, promote, rejection_reason
from tuner.tracking.memory_recorder import MemoryRecorder
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import Champion, StudyRecord, TrialRecord

STANDING = Champion("1", "digits-1", 3, 0.74, "val_accuracy", "digits 7e57")


@pytest.mark.parametrize(
    ("changes", "direction", "words"),
    [
        ({"value": 0.75}, "maximize", None),
        ({"value": 0.74, "trial_number": 4}, "maximize", "has val_accuracy 0.7400, this 0.7400"),
        ({"value": 0.7}, "maximize", "trial 3 of digits-1, has val_accuracy 0.7400, this 0.7000"),
        ({"value": 0.7}, "minimize", None),
        ({"value": 0.8}, "minimize", "has val_accuracy"),
        ({"value": 0.9, "metric": "val_loss"}, "maximize", "was measured by val_accuracy, this by val_loss"),
        ({"value": 0.9, "data": "digits beef"}, "maximize", "from other data (digits 7e57; this from digits beef)"),
        ({"value": 0.9, "data": ""}, "maximize", "this from data that is not known"),
        ({"value": None}, "maximize", "it has no value"),
        ({}, "maximize", None),
    ],
)  # fmt: skip
def test_what_speaks_against_a_trial(changes: dict[str, object], direction: str, words: str | None) -> None:
    found = rejection_reason(replace(STANDING, version="", **changes), STANDING, direction)  # type: ignore[arg-type]
    assert found is None if words is None else words in str(found)


def test_a_champion_that_says_too_little_is_not_compared_with() -> None:
    claim = replace(STANDING, study_name="later", value=0.9)
    assert "without a value, a metric and data" in str(rejection_reason(claim, replace(STANDING, data=""), "maximize"))


@pytest.fixture
def study() -> StudyRecord:
    return replace(STUDY, tags={"metric": "val_accuracy", "direction": "maximize"})


def record(number: int, value: float, folder: Path) -> TrialRecord:
    tags = {"dataset": "digits", "test_digest": "7e57"}
    return replace(trial(number=number), value=value, tags=tags, model=model_file(folder))


def test_the_better_trial_stands_and_force_puts_any_there(study: StudyRecord, tmp_path: Path) -> None:
    recorder = MemoryRecorder()
    first, worse, better = (record(n, value, tmp_path) for n, value in ((1, 0.8), (2, 0.7), (3, 0.9)))

    decision = promote(recorder, study, first)
    assert (decision.stands, decision.version) == (True, "1")
    assert promote(recorder, study, first) == replace(decision, words="trial 1 of digits-1 is the champion of digits")

    refused = promote(recorder, study, worse)
    assert not refused.stands
    assert "trial 2 of digits-1 is not registered: the champion, trial 1 of digits-1," in refused.words
    assert recorder.versions["digits"] == [recorder.champions["digits"]], "what is refused makes no version"

    assert "instead of trial 1 of digits-1" in promote(recorder, study, better).words
    assert promote(recorder, study, worse, force=True).stands
    standing = recorder.champion("digits")
    assert standing is not None
    assert (standing.trial_number, standing.value) == (2, 0.7)


@pytest.mark.parametrize(
    ("value", "direction", "stands"),
    [(0.93, "maximize", False), (0.9300001, "maximize", False), (0.92, "maximize", False), (0.94, "maximize", True),
     (0.93, "minimize", False), (0.9, "minimize", True)],
)  # fmt: skip
def test_what_is_no_better_than_guessing_is_no_champion_even_where_there_is_none(
    study: StudyRecord, tmp_path: Path, value: float, direction: str, stands: bool
) -> None:
    recorder = MemoryRecorder()
    study = replace(study, tags={**study.tags, "direction": direction}, outcome={"guess": 0.93})
    decision = promote(recorder, study, record(1, value, tmp_path))
    assert decision.stands == stands
    assert ("champion" in decision.words) == stands
    if not stands:
        assert decision.version == ""
        assert "no better than guessing, which looks at no row: 0.9300" in decision.words
        assert not recorder.champions
        assert promote(recorder, study, record(1, value, tmp_path), force=True).stands


def test_force_needs_a_model_too(study: StudyRecord, tmp_path: Path) -> None:
    recorder = MlflowRecorder(f"sqlite:///{tmp_path / 'mlflow.db'}")
    with pytest.raises(NotFound, match="has no model"):
        promote(recorder, study, replace(record(1, 0.8, tmp_path), model=None), force=True)


class Late(MlflowRecorder):
    """Has seen which champion stands, and then waits before it registers one of its own."""

    def __init__(self, uri: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(uri)
        self._meanwhile = [meanwhile]

    def champion(self, experiment: str) -> Champion | None:
        found = super().champion(experiment)
        while self._meanwhile:
            self._meanwhile.pop()()
        return found


@pytest.mark.parametrize(("first", "last"), [(0.9, 0.8), (0.8, 0.9)])
def test_of_two_studies_that_end_together_the_better_one_is_champion(
    study: StudyRecord, tmp_path: Path, first: float, last: float
) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    other = replace(study, study_name="digits-2", started_at=study.started_at + 1)
    decisions = []

    def overtaken() -> None:
        decisions.append(promote(MlflowRecorder(uri), other, record(1, first, tmp_path)))

    decisions.append(promote(Late(uri, overtaken), study, record(2, last, tmp_path)))
    standing = MlflowRecorder(uri).champion("digits")
    assert standing is not None
    assert standing.value == 0.9
    assert [decision.stands for decision in decisions] == [True, last > first]
    assert decisions[1].version == standing.version
    if last < first:
        assert decisions[1].words == (
            "trial 2 of digits-1 is not the champion: the champion, trial 1 of digits-2, has val_accuracy 0.9000, "
            "this 0.8000"
        )


def test_studies_that_end_at_once_on_one_server_agree_on_the_best(study: StudyRecord, tmp_path: Path) -> None:
    values = (0.7, 0.9, 0.8)
    folders = [tmp_path / str(number) for number in range(len(values))]
    for folder in folders:
        folder.mkdir()
    with (
        servers.mlflow(
            tmp_path, "server", "--backend-store-uri", f"sqlite:///{tmp_path / 'server.db'}", "--workers", "1"
        ) as address,
        ThreadPoolExecutor(len(values)) as pool,
    ):
        MlflowRecorder(address).record_study(study)
        meet = threading.Barrier(len(values))

        def end(number: int) -> Decision:
            its = replace(study, study_name=f"digits-{number}", started_at=study.started_at + number)
            recorder = Late(address, lambda: meet.wait(60))
            return promote(recorder, its, record(number, values[number], folders[number]))

        decisions = list(pool.map(end, range(len(values))))
        standing = MlflowRecorder(address).champion("digits")
    assert standing is not None
    assert standing.value == 0.9
    assert decisions[1].stands
