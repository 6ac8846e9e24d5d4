"""Several objectives where results are shown: their names, a trial's figures, its values for --json.

Leaves to others: which trials are on the front (studies), the tables (show).
"""

from typing import Any

from tuner.database.runs import FAILED, RunView
from tuner.studies.pareto import values_of
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of


def further_objectives(status: StudyStatus) -> list[str]:
    """The objectives of a study after its first."""
    return [each.metric for each in spec_of(status.study).further_objectives]


def further_figure(trial: RunView, name: str) -> str:
    """A trial's figure of a further objective; a count without digits after the point."""
    figure = trial.facts.figure(name)
    if figure is None or trial.state in FAILED:
        return "-"
    return f"{figure:,.0f}" if name == "parameters" else f"{figure:.4f}" if figure < 100 else f"{figure:.6g}"


def values_object(status: StudyStatus, trial: RunView) -> dict[str, Any]:
    """Of a study with several objectives: a trial's value of each, by name, or null for one that failed."""
    spec = spec_of(status.study)
    if not spec.further_objectives:
        return {}
    values = values_of(spec, trial) if trial.state not in FAILED else None
    names = [each.metric for each in spec.objectives]
    return {"values": None if values is None else dict(zip(names, values, strict=True))}
