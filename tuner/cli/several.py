"""Several objectives where results are shown: their names, a trial's figures.

Leaves to others: which trials are on the front (studies), the tables (show).
"""

from tuner.database.runs import FAILED, RunView
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
