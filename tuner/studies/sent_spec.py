"""A specification as one process gives it to another: resolved, as a study stores it.

Leaves to others: the stored form (resolved_spec), asking and answering (child_process).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuner.spec.study_spec import StudySpec
from tuner.studies.resolved_spec import as_json, read_resolved, resolve, restore


def sent(spec: StudySpec) -> dict[str, Any]:
    """One JSON object."""
    return {"resolved": as_json(resolve(spec)), "name": spec.name, "text": spec.text, "folder": str(spec.folder)}


def received(content: Mapping[str, Any]) -> StudySpec:
    """What was sent."""
    name = content["name"]
    return restore(read_resolved(content["resolved"], name), name, content["text"], Path(content["folder"]), name)
