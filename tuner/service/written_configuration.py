"""What a person writes of a configuration - in a form, in a shell, as a trial with changes - as a space's file has it.

Leaves to others: whether the space holds it (spec.configurations), what becomes of it (configurations).
"""

from collections.abc import Mapping
from typing import Any

from tuner.database.connection import Database
from tuner.errors import ParameterError, SpecError
from tuner.service.pages import trial_of
from tuner.service.requests import Content
from tuner.service.space_form import typed
from tuner.spec.configurations import faults_alone, read_configuration
from tuner.spec.families import COUNTED_BY, FAMILIES
from tuner.spec.space import Choice, Domain, IntRange
from tuner.spec.study_spec import StudySpec
from tuner.studies.export import as_written


def written_by(
    db: Database, spec: StudySpec, study_name: str, params: Content, from_trial: int | None
) -> dict[str, Any]:
    """What was asked for, as a space's file would have it. Raises NotFound for a trial that is not there."""
    given = {name: _typed(spec, name, each) for name, each in params.items() if each not in (None, "")}
    # Nobody has to name what the space leaves no choice of.
    asked = {**given, **{name: each for name, each in _fixed(spec).items() if name not in given}}
    if from_trial is None or faults_alone(spec, asked):
        return asked
    kept = {name: each for name, each in of_trial(db, spec, study_name, from_trial).items() if name not in asked}
    _fit_layers(spec, kept, asked)
    while True:
        try:
            read_configuration(spec, "", {**kept, **asked}, "")
        except ParameterError as error:
            if error.parameter in kept:
                # Another value has made it one too many, such as a momentum without its optimizer.
                del kept[error.parameter]
                continue
        return {**kept, **asked}


def _fixed(spec: StudySpec) -> dict[str, Any]:
    """What has one value alone, whatever else is chosen."""
    return {
        each.shared or each.name: each.domain.values[0]
        for each in spec.space
        if isinstance(each.domain, Choice) and len(each.domain.values) == 1 and not each.when
    }


def of_trial(db: Database, spec: StudySpec, study_name: str, number: int) -> dict[str, Any]:
    return dict(as_written(trial_of(db, study_name, number).params, spec))


def _fit_layers(spec: StudySpec, kept: dict[str, Any], asked: Mapping[str, Any]) -> None:
    """A trial's values of layers for another number of layers: the last one for those that are new."""
    for name, known in FAMILIES.get(spec.model, {}).items():
        depth = asked.get(COUNTED_BY[known.per]) if known.per else None
        if isinstance(depth, int) and depth > 0 and isinstance(kept.get(name), list) and kept[name]:
            kept[name] = (kept[name] + kept[name][-1:] * depth)[:depth]


def _typed(spec: StudySpec, name: str, value: Any) -> Any:
    """A form and a shell have words; the space says what they stand for. What stands for nothing stays a word."""
    if isinstance(value, list | tuple):
        return [_typed(spec, name, each) for each in value]
    if spec.external and name in spec.space:
        return _in_domain(spec.space[name].domain, value)
    known = FAMILIES.get(spec.model, {}).get(name)
    if known is not None and known.per and isinstance(value, str) and "," in value:
        return [_typed(spec, name, each.strip()) for each in value.split(",")]
    if known is None or not isinstance(value, str):
        return value
    try:
        return typed(known, value)
    except SpecError:
        return value


def _in_domain(domain: Domain, value: Any) -> Any:
    if isinstance(domain, Choice):
        return next((each for each in domain.values if value == str(each)), value)
    try:
        return (int if isinstance(domain, IntRange) else float)(value) if isinstance(value, str) else value
    except ValueError:
        return value
