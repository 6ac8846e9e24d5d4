"""Baselines that are given beside a space: the same checks, and the space as a value with them in it.

Leaves to others: what a baseline has to be (baselines), where these come from (service, studies).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tuner.spec.baselines import Baseline, read_baselines, read_python_baselines
from tuner.spec.external import read_external_baselines
from tuner.spec.study_spec import StudySpec

Written = Mapping[str, Mapping[str, Any]]
"""Configurations by their names, as a file would say them."""


def with_baselines_first(spec: StudySpec, given: Written, before: str) -> StudySpec:
    """The space with these before its own; one of the same name takes its place.

    before: what errors say before a baseline's name. Raises SpecError for one that the space does not hold.
    """
    added = read_given(spec, given, before)
    names = {each.name for each in added}
    return _with(spec, (*added, *(each for each in spec.baselines if each.name not in names)), given)


def with_baselines_last(spec: StudySpec, given: Written, before: str) -> StudySpec:
    """The space with these after its own. Raises SpecError."""
    return _with(spec, (*spec.baselines, *read_given(spec, given, before)), given)


def read_given(spec: StudySpec, given: Written, before: str) -> tuple[Baseline, ...]:
    if spec.external:
        return read_external_baselines(given, spec.space, before)
    if spec.code is None:
        return read_baselines(given, spec.space, spec.model, spec.task, before)
    # The defaults of KerasTuner's code are among the space's own already.
    names = set(given)
    return tuple(each for each in read_python_baselines(given, spec.model, before) if each.name in names)


def _with(spec: StudySpec, baselines: tuple[Baseline, ...], given: Written) -> StudySpec:
    paths = {"baselines", *(f"baselines.{name}.{key}" for name, params in given.items() for key in params)}
    tried = json.dumps([[each.name, dict(each.params)] for each in baselines])
    digest = hashlib.sha256(f"{spec.digest} {tried}".encode()).hexdigest()
    return replace(spec, baselines=baselines, written=spec.written | paths, digest=digest)
