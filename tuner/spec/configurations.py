"""A configuration that a person writes for a space that is there, as under `baselines:`, and what is wrong with it.

Owns: that each value is looked at for itself first, so that a person is told of all that are wrong at once.
Leaves to others: what a space holds (baselines, external), who asks (service).
"""

from collections.abc import Mapping
from typing import Any

from tuner.errors import ParameterError
from tuner.spec.added_baselines import read_given
from tuner.spec.baselines import Baseline, given_values
from tuner.spec.families import FAMILIES
from tuner.spec.space import Space
from tuner.spec.study_spec import StudySpec


def read_configuration(spec: StudySpec, name: str, written: Mapping[str, Any], before: str) -> Baseline:
    """It with every parameter in use. Raises ParameterError. before: what errors say before its name."""
    (found,) = read_given(spec, {name: written}, before)
    return found


def faults(spec: StudySpec, written: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by parameter as it was written; of an empty name what is of the whole. Empty where all is well."""
    found = faults_alone(spec, written)
    if not found:
        try:
            read_configuration(spec, "", written, "")
        except ParameterError as error:
            found[error.parameter] = error.words
    return found


def faults_alone(spec: StudySpec, written: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each value whatever the others are."""
    found: dict[str, str] = {}
    for name, value in written.items():
        try:
            _check_alone(spec, name, value)
        except ParameterError as error:
            found[error.parameter] = error.words
    return found


def _check_alone(spec: StudySpec, name: str, value: Any) -> None:
    """A value whatever the others are. Raises ParameterError."""
    if spec.code is not None or (spec.external and name not in spec.space):
        return  # nothing is known beforehand, or it is said of the whole
    layers = {name: value} if spec.external else given_values({name: value}, FAMILIES[spec.model], "")
    for key, each in layers.items():
        _check_inside(spec.space, name, key, each)


def _check_inside(space: Space, name: str, key: str, value: Any) -> None:
    parameter = next((space[each] for each in (key, name) if each in space), None)
    if parameter is not None and value not in parameter.domain:
        raise ParameterError("", name, f"{key} is {value!r}; the space has {parameter.domain}.")
