"""Which parameters mattered, as the shares by which the pictures are ordered."""

from collections.abc import Mapping

from tuner.analysis.importance import SURE_TRIALS, importance
from tuner.errors import NotFound
from tuner.studies.service import StudyStatus, spec_of


def weights_of(status: StudyStatus) -> tuple[Mapping[str, float], str]:
    """Shares that add up to 1, and in words what they are; nothing where too few trials ended."""
    try:
        found = importance(spec_of(status.study), status.trials, fanova=False)
    except NotFound:
        return {}, ""
    words = "By PED-ANOVA: how much the values of the best tenth of the trials differ from all that were tried."
    counted = sum(trial.state in ("complete", "pruned") for trial in status.trials)
    if counted < SURE_TRIALS:
        words += f" From {counted} trials it is an indication."
    return {each.name: each.ped_anova for each in found}, words
