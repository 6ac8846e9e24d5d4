"""Every configuration of a finite space, each once: the cells of a grid.

Owns: which values of a parameter are tried, which configurations differ - a parameter that a network does not ask for
makes none - and which cell belongs to which place of the budget, so that no two workers ever try one cell.
Leaves to others: how a cell reaches a trial (samplers), who holds which place (database).
"""

import math
import random
from collections.abc import Iterator, Mapping
from functools import lru_cache

from tuner.errors import InputError, SpecError
from tuner.formatting import plural
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Params, Value, answers
from tuner.spec.study_spec import StudySpec

MOST_CELLS = 10_000
"""More than anyone trains."""

_MOST_ASKED = 400_000
"""Values asked for on the walk over all of them: about a second."""

EXHAUSTIVE = ("grid", "brute_force")
"""The samplers that try cells."""


def cells(spec: StudySpec, where: str) -> tuple[Params, ...]:
    """Every configuration that the space allows, by the values that are in use, without those of the baselines.

    In the order of the file, the last parameter fastest.
    Raises SpecError for a range without steps where no `points` are given, and for more than MOST_CELLS.
    """
    points = spec.search.sampler.options.get("points")
    if points is not None and points > MOST_CELLS:  # type: ignore[operator]  # `check_options` saw a number
        raise _too_many(where)
    return _cells(_Key(spec, None if points is None else int(points), where))


def cell(spec: StudySpec, study_seed: int, ordinal: int) -> Params:
    """The cell of one place of the budget, in an order shuffled by the study's seed: a part of all is a fair part.

    Places of baselines have none. Raises InputError past the last cell.
    """
    every = cells(spec, spec.name)
    at = ordinal - len(spec.baselines)
    if not 0 <= at < len(every):
        raise InputError(f"{spec.name}: all {len(every)} configurations of the {spec.search.sampler.name} were tried.")
    order = list(range(len(every)))
    random.Random(study_seed).shuffle(order)
    return every[order[at]]


def budget(spec: StudySpec, trials: int | None) -> int:
    """The number of trials of a study: what was asked for, else the file's, else all cells of a finite space.

    Raises InputError where it is more than there is to try.
    """
    if spec.search.sampler.name not in EXHAUSTIVE:
        return spec.search.trials if trials is None else trials
    most = len(cells(spec, spec.name)) + len(spec.baselines)
    asked = trials if trials is not None else spec.search.trials if "trials" in spec.search.model_fields_set else most
    if asked > most:
        known = f", {len(spec.baselines)} of them baselines" if spec.baselines else ""
        raise InputError(
            f"{asked} trials: the {spec.search.sampler.name} of {spec.name} has "
            f"{plural(most, 'configuration')}{known}. Ask for at most {most}."
        )
    return asked


class _Key:
    """A specification by its digest, so that its cells are counted once a process."""

    def __init__(self, spec: StudySpec, points: int | None, where: str) -> None:
        self.spec, self.points, self.where = spec, points, where

    def __hash__(self) -> int:
        return hash(self.spec.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.spec.digest, self.points) == (other.spec.digest, other.points)


@lru_cache(maxsize=8)
def _cells(key: _Key) -> tuple[Params, ...]:
    spec = key.spec
    values = {each.name: _values(each, key.points, key.where) for each in spec.space}
    taken = [dict(baseline.params) for baseline in spec.baselines]
    found: list[Params] = []
    asked = 0
    for chosen, used in _walk(spec, values):
        asked += len(used)
        if used not in taken:
            found.append(chosen)
        if len(found) > MOST_CELLS or asked > _MOST_ASKED:
            raise _too_many(key.where)
    return tuple(found)


def _too_many(where: str) -> SpecError:
    return SpecError(
        f"{where}: search.sampler: the space has more than {MOST_CELLS} configurations, or they are too large to be "
        "listed; nobody tries them all. List fewer values, or search with tpe, random or qmc."
    )


def _walk(spec: StudySpec, values: Mapping[str, tuple[Value, ...]]) -> Iterator[tuple[Params, Params]]:
    """The searched values and all values in use of every configuration, by asking the family again and again.

    Each time the last answer that has a next one is moved on, like the wheels of a counter; what is asked afterwards
    may depend on it.
    """
    wheels: list[int] = []
    while True:
        chosen, used, counts = _configuration(spec, values, wheels)
        yield chosen, used
        wheels += [0] * (len(counts) - len(wheels))
        while wheels and wheels[-1] + 1 >= counts[len(wheels) - 1]:
            wheels.pop()
        if not wheels:
            return
        wheels[-1] += 1


def _configuration(
    spec: StudySpec, values: Mapping[str, tuple[Value, ...]], wheels: list[int]
) -> tuple[Params, Params, list[int]]:
    """What the family asks for when it gets these answers, the first value past them; and how many each had."""
    counts: list[int] = []
    chosen: dict[str, Value] = {}
    used: dict[str, Value] = {}

    def choose(parameter: Parameter) -> Value:
        options = values[parameter.name]
        at = wheels[len(counts)] if len(counts) < len(wheels) else 0
        counts.append(len(options))
        if len(options) > 1:
            chosen[parameter.name] = options[at]
        return options[at]

    spec.configure(answers(spec.space, choose, used))
    return chosen, used, counts


def _values(parameter: Parameter, points: int | None, where: str) -> tuple[Value, ...]:
    """What is tried of one parameter: all its values, or so many evenly spaced ones of a range, ends included."""
    match parameter.domain:
        case Choice(values):
            return values
        case IntRange(low, high, step, log):
            whole = range(low, high + 1, step)
            if (high - low) // step < (points or MOST_CELLS):
                return tuple(whole)
            if points is None:
                raise _too_many(where)
            if log:
                return tuple(sorted({round(each) for each in _spaced(low, high, points, log=True)}))
            return tuple(sorted({whole[round(each)] for each in _spaced(0, len(whole) - 1, points)}))
        case FloatRange(low, high, step, log) as domain:
            if step is not None:
                count = domain.count
                if points is None and count > MOST_CELLS:
                    raise _too_many(where)
                stops = range(count) if points is None or count <= points else _spaced(0, count - 1, points)
                return tuple(sorted({domain.at(round(each)) for each in stops}))
            if points is None:
                raise SpecError(
                    f"{where}: search.sampler: {parameter.name} is a range without steps, so it has no values to "
                    "list. Give it a step: or a list of values, or search by {name: grid, points: 4}."
                )
            return tuple(_spaced(low, high, points, log))


def _spaced(low: float, high: float, points: int, log: bool = False) -> list[float]:
    if log:
        inner = [math.exp(each) for each in _spaced(math.log(low), math.log(high), points)][1:-1]
    else:
        inner = [low + (high - low) * i / (points - 1) for i in range(1, points - 1)]
    # The ends as they were written: a logarithm and back would miss them.
    return [low, *inner, high]
