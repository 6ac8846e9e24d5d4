"""Configurations to try first, given beside the space: from a file, such as a trial's `parameters.yaml`, or at hand.

Leaves to others: whether the space holds them (spec).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tuner.errors import SpecError
from tuner.spec.safe_yaml import load, read_text
from tuner.spec.study_spec import StudySpec, parse_spec


def with_baselines(spec: StudySpec, given: Path | Mapping[str, Mapping[str, Any]]) -> StudySpec:
    """The space with these baselines before its own; one of the same name takes its place. Raises SpecError."""
    where = str(given) if isinstance(given, Path) else "baselines"
    found = load(read_text(given), where) if isinstance(given, Path) else given
    if not isinstance(found, dict) or not found or not all(isinstance(each, dict) for each in found.values()):
        raise SpecError(f"{where}: is a mapping of names to configurations, as a trial's parameters.yaml is.")
    content = load(spec.text, spec.name)
    own = content.get("baselines") or {}
    content["baselines"] = {**found, **{name: each for name, each in own.items() if name not in found}}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return parse_spec(text, spec.name, spec.folder, where=f"{spec.name} with {where}")
