"""What an old study gives a new one where the spaces overlap: its best configurations to try first, its trials to learn
from.

Owns: which are taken, what becomes of values that the new space does not hold, and the lines that say so.
Leaves to others: checking them as baselines (study_spec), trying them first, learning from them (search).
"""

from typing import Any

import optuna
from optuna.storages import BaseStorage

from tuner.errors import InputError
from tuner.formatting import plural
from tuner.search.evidence import FEWEST, Kept, recorded
from tuner.search.proposals import are_asked_at_once
from tuner.spec.added_baselines import with_baselines_last
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Params, Value, answers
from tuner.spec.study_spec import StudySpec
from tuner.studies.export import as_written
from tuner.studies.status import StudyStatus, ranked
from tuner.studies.stored_study import spec_of


def with_best_of(spec: StudySpec, old: StudyStatus, most: int) -> tuple[StudySpec, str]:
    """The space with an old study's best configurations after its own baselines, and a line that says what was taken.

    A parameter that the old study did not have takes the family's default. A value outside the new space moves to the
    nearest inside it; one of a parameter that the new space does not search is left out. Raises InputError where there
    is nothing to take.
    """
    name, before = old.study.study_name, spec_of(old.study)
    if spec.code is not None or before.code is not None:
        raise InputError(f"--from {name}: configurations of a person's own code are not carried over. Leave it out.")
    if spec.model != before.model:
        raise InputError(f"--from {name}: it searched {_kind(before)}, and this space is of {_kind(spec)}.")
    best = [trial for trial in ranked(old.trials, before.objective.direction) if trial.state == "complete"][:most]
    if not best:
        raise InputError(f"--from {name}: it has no complete trial yet. Let it run, or name another.")
    baselines: dict[str, Any] = {}
    known = [{key: each.params[key] for key in each.params if key in spec.space} for each in spec.baselines]
    moved: dict[str, None] = {}
    left: dict[str, None] = {}
    taken = 0
    for trial in best:
        fitted = _fitted(trial.params, spec, moved, left)
        if fitted in known:
            continue
        known.append(dict(fitted))
        baselines[f"{name}-trial-{trial.trial_number}"] = as_written(fitted, spec)
        taken += 1
    words = f"{taken} of the {len(best)} best configurations of {name} are tried first"
    words += f"; moved into the space: {', '.join(moved)}" if moved else ""
    words += f"; left out, not searched here: {', '.join(left)}" if left else ""
    return with_baselines_last(spec, baselines, f"{spec.name} with the best of {name}: baselines."), words


def evidence_from(storage: BaseStorage, name: str, spec: StudySpec) -> tuple[Kept, str]:
    """The trials of an old study from which a new one is to learn, and a line that says how many."""
    if not are_asked_at_once(spec):
        return (
            [],
            f"the trials of {name} teach nothing: of the samplers, tpe with one objective learns from another study",
        )
    kept = recorded(optuna.load_study(storage=storage, study_name=name), spec.space)
    if not kept:
        return [], f"the trials of {name} teach nothing: fewer than {FEWEST} are in this space"
    return kept, f"{plural(len(kept), 'trial')} of {name} are learned from, as far as they foretell how these go"


def _kind(spec: StudySpec) -> str:
    return "an external program's training" if spec.external else f"the family {spec.model}"


def _fitted(old: Params, spec: StudySpec, moved: dict[str, None], left: dict[str, None]) -> dict[str, Value]:
    """A configuration of the new space as near as may be to an old one; only parameters that are in use."""
    chosen: dict[str, Value] = {}

    def choose(parameter: Parameter) -> Value:
        names = (parameter.name, parameter.shared, f"{parameter.name}_1")
        value = next((old[each] for each in names if each is not None and each in old), parameter.default)
        inside = nearest_in(parameter, value)
        if inside != value:
            moved[parameter.shared or parameter.name] = None
        chosen[parameter.name] = inside
        return inside

    used: dict[str, Value] = {}
    spec.configure(answers(spec.space, choose, used))
    for name, value in used.items():
        if name not in chosen and name in old and old[name] != value:
            left[name] = None
    return chosen


def nearest_in(parameter: Parameter, value: Value) -> Value:
    """The value itself where the space holds it, else the nearest number, the default, or the first that it has."""
    domain = parameter.domain
    if value in domain:
        return value
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    match domain:
        case IntRange(low, high, step) if number is not None:
            whole = min(high, max(low, round(number)))
            return whole if domain.log else low + step * round((whole - low) / step)
        case FloatRange() as real if number is not None:
            return real.nearest(number)
        case Choice(values):
            numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
            if number is not None and numbers:
                return min(numbers, key=lambda each: abs(each - number))
            return parameter.default if parameter.default in domain else values[0]
        case _:
            return parameter.default if parameter.default in domain else domain.low
