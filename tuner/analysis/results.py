"""Studies as tidy pandas frames: one row a study, a trial, an epoch, a stretch of a worker's time.

Owns: which columns there are, and their types. Times are UTC, seconds are seconds.
Leaves to others: what is stored (database), what it means (summary), how it looks (report).

storage: a study database, as its URL or opened. study: a study's name. Raises NotFound where one is not there.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.runs import CANCELLED, INFEASIBLE, RunView
from tuner.studies.status import all_statuses, study_status

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

_STUDY_COLUMNS = (
    *("study_name", "space", "state", "budget", "trials", "complete", "pruned", "failed", "best_trial", "value"),
    *("test_accuracy", "test_low", "test_high", "test_loss", "seconds", "seed", "created_at", "finished_at"),
)
TRIAL_COLUMNS = (
    *("study_name", "trial_number", "baseline", "state", "reason", "verdict", "value", "best_epoch", "epochs"),
    *("seconds", "training_seconds", "parameters", "worker", "host", "device", "seed", "started_at", "finished_at"),
    "mlflow_run_id",
)
EPOCH_COLUMNS = ("study_name", "trial_number", "epoch", "seconds", "measured_at", "worker")
_TIMELINE_COLUMNS = ("study_name", "trial_number", "worker", "began_at", "ended_at", "epochs", "state")


@dataclass(frozen=True)
class Stretch:
    """The time that one worker spent on one trial without a break. began_at, ended_at: seconds since 1970, UTC."""

    trial: RunView
    worker_id: str
    began_at: float
    ended_at: float
    epochs: int


def studies(storage: str | Database) -> "pd.DataFrame":
    """One row a study, the oldest first; those that this version cannot read are named in a warning.

    Columns: study_name, space, state, budget (trials asked for), trials (begun), complete, pruned, failed, best_trial,
    value (of the best trial), test_accuracy, test_low, test_high, test_loss (missing until it has ended), seconds,
    seed, created_at, finished_at.
    """
    rows = []
    found, unreadable = all_statuses(_opened(storage))
    for why in unreadable.values():
        logger.warning("%s", why)
    for status in found:
        study, counts = status.study, status.counts
        test = (study.outcome.test if study.outcome else None) or {}
        complete, pruned = counts.get("complete", 0), counts.get("pruned", 0)
        ended = [trial for trial in status.trials if trial.finished_at is not None]
        rows.append(
            {
                "study_name": study.study_name,
                "space": study.space_name,
                "state": status.state,
                "budget": study.trials,
                "trials": len(status.trials),
                "complete": complete,
                "pruned": pruned,
                "failed": len(ended) - complete - pruned - counts.get(CANCELLED, 0) - counts.get(INFEASIBLE, 0),
                "best_trial": status.best.trial_number if status.best else None,
                "value": status.best.value if status.best else None,
                **{f"test_{name}": test.get(name) for name in ("accuracy", "low", "high", "loss")},
                "seconds": status.elapsed_s,
                "seed": study.seed,
                "created_at": study.created_at,
                "finished_at": study.finished_at,
            }
        )
    return frame(rows, _STUDY_COLUMNS, numbers=("value", "test_accuracy", "test_low", "test_high", "test_loss"))


def trials(storage: str | Database, study: str) -> "pd.DataFrame":
    """One row a trial, in the order of their numbers.

    Columns: study_name, trial_number, baseline (its name, or empty), state, reason, verdict, value (the objective at
    its best epoch), best_epoch, epochs, seconds (of its epochs), training_seconds (building the network included),
    parameters (numbers that training adjusts), worker, host, device, seed, started_at, finished_at, mlflow_run_id;
    then ``params.NAME``, missing where a trial did not use the parameter, and ``metrics.NAME`` at its best epoch.
    """
    return trial_frame(study_status(_opened(storage), study, epochs=True).trials)


def trial_frame(found: Sequence[RunView]) -> "pd.DataFrame":
    """The frame of `trials`, of trials that were read with their epochs, in the order given."""
    rows = []
    for trial in found:
        best = next((epoch.metrics for epoch in trial.epochs if epoch.epoch == trial.best_epoch), {})
        rows.append(
            {
                "study_name": trial.study_name,
                "trial_number": trial.trial_number,
                "baseline": trial.baseline,
                "state": trial.state,
                "reason": trial.reason,
                "verdict": trial.facts.verdict,
                "value": trial.value,
                "best_epoch": trial.best_epoch,
                "epochs": len(trial.epochs),
                "seconds": trial.seconds,
                "training_seconds": trial.facts.training_seconds,
                "parameters": trial.facts.parameters,
                "worker": trial.worker_id or "",
                "host": trial.facts.host,
                "device": trial.facts.device,
                "seed": trial.facts.seed,
                "started_at": trial.started_at,
                "finished_at": trial.finished_at,
                "mlflow_run_id": trial.mlflow_run_id or "",
                **{f"params.{name}": value for name, value in trial.params.items()},
                **{f"metrics.{name}": value for name, value in best.items()},
            }
        )
    return in_groups(frame(rows, TRIAL_COLUMNS, numbers=("value", "training_seconds", "parameters", "seed")))


def in_groups(found: "pd.DataFrame") -> "pd.DataFrame":
    """Its parameters after everything else, and its metrics after these."""
    kinds = {name: name.partition(".")[0] for name in found.columns}
    order = [
        *(name for name in found.columns if kinds[name] not in ("params", "metrics")),
        *(name for name in found.columns if kinds[name] == "params"),
        *(name for name in found.columns if kinds[name] == "metrics"),
    ]
    return found[order]


def epochs(storage: str | Database, study: str) -> "pd.DataFrame":
    """One row an epoch of a trial, by trial and epoch.

    Columns: study_name, trial_number, epoch (from 1), seconds (validation included), measured_at (its end),
    worker; then a column a metric: loss, accuracy, val_loss, val_accuracy and what else was watched.
    """
    rows = [
        {
            "study_name": trial.study_name,
            "trial_number": trial.trial_number,
            "epoch": epoch.epoch,
            "seconds": epoch.seconds,
            "measured_at": epoch.measured_at,
            "worker": epoch.worker_id,
            **epoch.metrics,
        }
        for trial in study_status(_opened(storage), study, epochs=True).trials
        for epoch in trial.epochs
    ]
    return frame(rows, EPOCH_COLUMNS, numbers=("seconds",))


def timeline(storage: str | Database, study: str) -> "pd.DataFrame":
    """One row a stretch of time that a worker spent on a trial; a trial that changed hands has several.

    Columns: study_name, trial_number, worker, began_at, ended_at, epochs (finished in it), state (of the trial).
    """
    rows = [
        {
            "study_name": study,
            "trial_number": each.trial.trial_number,
            "worker": each.worker_id,
            "began_at": each.began_at,
            "ended_at": each.ended_at,
            "epochs": each.epochs,
            "state": each.trial.state,
        }
        for each in stretches(study_status(_opened(storage), study, epochs=True).trials)
    ]
    return frame(rows, _TIMELINE_COLUMNS)


def stretches(found: Sequence[RunView]) -> list[Stretch]:
    """Who worked when, by begin; of trials that were read with their epochs."""
    return sorted((each for trial in found for each in _stretches(trial)), key=lambda each: each.began_at)


def _stretches(trial: RunView) -> Iterator[Stretch]:
    runs: list[list[EpochView]] = []
    for epoch in trial.epochs:
        if not runs or runs[-1][-1].worker_id != epoch.worker_id:
            runs.append([])
        runs[-1].append(epoch)
    if not runs:
        # It failed before its first epoch ended, or is at it.
        if trial.finished_at is not None:
            yield Stretch(trial, trial.worker_id or "", trial.started_at, trial.finished_at, 0)
        return
    for position, run in enumerate(runs):
        # Its network was built before its first epoch, its model stored after its last.
        began = trial.started_at if position == 0 else run[0].measured_at - run[0].seconds
        ended = trial.finished_at if position == len(runs) - 1 else None
        yield Stretch(trial, run[0].worker_id, began, ended or run[-1].measured_at, len(run))


def frame(rows: Sequence[dict[str, Any]], columns: Sequence[str], numbers: Sequence[str] = ()) -> "pd.DataFrame":
    """A frame that has these columns also where there is no row."""
    import pandas as pd

    made = pd.DataFrame(list(rows))
    made = made.reindex(columns=[*columns, *(name for name in made.columns if name not in columns)])
    for name in numbers:
        made[name] = pd.to_numeric(made[name])
    for name in ("trial_number", "best_trial"):
        if name in made:
            made[name] = made[name].astype("Int64")
    for name in made.columns:
        if name.endswith("_at"):
            made[name] = pd.to_datetime(made[name].astype("float64"), unit="s", utc=True)
    return made


def _opened(storage: str | Database) -> Database:
    return open_database(storage, create=False) if isinstance(storage, str) else storage
