"""`tune start --baseline FILE`: configurations from a file, such as a trial's `parameters.yaml`, tried first.

Leaves to others: whether the space holds them (spec).
"""

from pathlib import Path

import yaml

from tuner.errors import SpecError
from tuner.spec import StudySpec, parse_spec


def with_baselines(spec: StudySpec, file: Path) -> StudySpec:
    """The space with the file's baselines before its own; one of the same name takes its place. Raises SpecError."""
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = " ".join(str(error).split())[:200]
        raise SpecError(f"{file}: cannot be read as a file of baselines ({line}).") from error
    if not isinstance(given, dict) or not given or not all(isinstance(each, dict) for each in given.values()):
        raise SpecError(f"{file}: is a mapping of names to configurations, as a trial's parameters.yaml is.")
    content = yaml.safe_load(spec.text)
    own = content.get("baselines") or {}
    content["baselines"] = {**given, **{name: each for name, each in own.items() if name not in given}}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return parse_spec(text, spec.name, spec.folder, where=f"{spec.name} with {file}")
