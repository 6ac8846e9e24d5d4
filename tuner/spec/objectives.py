"""What a study may optimize beside a metric of the validation rows, and which way each is better.

Owns: the names of a network's costs, and the direction of an objective that does not say it, where that is known.
Leaves to others: measuring (studies, training), several objectives in Optuna's words (search).
"""

from collections.abc import Mapping
from typing import Any

from tuner.spec.metrics import METRICS, Direction, key

COSTS: Mapping[str, str] = {
    "parameters": "how many numbers training adjusts",
    "latency_ms": "milliseconds to predict one row, on the worker's device",
    "training_seconds": "seconds to build, train and store the network",
}
"""What a network costs; less of each is better."""


def better(metric: str) -> Direction | None:
    """Which way a metric is better; None for one that is not known."""
    if metric in COSTS or metric == "val_loss":
        return "minimize"
    name = key(metric.removeprefix("val_"))
    return next((names[name] for names in METRICS.values() if name in names), None)


def spread(raw: Any) -> Any:
    """Objectives as written - names alone, or mappings - each with its direction."""
    if not isinstance(raw, list):
        return raw
    spread_ones = []
    for each in raw:
        made = {"metric": each} if isinstance(each, str) else each
        if isinstance(made, dict) and "direction" not in made and isinstance(made.get("metric"), str):
            known = better(made["metric"])
            made = made if known is None else {**made, "direction": known}
        spread_ones.append(made)
    return spread_ones
