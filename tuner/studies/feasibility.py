"""Whether a trial keeps to the constraints of its study, by what is known of it.

A trial that breaks one is `infeasible`, whatever it came to: it is no winner, no finalist, no champion and not on the
front. A network with too many parameters is counted before it is trained, and is not trained; its place of the budget
is spent, as that of any trial is. What is measured of a trained network alone is looked at when it has ended.

Owns: that rule, its words for one trial and for a study.
Leaves to others: how a constraint is written (spec), when it is looked at (runs, service), what a sampler makes of it
(search).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tuner.data.dataset import DataInfo
from tuner.database.runs import INFEASIBLE, RunView
from tuner.database.trial_facts import TrialFacts
from tuner.formatting import figure_in_words
from tuner.hints import command
from tuner.spec.constraints import Constraint
from tuner.spec.families import CONFIGURE
from tuner.spec.families.sizes import size
from tuner.spec.space import Choice, Parameter, Params, Value, answers
from tuner.spec.study_spec import StudySpec

_MANY = 0.5
_FEW = 5


def broken(spec: StudySpec, facts: TrialFacts) -> list[tuple[Constraint, float]]:
    """The constraints that what is known of a trial breaks, each with its figure; what is not known breaks none."""
    known = [(each, facts.figure(each.metric)) for each in spec.constraints]
    return [(each, figure) for each, figure in known if figure is not None and each.violation(figure) > 0]


def broken_in_words(spec: StudySpec, facts: TrialFacts) -> str:
    """``parameters is 203,530, and not <= 50000``; empty where none is broken."""
    found = broken(spec, facts)
    return "; ".join(
        f"{each.metric} is {figure_in_words(each.metric, figure)}, and not {each.rule}" for each, figure in found
    )


def not_measured(spec: StudySpec, facts: TrialFacts) -> str:
    """Of a trained network: what is bounded and was not measured, in words; nobody can say that it is kept to."""
    names = [each.metric for each in spec.constraints if facts.figure(each.metric) is None]
    return f"{', '.join(names)} was not measured, and has a constraint" if names else ""


def why_infeasible(spec: StudySpec, facts: TrialFacts) -> str:
    """Of a trained network; empty where it keeps to all."""
    return broken_in_words(spec, facts) or not_measured(spec, facts)


def violation(spec: StudySpec, facts: TrialFacts) -> float:
    """By how much in all, in shares of the bounds; what was not measured counts as one."""
    known = sum(each.violation(figure) for each, figure in broken(spec, facts))
    return known or (1.0 if not_measured(spec, facts) else 0.0)


def keeps_to(spec: StudySpec, info: DataInfo) -> Callable[[Params], bool] | None:
    """Whether parameters that a search proposes keep to what is known before training: how many numbers it adjusts.

    None where nothing of that is bounded, or only a person's code knows it.
    """
    bounds = [each for each in spec.constraints if each.metric == "parameters"]
    if not bounds or spec.external or spec.code is not None:
        return None

    def keeps(asked: Params) -> bool:
        def choose(parameter: Parameter) -> Value:
            fixed = parameter.domain.values[0] if isinstance(parameter.domain, Choice) else parameter.default
            return asked.get(parameter.name, fixed)

        config = CONFIGURE[spec.model](answers(spec.space, choose, {}), spec.task, info.images)
        count = size(config, info.input_shape, info.outputs).parameters
        return all(each.violation(count) == 0 for each in bounds)

    return keeps


def warning(spec: StudySpec, study_name: str, trials: Sequence[RunView]) -> str:
    """That trials are spent on what no winner can be, where at least half of those that ended are; else empty."""
    ended = [each for each in trials if each.finished_at is not None]
    out = [each for each in ended if each.state == INFEASIBLE]
    if len(out) < _FEW or len(out) < _MANY * len(ended):
        return ""
    kinds: Mapping[Constraint, int] = Counter(each for trial in out for each, _ in broken(spec, trial.facts))
    named = ", ".join(f"{each} by {count}" for each, count in kinds.items())
    return (
        f"{len(out)} of {len(ended)} trials break a constraint ({named}): search where it is kept to: "
        f"{command('tune change', study_name, options=['--space', 'FILE'])}"
    )
