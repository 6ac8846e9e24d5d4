"""Several objectives and constraints where results are shown: their names, a trial's figures.

Leaves to others: which trials are on the front (studies), the tables (show).
"""

from tuner.database.runs import FAILED, RunView
from tuner.formatting import figure_in_words
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of


def further_objectives(status: StudyStatus) -> list[str]:
    """The objectives of a study after its first."""
    return [each.metric for each in spec_of(status.study).further_objectives]


def further_figures(status: StudyStatus) -> list[str]:
    """What is measured of a trial beside the first objective: further ones, and what is bounded."""
    return list(spec_of(status.study).further_figures)


def further_figure(trial: RunView, name: str) -> str:
    """A trial's figure of a further objective, or of what is bounded."""
    figure = trial.facts.figure(name)
    if figure is None or trial.state in FAILED:
        return "-"
    return figure_in_words(name, figure)
