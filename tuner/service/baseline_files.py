"""Configurations to try first, given beside the space: from a file, such as a trial's `parameters.yaml`, or at hand.

Leaves to others: whether the space holds them (spec).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuner.errors import SpecError
from tuner.spec.added_baselines import with_baselines_first
from tuner.spec.safe_yaml import load, naming_lines, read_text
from tuner.spec.study_spec import StudySpec


def with_baselines(spec: StudySpec, given: Path | Mapping[str, Mapping[str, Any]]) -> StudySpec:
    """The space with these baselines before its own; one of the same name takes its place. Raises SpecError."""
    if not isinstance(given, Path):
        return _added(spec, given, "baselines", "baselines.")
    text, where = read_text(given), str(given)
    found = load(text, where)
    with naming_lines(text, where):
        return _added(spec, found, where, f"{where}: ")


def _added(spec: StudySpec, found: Any, where: str, before: str) -> StudySpec:
    if not isinstance(found, dict) or not found or not all(isinstance(each, dict) for each in found.values()):
        raise SpecError(f"{where}: is a mapping of names to configurations, as a trial's parameters.yaml is.")
    return with_baselines_first(spec, found, before)
