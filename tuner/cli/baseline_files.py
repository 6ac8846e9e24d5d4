"""`tune start --baseline FILE`: configurations from a file, such as a trial's `parameters.yaml`, tried first.

Leaves to others: whether the space holds them (study_spec).
"""

from pathlib import Path

import yaml

from tuner.errors import SpecError
from tuner.spec.safe_yaml import load, read_text
from tuner.spec.study_spec import StudySpec, parse_spec


def with_baselines(spec: StudySpec, file: Path) -> StudySpec:
    """The space with the file's baselines before its own; one of the same name takes its place. Raises SpecError."""
    given = load(read_text(file), str(file))
    if not isinstance(given, dict) or not given or not all(isinstance(each, dict) for each in given.values()):
        raise SpecError(f"{file}: is a mapping of names to configurations, as a trial's parameters.yaml is.")
    content = load(spec.text, spec.name)
    own = content.get("baselines") or {}
    content["baselines"] = {**given, **{name: each for name, each in own.items() if name not in given}}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return parse_spec(text, spec.name, spec.folder, where=f"{spec.name} with {file}")
