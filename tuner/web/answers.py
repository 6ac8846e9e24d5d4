"""Studies, trials, epochs and workers as the API answers with them; the keys are those of `tune ... --json`.

Owns: the fields and what each means.
Leaves to others: what is known (database, studies).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tuner.database.epochs import EpochView
from tuner.database.runs import RunView
from tuner.database.studies import note_of
from tuner.database.workers import WorkerView
from tuner.settings import public_uri
from tuner.spec.metrics import Direction
from tuner.studies.skipped_study import Reason
from tuner.studies.status import StudyState, StudyStatus
from tuner.studies.stored_study import spec_of

Value = int | float | str | bool


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Verdict(Answer):
    """What went wrong in a network. remedy: what the textbook advises."""

    illness: str
    verdict: str
    remedy: str

    @classmethod
    def of(cls, run: RunView) -> "list[Verdict]":
        return [cls(illness=v.kind, verdict=v.words, remedy=v.remedy) for v in run.facts.verdicts if v.kind]


class EpochAnswer(Answer):
    """epoch: from 1. seconds: validation included. measured_at: its end, in seconds since 1970."""

    epoch: int
    metrics: Mapping[str, float] = Field(examples=[{"loss": 0.41, "val_accuracy": 0.87}])
    seconds: float
    measured_at: float
    worker: str

    @classmethod
    def of(cls, view: EpochView) -> "EpochAnswer":
        return cls(
            epoch=view.epoch, metrics=view.metrics, seconds=view.seconds, measured_at=view.measured_at,
            worker=view.worker_id,
        )  # fmt: skip


class RunAnswer(Answer):
    """A training. value: of the objective at its best epoch; metrics: all of them there. Times are in seconds since
    1970. trial_number: None while its place of the budget has no trial yet."""

    study_name: str
    trial_number: int | None = Field(examples=[12])
    state: str = Field(examples=["complete"])
    reason: str
    verdicts: list[Verdict]
    baseline: str | None
    value: float | None = Field(examples=[0.8873])
    best_epoch: int
    epochs: int
    params: Mapping[str, Value] = Field(examples=[{"units_1": 128, "learning_rate": 0.0012}])
    metrics: Mapping[str, float]
    test: Mapping[str, float] | None
    started_at: float
    finished_at: float | None
    worker: str | None
    host: str
    device: str
    parameters: int | None
    mlflow_run_id: str | None

    @classmethod
    def of(cls, run: RunView) -> "RunAnswer":
        return cls(**fields_of(run))


class FinalistAnswer(RunAnswer):
    """One of the best configurations trained again: with another seed ("compare"), or for use ("final")."""

    role: str
    round: int
    seed_number: int | None

    @classmethod
    def of(cls, run: RunView) -> "FinalistAnswer":
        return cls(**fields_of(run), role=run.role, round=run.round, seed_number=run.seed_number)


def fields_of(run: RunView) -> dict[str, Any]:
    best = next((epoch.metrics for epoch in run.epochs if epoch.epoch == run.best_epoch), {})
    facts = run.facts
    return {
        "study_name": run.study_name, "trial_number": run.trial_number, "state": run.state, "reason": run.reason,
        "verdicts": Verdict.of(run), "baseline": run.baseline or None, "value": run.value,
        "best_epoch": run.best_epoch, "epochs": len(run.epochs), "params": run.params, "metrics": best,
        "test": run.test, "started_at": run.started_at, "finished_at": run.finished_at, "worker": run.worker_id,
        "host": facts.host, "device": facts.device, "parameters": facts.parameters, "mlflow_run_id": run.mlflow_run_id,
    }  # fmt: skip


class WorkerAnswer(Answer):
    """A worker that lives. stage: what it does."""

    worker: str
    host: str
    device: str
    study_name: str | None
    stage: str
    seen_seconds_ago: float

    @classmethod
    def of(cls, view: WorkerView) -> "WorkerAnswer":
        return cls(
            worker=view.worker_id, host=view.host, device=view.device, study_name=view.study_name, stage=view.stage,
            seen_seconds_ago=round(view.seen_s, 1),
        )  # fmt: skip


class PassedOver(Answer):
    """Why workers do not work on a study. mend: what to do."""

    reason: str
    workers: int
    gone: bool
    mend: str

    @classmethod
    def of(cls, reason: Reason) -> "PassedOver":
        return cls(reason=reason.reason, workers=reason.workers, gone=reason.gone, mend=reason.mend)


class ObjectiveAnswer(Answer):
    metric: str = Field(examples=["val_accuracy"])
    direction: Direction


class StudySummary(Answer):
    """A study in a list. trials: its budget. counts: trials by state. value: of the objective, the best so far."""

    study_name: str = Field(examples=["fashion_mnist-1"])
    space: str = Field(examples=["fashion_mnist"])
    state: StudyState
    note: str | None
    trials: int = Field(examples=[100])
    counts: Mapping[str, int] = Field(examples=[{"complete": 33, "pruned": 67}])
    objective: ObjectiveAnswer
    value: float | None = Field(examples=[0.8980])
    best_trial: int | None
    test: Mapping[str, float] | None
    stage: str
    ended_by: str | None
    seconds: float
    seconds_left: float | None
    seed: int
    created_at: float
    finished_at: float | None
    passed_over: list[PassedOver]
    mlflow_uri: str
    mlflow_run_id: str | None

    @classmethod
    def of(cls, status: StudyStatus) -> "StudySummary":
        return cls(**_summary(status))


class LimitsAnswer(Answer):
    """When the search ends before its trials are up; None sets no limit."""

    epochs: int | None
    target: float | None
    plateau: int | None


class StudyAnswer(StudySummary):
    """A study. timeout_seconds: its time limit. figures, words: of its outcome, once it has ended."""

    timeout_seconds: float | None
    limits: LimitsAnswer
    best: RunAnswer | None
    workers: list[WorkerAnswer]
    figures: Mapping[str, int | float | str | None]
    words: list[str]
    champion: bool

    @classmethod
    def of(cls, status: StudyStatus) -> "StudyAnswer":
        outcome, limits = status.study.outcome, status.study.options.limits
        finalists = outcome.finalists if outcome else None
        return cls(
            **_summary(status),
            timeout_seconds=status.study.timeout_s,
            limits=LimitsAnswer(epochs=limits.epochs, target=limits.target, plateau=limits.plateau),
            best=None if status.best is None else RunAnswer.of(status.best),
            workers=[WorkerAnswer.of(each) for each in status.workers],
            figures=outcome.figures if outcome else {},
            words=list(finalists.words) if finalists else [],
            champion=bool(outcome and outcome.champion and outcome.champion.stands),
        )


def _summary(status: StudyStatus) -> dict[str, Any]:
    study, best = status.study, status.best
    objective = spec_of(study).objective
    return {
        "study_name": study.study_name, "space": study.space_name, "state": status.state,
        "note": note_of(study) or None, "trials": study.trials, "counts": status.counts,
        "objective": ObjectiveAnswer(metric=objective.metric, direction=objective.direction),
        "value": best.value if best else None, "best_trial": best.trial_number if best else None,
        "test": study.outcome.test if study.outcome else None, "stage": status.stage,
        "ended_by": status.why_ended or None, "seconds": round(status.elapsed_s, 3),
        "seconds_left": None if status.left_s is None else round(status.left_s, 1), "seed": study.seed,
        "created_at": study.created_at, "finished_at": study.finished_at,
        "passed_over": [PassedOver.of(each) for each in status.passed_over],
        "mlflow_uri": public_uri(study.mlflow_uri), "mlflow_run_id": study.mlflow_run_id,
    }  # fmt: skip


class StudyPage(Answer):
    """next: the cursor of the next page; None where this is the last. unreadable: by name, why this version of tune
    cannot read a study."""

    studies: list[StudySummary]
    next: str | None
    unreadable: Mapping[str, str]


class TrialPage(Answer):
    """next: the cursor of the next page; None where this is the last."""

    trials: list[RunAnswer]
    next: str | None


class Epochs(Answer):
    epochs: list[EpochAnswer]


class Finalists(Answer):
    finalists: list[FinalistAnswer]


class Workers(Answer):
    workers: list[WorkerAnswer]
