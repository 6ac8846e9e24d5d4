"""What came of a search: its figures, the winner against its baseline, the finalists' words. Pure.

Leaves to others: scoring and closing (runs), showing (cli, tracking).
"""

from collections.abc import Mapping, Sequence

from tuner.database.facts import FinalistsOutcome, Outcome
from tuner.database.runs import FAILED, INFEASIBLE, RunView
from tuner.spec.metrics import sign
from tuner.spec.study_spec import StudySpec
from tuner.studies.pareto import front, values_of
from tuner.studies.status import NOT_SCORED, StudyStatus, best_trial
from tuner.studies.stopping_rules import why_ended

GUESS = "guess"
Figures = dict[str, int | float | str | None]


def figures_of_search(status: StudyStatus, spec: StudySpec, guess: float | None = None) -> Figures:
    """Before anything was scored. guess: what guessing comes to, by the objective, where that is known."""
    best = status.best
    figures: Figures = {
        "trials": len(status.trials),
        "complete": status.counts.get("complete", 0),
        "pruned": status.counts.get("pruned", 0),
        "failed": sum(status.counts.get(state, 0) for state in FAILED),
    }
    if spec.constraints:
        figures["infeasible"] = status.counts.get(INFEASIBLE, 0)
    why = why_ended(status.study, spec, len(status.trials))
    figures["ended_by"] = why or ("time was up" if len(status.trials) < status.study.trials else "all trials were run")
    if best is None:
        return figures
    figures |= {"value": best.value, "best_trial": best.trial_number}
    figures |= {} if guess is None else {GUESS: guess}
    return {**figures, **_against_baseline(status.trials, best, spec), **_front(status.trials, spec)}


def with_score(best: RunView, test: Mapping[str, float] | None, why: str, figures: Figures) -> Outcome:
    """The outcome where the winner is the search's best trial. why: it has no figures on the test rows."""
    if test is not None:
        figures |= {f"test_{name}": value for name, value in test.items() if name != "seeds"}
    if why:
        figures = {**figures, NOT_SCORED: why}
    scored = None if test is None else dict(test)
    return Outcome(figures=figures, best_ordinal=best.ordinal, test=scored, not_scored=why or None)


def with_finalists(found: FinalistsOutcome, every: Sequence[RunView], figures: Figures) -> Outcome:
    """The outcome where the best were trained again: the winner is theirs, and so is the model for use."""
    winner = next(trial for trial in every if trial.ordinal == found.winner)
    mean = next((each.mean for each in found.configurations if each.trial_number == winner.trial_number), None)
    figures |= {"value": winner.value, "best_trial": winner.trial_number, "value_mean": mean, "noise": found.noise}
    figures |= {f"test_{name}": value for name, value in found.test.items()}
    figures |= {f"finalists_{number}": words for number, words in enumerate(found.words, start=1)}
    return Outcome(figures=figures, best_ordinal=winner.ordinal, test=found.test, finalists=found)


def _front(every: tuple[RunView, ...], spec: StudySpec) -> Figures:
    """Of several objectives: which trials no other beats, and the best value of each objective."""
    if not spec.further_objectives:
        return {}
    found = front(spec, every)
    figures: Figures = {
        "pareto_size": len(found),
        "pareto_trials": ", ".join(str(each.trial_number) for each in found),
    }
    values = [values_of(spec, each) or () for each in found]
    for place, objective in enumerate(spec.objectives):
        upwards = sign(objective.direction)
        figures[f"best_{objective.metric}"] = max((each[place] for each in values), key=lambda value: upwards * value)
    return figures


def _against_baseline(every: tuple[RunView, ...], best: RunView, spec: StudySpec) -> Figures:
    named = best_trial(tuple(each for each in every if each.baseline), spec.objective.direction)
    if named is None or named.ordinal == best.ordinal or named.value is None or best.value is None:
        return {}
    return {"baseline": named.baseline, "baseline_value": named.value, "gain_over_baseline": best.value - named.value}
