"""A study in words and figures that every front shows alike: its trials counted, what its search chose.

Leaves to others: how it looks (cli, analysis), what is known of it (status).
"""

from collections.abc import Callable, Mapping

from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.formatting import plural
from tuner.spec.space import Choice, Params
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of


def counts_in_words(status: StudyStatus) -> str:
    """``12 of 40 trials: 8 complete, 3 pruned, 1 failed``."""
    counts = status.counts
    failed = sum(counts.get(state, 0) for state in FAILED)
    ended = counts.get("complete", 0) + counts.get("pruned", 0) + failed
    parts = [f"{counts.get('complete', 0)} complete", f"{counts.get('pruned', 0)} pruned", f"{failed} failed"]
    if infeasible := counts.get(INFEASIBLE, 0):
        ended += infeasible
        parts.append(f"{infeasible} infeasible")
    if cancelled := counts.get(CANCELLED, 0):
        ended += cancelled
        parts.append(f"{cancelled} cancelled")
    words = f"{ended} of {plural(status.study.trials, 'trial')}: {', '.join(parts)}"
    if status.why_ended:
        words += f"; {counts.get('not_run', 0)} not run: {status.why_ended}"
    return words


def constraints_in_words(status: StudyStatus) -> str:
    """``constraints: parameters <= 50000, latency_ms <= 2``; empty where there are none."""
    words = ", ".join(map(str, spec_of(status.study).constraints))
    return f"constraints: {words}" if words else ""


def objective(status: StudyStatus) -> str:
    """The metric that the study optimizes."""
    return spec_of(status.study).objective.metric


def searched_params(status: StudyStatus, trial: RunView) -> Params:
    """The part of a trial's configuration that the search chose, in the order of the file."""
    return searched_of(status)(trial)


def searched_of(status: StudyStatus) -> Callable[[RunView], Params]:
    """`searched_params` for many trials: what the search chooses is looked up once."""
    spec = spec_of(status.study)
    space = spec.space
    fixed = {each.name for each in space if isinstance(each.domain, Choice) and len(each.domain.values) == 1}
    if spec.code is not None:
        return lambda trial: {name: value for name, value in trial.params.items() if name not in fixed}
    names = [each.name for each in space if each.name not in fixed]

    def chosen(trial: RunView) -> Params:
        params = trial.params
        return {name: params[name] for name in names if name in params}

    return chosen


def headline(test: Mapping[str, float]) -> str:
    """Which of the test figures the interval is of."""
    return next((name for name in ("accuracy", "mae") if name in test), "loss")
