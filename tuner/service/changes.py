"""What is new of a study since a number, as those ask that follow it: a page, a notebook, a script.

Owns: the typed answer, which is also that of `tune status --since N --json`.
Leaves to others: that nothing is missed and no epoch comes twice (database).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from tuner.database.changes import changes_since
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.runs import RunView
from tuner.database.studies import StudyView, note_of
from tuner.database.tables import Role, RunKey
from tuner.database.workers import WorkerView
from tuner.service.requests import ChangesRequest


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudyNews(_Answer):
    """A study as it is now. trials: its budget. finished_at: seconds since 1970; None while it has not ended."""

    study_name: str
    desired_state: str
    trials: int
    note: str
    ended: str
    finished_at: float | None


class RunNews(_Answer):
    """A run as it is now: a trial (role "search"), or one of another role. final: nothing more becomes of it."""

    role: Role
    round: int
    ordinal: int
    trial_number: int | None
    seed_number: int | None
    state: str
    reason: str
    baseline: str
    params: Mapping[str, Any]
    value: float | None
    best_epoch: int
    test: Mapping[str, float] | None
    started_at: float
    finished_at: float | None
    final: bool
    worker: str | None
    mlflow_run_id: str | None


class EpochNews(_Answer):
    """An epoch that was stored. role, round, ordinal: its run."""

    role: Role
    round: int
    ordinal: int
    epoch: int
    metrics: Mapping[str, float]
    seconds: float
    measured_at: float
    worker: str


class WorkerNow(_Answer):
    """A worker that lives."""

    worker: str
    host: str
    device: str
    stage: str
    seen_seconds_ago: float


class StudyChanges(_Answer):
    """number: to ask for what is newer. study: None where nothing of itself is new. workers: all of the study's."""

    number: int
    study: StudyNews | None
    runs: tuple[RunNews, ...]
    epochs: tuple[EpochNews, ...]
    workers: tuple[WorkerNow, ...]


def changes(db: Database, request: ChangesRequest) -> StudyChanges:
    """Raises NotFound."""
    new = changes_since(db, request.study_name, request.since)
    return StudyChanges(
        number=new.number,
        study=None if new.study is None else _study(new.study),
        runs=tuple(_run(each) for each in new.runs),
        epochs=tuple(_epoch(key, each) for key, views in new.epochs.items() for each in views),
        workers=tuple(_worker(each) for each in new.workers),
    )


def _study(view: StudyView) -> StudyNews:
    return StudyNews(
        study_name=view.study_name,
        desired_state=view.desired_state,
        trials=view.trials,
        note=note_of(view),
        ended=view.ended,
        finished_at=view.finished_at,
    )


def _run(view: RunView) -> RunNews:
    return RunNews(
        role=view.role,
        round=view.round,
        ordinal=view.ordinal,
        trial_number=view.trial_number,
        seed_number=view.seed_number,
        state=view.state,
        reason=view.reason,
        baseline=view.baseline,
        params=view.params,
        value=view.value,
        best_epoch=view.best_epoch,
        test=view.test,
        started_at=view.started_at,
        finished_at=view.finished_at,
        final=view.finalized,
        worker=view.worker_id,
        mlflow_run_id=view.mlflow_run_id,
    )


def _epoch(key: RunKey, view: EpochView) -> EpochNews:
    _, role, round, ordinal = key
    return EpochNews(
        role=role,
        round=round,
        ordinal=ordinal,
        epoch=view.epoch,
        metrics=view.metrics,
        seconds=view.seconds,
        measured_at=view.measured_at,
        worker=view.worker_id,
    )


def _worker(view: WorkerView) -> WorkerNow:
    return WorkerNow(
        worker=view.worker_id,
        host=view.host,
        device=view.device,
        stage=view.stage,
        seen_seconds_ago=round(view.seen_s, 1),
    )
