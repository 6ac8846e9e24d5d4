"""The space of a study that is there is narrowed or widened: which changes are one, and what the study then searches.

What changes are the domains of parameters: ranges, choices, fixed values. A parameter that one of the two spaces does
not name has its default there, which is a fixed value, too. Everything else of the file has to be as it is stored, or
is left out of it: baselines, and what has its default.

Owns: that rule, the words for what changed, and whether a sampler can go on.
Leaves to others: what differs beside (same_request), storing it (database), what a search makes of trials outside the
space (search).
"""

from collections.abc import Iterator

from tuner.errors import InputError
from tuner.studies.resolved_spec import ResolvedSpec, StoredParameter
from tuner.studies.same_request import differences, in_words, parameter_in_words

_CANNOT = {
    "grid": "its cells are those of the space that it began with",
    "brute_force": "its cells are those of the space that it began with",
    "cmaes": "its state is of the space that it began with",
    "gp": "it models the space that all of its trials had",
}
"""Samplers that cannot go on over another space, and why."""


def changed(there: ResolvedSpec, asked: ResolvedSpec, where: str) -> ResolvedSpec:
    """What the study searches from then on. Raises InputError where anything else differs."""
    sampler = there.search.sampler.name
    if sampler in _CANNOT:
        raise InputError(
            f"{where}: the study's sampler is {sampler}, and {_CANNOT[sampler]}. Start a new study with --from."
        )
    if other := list(_elsewhere(there, asked)):
        raise InputError(
            f"{where}: only the domains of parameters can change while a study is there; this differs: "
            f"{in_words(other)}."
        )
    before = {each.name: each for each in there.parameters}
    for each in asked.parameters:
        if each.name in before:
            _check(before[each.name], each, where)
    _check_layers(there, asked, where)
    kept = {each for each in there.written if not each.startswith("parameters")}
    told = {each for each in asked.written if each.startswith("parameters")}
    return there.model_copy(update={"parameters": asked.parameters, "written": tuple(sorted(kept | told))})


def changes(before: ResolvedSpec, now: ResolvedSpec) -> list[str]:
    """Which parameters changed, a line each: ``units: 8 to 64 -> 8 to 32``; layers that have the same, once."""
    old, new = dict(_domains(before)), dict(_domains(now))
    fixed = "its default"
    return [
        f"{name}: {old.get(name, fixed)} -> {new.get(name, fixed)}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _domains(spec: ResolvedSpec) -> Iterator[tuple[str, str]]:
    yield from ((each.shared or each.name, parameter_in_words(each)) for each in spec.parameters)


def _elsewhere(there: ResolvedSpec, asked: ResolvedSpec) -> Iterator[str]:
    """What differs beside parameters. Baselines that the new file leaves out stay as they are."""
    named = {each.name for each in asked.baselines}
    for line in differences(there, asked):
        kind, _, rest = line.partition(".")
        name = rest.partition(":")[0].rpartition(".")[0] or rest.partition(":")[0]
        if kind == "parameters" or (kind == "baselines" and name not in named):
            continue
        yield line


def _check(before: StoredParameter, now: StoredParameter, where: str) -> None:
    at = f"{where}: parameters.{now.shared or now.name}"
    if dict(before.when) != dict(now.when):
        raise InputError(f"{at}: its condition (when) cannot change while a study is there.")
    if not _is_fixed(before) and not _is_fixed(now) and before.kind != now.kind:
        kinds = {"choice": "a list of choices", "int": "a range", "float": "a range"}
        raise InputError(f"{at}: {kinds[before.kind]} cannot become {kinds[now.kind]} while a study is there.")


def _check_layers(there: ResolvedSpec, asked: ResolvedSpec, where: str) -> None:
    """One value for all layers, or one each: that is not a domain."""
    by_layer = [{each.shared for each in spec.parameters if each.shared} for spec in (there, asked)]
    whole = [{each.name for each in spec.parameters} for spec in (there, asked)]
    for name in sorted((by_layer[0] & whole[1]) | (by_layer[1] & whole[0])):
        raise InputError(f"{where}: parameters.{name}: its per: cannot change while a study is there.")


def _is_fixed(each: StoredParameter) -> bool:
    return each.kind == "choice" and len(each.values or ()) == 1
