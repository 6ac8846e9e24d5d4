"""Whether a request is the study that is there: by what was asked, not by how it was written or what is usual today.

Two specifications are the same where every key has the same value, or was written by neither person. So the order of
keys, comments, and a default that is written out make no difference, and a default that another release changed makes
none either: the study keeps its own. How long the search goes on, or an epoch may take, its seed and its finalists are
not part of it.

Owns: that rule, and the words for what differs.
Leaves to others: the stored form (resolved_spec), what becomes of a request (service).
"""

import re
from collections.abc import Iterator, Mapping

from tuner.spec.constraints import Constraint
from tuner.spec.defaults import restored
from tuner.spec.validation import Validation
from tuner.studies.resolved_spec import ResolvedSpec, StoredAlgorithm, StoredParameter

_MOST = 3
_SEARCH = ("cost", "patience")


def differences(there: ResolvedSpec, asked: ResolvedSpec) -> list[str]:
    """What differs, a line each: ``search.pruner.percentile: 40.0 -> 60.0``. Empty where they are the same."""
    old, new = dict(_flat(there)), dict(_flat(asked))
    said = {*_said(there), *_said(asked)}
    found = []
    for path in dict.fromkeys((*old, *new)):
        before, now = old.get(path, "-"), new.get(path, "-")
        # An option of an algorithm that the other does not take says no more than its name.
        other = path.startswith(("search.sampler.", "search.pruner.")) and (path in old) != (path in new)
        if before != now and not other and path in said:
            found.append(f"{path}: {before} -> {now}")
    return found


def with_epoch_timeout(there: ResolvedSpec, asked: ResolvedSpec) -> ResolvedSpec:
    """The stored one with how long an epoch may take as a person wrote it last: it is known after a trial has hung."""
    path, given = "search.epoch_timeout", asked.search.epoch_timeout
    if path not in asked.written or given == there.search.epoch_timeout:
        return there
    search = there.search.model_copy(update={"epoch_timeout": given})
    return there.model_copy(update={"search": search, "written": tuple(sorted({*there.written, path}))})


def in_words(found: list[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(found[:_MOST]) + more


def _flat(spec: ResolvedSpec) -> Iterator[tuple[str, str]]:
    """Every key and its value, in words."""
    if spec.dataset is None or isinstance(spec.dataset, str):
        yield "dataset", spec.dataset or "-"
    else:
        yield "dataset", "files"
        yield from ((f"dataset.{key}", str(value)) for key, value in spec.dataset.items())
    rule = spec.validation
    yield "validation", str(rule.model_dump(exclude_defaults=True) if isinstance(rule, Validation) else rule)
    yield "model", spec.model if spec.code is None else f"{spec.model} {spec.code}"
    yield "objective", ", ".join(f"{each.metric} ({each.direction})" for each in spec.objectives)
    yield "constraints", ", ".join(str(Constraint(**dict(each))) for each in spec.constraints) or "-"
    yield "metrics", ", ".join(spec.metrics) or "-"
    yield (
        "callbacks",
        ", ".join(f"{name} {options}" for each in spec.callbacks for name, options in each.items()) or "-",
    )
    yield from ((f"parameters.{name}", str(restored(default))) for name, default in spec.defaults.items())
    # After the defaults, in whose place these are: a parameter that is fixed at its default is not searched either.
    yield from ((f"parameters.{each.shared or each.name}", parameter_in_words(each)) for each in spec.parameters)
    for baseline in spec.baselines:
        yield f"baselines.{baseline.name}", "given"
        yield from ((f"baselines.{baseline.name}.{key}", str(value)) for key, value in baseline.params.items())
    yield from _algorithm("search.sampler", spec.search.sampler)
    yield from _algorithm("search.pruner", spec.search.pruner)
    yield from ((f"search.{name}", str(getattr(spec.search, name))) for name in _SEARCH)


def _algorithm(path: str, found: StoredAlgorithm) -> Iterator[tuple[str, str]]:
    yield f"{path}.name", found.name
    yield from ((f"{path}.{name}", str(value)) for name, value in found.options.items())


def parameter_in_words(each: StoredParameter) -> str:
    """Its domain, and when it is there."""
    if each.kind == "choice":
        words = ", ".join(map(str, each.values or ()))
    else:
        words = f"{each.low} to {each.high}{f' in steps of {each.step}' if each.step not in (None, 1) else ''}"
    when: Mapping[str, tuple[object, ...]] = dict(each.when)
    conditions = "; ".join(f"{parent}: {', '.join(map(str, values))}" for parent, values in sorted(when.items()))
    return words + (" (log)" if each.log else "") + (f" when {conditions}" if when else "")


def _said(spec: ResolvedSpec) -> Iterator[str]:
    """The paths of `_flat` that the person wrote."""
    written = set(spec.written)
    yield from written
    for baseline in spec.baselines:
        path = f"baselines.{baseline.name}"
        if f"{path}" in written or any(each.startswith(f"{path}.") for each in written):
            yield path
        # What was written once for all layers is recorded for each.
        yield from (f"{path}.{key}" for key in baseline.params if f"{path}.{re.sub(r'_[0-9]+$', '', key)}" in written)
