"""Studies and trials as objects for --json.

Owns: the keys (documented in the README).
Leaves to others: words and tables (show), what is known (studies).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuner.cli.several import further_objectives, values_object
from tuner.cli.show import spent_s
from tuner.database.deliveries import Refusal
from tuner.database.facts import Outcome
from tuner.database.runs import RunView
from tuner.database.studies import note_of
from tuner.settings import public_uri
from tuner.studies.pareto import front
from tuner.studies.status import StudyStatus, ranked
from tuner.studies.stored_study import spec_of

if TYPE_CHECKING:
    from tuner.analysis.synchronizing import Synchronized


def _verdicts(trial: RunView) -> list[dict[str, str]]:
    """What went wrong in the network, one object an illness; empty for a healthy one."""
    known = [each for each in trial.facts.verdicts if each.kind]
    return [{"illness": each.kind, "verdict": each.words, "remedy": each.remedy} for each in known]


def trial_object(trial: RunView) -> dict[str, Any]:
    """A trial for --json. metrics: of its best epoch."""
    metrics = next((epoch.metrics for epoch in trial.epochs if epoch.epoch == trial.best_epoch), {})
    return {
        "study_name": trial.study_name,
        "trial_number": trial.trial_number,
        "state": trial.state,
        "reason": trial.reason,
        "verdicts": _verdicts(trial),
        "baseline": trial.baseline or None,
        "value": trial.value,
        "best_epoch": trial.best_epoch,
        "epochs": len(trial.epochs),
        "seconds": round(spent_s(trial), 3),
        "params": dict(trial.params),
        "metrics": dict(metrics),
        "mlflow_run_id": trial.mlflow_run_id,
    }


def summary_object(status: StudyStatus) -> dict[str, Any]:
    """A study for --json."""
    study = status.study
    return {
        "study_name": study.study_name,
        "space": study.space_name,
        "state": status.state,
        "note": note_of(study) or None,
        "trials": study.trials,
        "counts": dict(status.counts),
        "stage": status.stage,
        "passed_over": [
            {"reason": each.reason, "workers": each.workers, "gone": each.gone, "mend": each.mend}
            for each in status.passed_over
        ],
        "ended_by": status.why_ended or None,
        "value": status.best.value if status.best else None,
        "test": study.outcome.test if study.outcome else None,
        "seconds": round(status.elapsed_s, 3),
        "seconds_left": None if status.left_s is None else round(status.left_s, 1),
        "seed": study.seed,
        "mlflow_uri": public_uri(study.mlflow_uri),
        "mlflow_run_id": study.mlflow_run_id,
    }


def status_object(status: StudyStatus, refused: Sequence[Refusal]) -> dict[str, Any]:
    """`tune status --json`. refused: by MLflow."""
    return {
        **summary_object(status),
        "refused": refused_object(refused),
        "best": trial_object(status.best) if status.best else None,
        "running": [trial_object(trial) for trial in status.trials if trial.state == "running"],
        "reproductions": [reproduction_object(again) for again in status.reproductions],
        "workers": [
            {"worker": each.worker_id, "host": each.host, "device": each.device, "stage": each.stage,
             "seen_seconds_ago": round(each.seen_s, 1)}
            for each in status.workers
        ],
    }  # fmt: skip


def reproduction_object(again: RunView) -> dict[str, Any]:
    """A trial that was trained once more, for --json."""
    return {
        "trial_number": again.trial_number,
        "state": again.state,
        "reason": again.reason,
        "came_out": again.facts.came_out or None,
        "value": again.value,
        "epochs": len(again.epochs),
        "seed": again.seed,
        "device": again.facts.device or None,
        "seconds": round(spent_s(again), 3),
    }


def refused_object(refused: Sequence[Refusal]) -> list[dict[str, str]]:
    """What MLflow refused of a study, for --json."""
    return [{"record": each.record, "reason": each.reason} for each in refused]


def synchronized_object(seen: "Synchronized") -> dict[str, Any]:
    """`tune sync --json`."""
    return {
        "study_name": seen.study_name,
        "delivered": seen.delivered,
        "lost": seen.lost,
        "refused": refused_object(seen.refused),
        "postponed": list(seen.postponed),
        "without_model": list(seen.without_model),
    }


def trials_object(status: StudyStatus, top: int | None) -> dict[str, Any]:
    """`tune trials --json`."""
    direction = spec_of(status.study).objective.direction
    return {
        "study_name": status.study.study_name,
        "trials": [
            {**trial_object(trial), **values_object(status, trial)} for trial in ranked(status.trials, direction)[:top]
        ],
    }


def best_object(status: StudyStatus) -> dict[str, Any]:
    """`tune best --json`."""
    base: dict[str, Any] = {"study_name": status.study.study_name, "trial_number": None, "state": status.state}
    content = {**trial_object(status.best), **values_object(status, status.best)} if status.best else base
    outcome = status.study.outcome or Outcome()
    found = {
        **content,
        "test": outcome.test,
        "not_scored": outcome.not_scored,
        "finalists": outcome.finalists and outcome.finalists.model_dump(mode="json"),
        "champion": outcome.champion and outcome.champion.model_dump(mode="json"),
    }
    if further_objectives(status):
        found["pareto"] = [
            {**trial_object(trial), **values_object(status, trial)}
            for trial in front(spec_of(status.study), status.trials)
        ]
    return found
