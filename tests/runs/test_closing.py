"""The end of a study while its winner is scored: others try, the worker dies, a person lets the search go on."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.studies.test_stopping_rules import made, search
from tuner.data.dataset import Dataset
from tuner.database import runs, studies, workers
from tuner.database.blobs import blob_name
from tuner.runs import closing
from tuner.runs.study_context import StudyContext
from tuner.service.resuming import resume_study
from tuner.studies.status import study_status


def ended(tmp_path: Path, digits: Dataset) -> StudyContext:
    context = made(tmp_path, digits)
    resume_to(context, 1)
    search(context)
    return context


def resume_to(context: StudyContext, budget: int) -> None:
    studies.reopen(context.db, "s", budget, None)


def close(context: StudyContext, worker: str, further: Any = None) -> bool:
    return closing.close_if_over(context.db, context.spec, context.dataset, context.store, "s", worker, further)


def test_the_test_rows_are_scored_once_though_the_worker_dies_after_it(tmp_path: Path, digits: Dataset) -> None:
    context = ended(tmp_path, digits)

    def dies(*_: Any) -> Mapping[str, float]:
        raise SystemExit

    with pytest.raises(SystemExit):
        close(context, "w1", dies)
    kept = runs.view_trial(context.db, "s", 0).test
    assert kept is not None
    workers.mark_dead(context.db, "w1")
    # Whoever scored it again would not find the model.
    context.store.drop(blob_name("s", 0, "model.keras"))
    assert close(context, "w2")
    outcome = study_status(context.db, "s").study.outcome
    assert outcome is not None
    assert outcome.test == kept


def test_resume_during_the_closing_wins_and_nothing_is_written_over_it(tmp_path: Path, digits: Dataset) -> None:
    context = ended(tmp_path, digits)
    scored, go_on, told = threading.Event(), threading.Event(), []

    def slow(*_: Any) -> Mapping[str, float]:
        scored.set()
        assert go_on.wait(60)
        return {}

    closer = threading.Thread(target=lambda: told.append(close(context, "w1", slow)))
    closer.start()
    assert scored.wait(60)
    assert not close(context, "w2")  # one at a time
    resume_study(context.db, "s", None, None)  # nothing more to train: it is closed as it was
    assert not close(context, "w2")
    resume_study(context.db, "s", 2, None)
    go_on.set()
    closer.join(60)
    assert told == [False]
    status = study_status(context.db, "s")
    assert (status.study.outcome, status.study.finished_at, status.counts["waiting"]) == (None, None, 1)
    search(context)
    assert close(context, "w2")
    assert len(study_status(context.db, "s").trials) == 2
