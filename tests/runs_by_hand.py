"""Views of runs as a database would give them, for what only reads them."""

from typing import Any

from tuner.database.runs import RunView
from tuner.database.trial_facts import TrialFacts


def trial_view(ordinal: int, **known: Any) -> RunView:
    """A complete trial of the search; known: what is otherwise."""
    usual: dict[str, Any] = {
        "study_name": "s", "role": "search", "round": 0, "ordinal": ordinal, "trial_ordinal": ordinal,
        "trial_number": ordinal, "baseline": "", "seed_number": 0, "seed": 0, "planned_epochs": 0, "dropped": "",
        "state": "complete", "reason": "", "params": {}, "facts": TrialFacts(), "value": None, "best_epoch": 1,
        "test": None,
        "started_at": 0.0, "finished_at": 1.0, "finalized": True, "worker_id": "w", "held": False, "attempt": 1,
        "repeated": 0, "mlflow_run_id": None, "changes": 1, "recorded": 1, "last_epoch_at": None,
    }  # fmt: skip
    return RunView(**usual | known)
