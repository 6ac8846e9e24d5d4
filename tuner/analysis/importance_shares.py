"""Which parameters mattered, as the shares by which the pictures are ordered."""

from collections.abc import Mapping, Sequence

from tuner.analysis.importance import OFTEN, SURE_TRIALS, Importance, importance
from tuner.errors import NotFound
from tuner.formatting import plural, value_in_words
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of

_MOST_VALUES = 3
_MOST_NAMED = 5
_LEAST_SHARE = 0.03
"""Of a smaller share nobody would think that it matters."""


def importance_of(status: StudyStatus) -> tuple[Sequence[Importance], str]:
    """What mattered, and in words by what that is judged; nothing where too few trials ended."""
    try:
        found = importance(spec_of(status.study), status.trials)
    except NotFound:
        return (), ""
    words = "By PED-ANOVA: how much the values of the best tenth of the trials differ from all that were tried."
    if doubtful := [each.name for each in found if each.chance > OFTEN and each.ped_anova >= _LEAST_SHARE]:
        words += f" May be chance: {', '.join(doubtful[:_MOST_NAMED])}{', ...' if len(doubtful) > _MOST_NAMED else ''}."
    trained = sum(trial.state in ("complete", "pruned") for trial in status.trials)
    if trained < SURE_TRIALS:
        words += f" From {plural(trained, 'trial')} it is an indication."
    return found, words


def weights_of(status: StudyStatus) -> tuple[Mapping[str, float], str]:
    """Shares that add up to 1, and in words what they are; nothing where too few trials ended."""
    found, words = importance_of(status)
    return shares(found), words


def shares(found: Sequence[Importance]) -> Mapping[str, float]:
    """Of each parameter, the most important first."""
    return {each.name: each.ped_anova for each in found}


def ranges(found: Sequence[Importance]) -> list[tuple[str, str]]:
    """Where the best trials lie, a line a parameter, the most important first."""
    return [(each.name, _range(each)) for each in found if each.best_trials]


def _range(found: Importance) -> str:
    if found.low is not None and found.high is not None:
        low, high = value_in_words(found.low), value_in_words(found.high)
        return low if low == high else f"{low} to {high}"
    shown = ", ".join(f"{value_in_words(value)} ({count})" for value, count in found.values[:_MOST_VALUES])
    return shown + (", ..." if len(found.values) > _MOST_VALUES else "")
