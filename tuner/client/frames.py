"""Trials and epochs of a server as pandas frames, in the columns of `tuner.Study`, as far as the API tells them.

Leaves to others: which columns there are (analysis.results).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuner.analysis.results import EPOCH_COLUMNS, TRIAL_COLUMNS, frame, in_groups
from tuner.service.changes import StudyChanges
from tuner.studies.views import Trial

if TYPE_CHECKING:
    import pandas as pd

_ELSEWHERE = ("training_seconds", "parameters", "host", "device", "seed")
"""Told of one trial at a time (`RemoteTrial.findings`)."""


def trial_frame(found: Sequence[Trial]) -> "pd.DataFrame":
    rows = [
        {
            "study_name": each.study_name,
            "trial_number": each.trial_number,
            "baseline": each.baseline or "",
            "state": each.state,
            "reason": each.reason,
            "verdict": "; ".join(verdict.verdict for verdict in each.verdicts),
            "value": each.value,
            "best_epoch": each.best_epoch,
            "epochs": each.epochs,
            "seconds": each.seconds,
            "worker": each.worker or "",
            "started_at": each.started_at,
            "finished_at": each.finished_at,
            "mlflow_run_id": each.mlflow_run_id or "",
            **{f"params.{name}": value for name, value in each.params.items()},
            **{f"metrics.{name}": value for name, value in each.metrics.items()},
        }
        for each in found
    ]
    columns = [name for name in TRIAL_COLUMNS if name not in _ELSEWHERE]
    return in_groups(frame(rows, columns, numbers=("value",)))


def epoch_frame(told: StudyChanges) -> "pd.DataFrame":
    """told: all of a study."""
    trials = {(each.role, each.round, each.ordinal): each for each in told.runs if each.role == "search"}
    rows = [
        {
            "study_name": trials[key].study_name,
            "trial_number": trials[key].trial_number,
            "epoch": each.epoch,
            "seconds": each.seconds,
            "measured_at": each.measured_at,
            "worker": each.worker,
            **each.metrics,
        }
        for each in sorted(told.epochs, key=lambda each: (each.ordinal, each.epoch))
        if (key := (each.role, each.round, each.ordinal)) in trials
    ]
    return frame(rows, EPOCH_COLUMNS, numbers=("seconds",))
