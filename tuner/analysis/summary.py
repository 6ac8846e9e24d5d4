"""A study's outcome in figures: the winner, what it is compared with, and what is only noise.

Owns: which differences count as differences, and every figure that the report and the comparison share.
Leaves to others: what they come to in words (sentences), pictures (charts), pages (report), what is stored (database).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.database.facts import Outcome
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.spec import metrics
from tuner.spec.space import Choice, Params
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of

_Z_95 = 1.959964
_HEADLINES = ("accuracy", "mae", "loss")
"""Of a test: the first of them that was measured."""


@dataclass(frozen=True)
class Test:
    """The winner on rows that no trial had seen.

    low, high: the 95% interval. naive: what a guess that looks at no row would score. None where that is not known.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    naive: float | None
    seeds: int


@dataclass(frozen=True)
class Finalist:
    """A configuration that was trained again. values: of the objective, one a new seed; out: why it was dropped."""

    trial_number: int
    values: Sequence[float]
    out: str


@dataclass(frozen=True)
class Verdict:
    """What was wrong with some trials. example: of one of them, in full; remedy: empty where none is known."""

    words: str
    count: int
    example: str
    remedy: str


@dataclass(frozen=True)
class Cost:
    """What the trials of one state took."""

    state: str
    trials: int
    epochs: int
    seconds: float


def metric(status: StudyStatus) -> str:
    """The metric that the study optimizes."""
    return spec_of(status.study).objective.metric


def sign(status: StudyStatus) -> float:
    """1.0 where more is better, else -1.0."""
    return metrics.sign(spec_of(status.study).objective.direction)


def searched(status: StudyStatus, params: Params) -> Params:
    """The part of a configuration that the search chose, in the order of the file; all where a person's code asks."""
    spec = spec_of(status.study)
    if spec.code is not None:
        fixed = {each.name for each in spec.space if _is_fixed(each.domain)}
        return {name: value for name, value in params.items() if name not in fixed}
    names = [each.name for each in spec.space if not _is_fixed(each.domain)]
    return {name: params[name] for name in names if name in params}


def _is_fixed(domain: object) -> bool:
    return isinstance(domain, Choice) and len(domain.values) == 1


def test_of(status: StudyStatus) -> Test | None:
    """None until the search has ended."""
    test = outcome_of(status).test or {}
    name = next((each for each in _HEADLINES if each in test), None)
    if name is None:
        return None
    known = name != "loss" and {"low", "high"} <= test.keys()
    low, high = (test["low"], test["high"]) if known else (None, None)
    return Test(f"test {name}", test[name], low, high, test.get("naive"), int(test.get("seeds", 1)))


def rows_of(status: StudyStatus) -> Mapping[str, int]:
    """How many rows for ``train``, ``validation`` and ``test``, as far as the trials say."""
    for trial in status.trials:
        known = trial.facts
        found = {"train": known.rows_train, "validation": known.rows_validation, "test": known.rows_test}
        if None not in found.values():
            return {part: rows for part, rows in found.items() if rows is not None}
    return {}


def validation_noise(status: StudyStatus, first: float, second: float) -> float | None:
    """How far two validation accuracies may lie apart by chance (95%), or None where that is not known.

    Counted over so many rows each; on the same rows it is rather less, so what exceeds this is a difference.
    """
    rows = rows_of(status).get("validation")
    if metric(status) != "val_accuracy" or not rows or not (0 <= first <= 1 and 0 <= second <= 1):
        return None
    return _Z_95 * math.sqrt((first * (1 - first) + second * (1 - second)) / rows)


def test_noise(first: Test, second: Test) -> float | None:
    """The same for two test results with their intervals."""
    if None in (first.low, first.high, second.low, second.high):
        return None
    halves = [((each.high or 0.0) - (each.low or 0.0)) / 2 for each in (first, second)]
    return math.hypot(*halves)


def baselines(status: StudyStatus) -> list[RunView]:
    """The trials that a person proposed, the best first."""
    found = [trial for trial in status.trials if trial.baseline and trial.value is not None]
    return sorted(found, key=lambda trial: (trial.state != "complete", -sign(status) * (trial.value or 0.0)))


def finalists(status: StudyStatus) -> list[Finalist]:
    """The configurations that were trained again over new seeds, where any were; as the outcome has them."""
    found = outcome_of(status).finalists
    listed = found.configurations if found else ()
    return [
        Finalist(each.trial_number, each.values, each.out)
        for each in listed
        if each.values and each.trial_number is not None
    ]


def outcome_of(status: StudyStatus) -> Outcome:
    """What the search ended with; empty until then."""
    return status.study.outcome or Outcome()


def counts(status: StudyStatus) -> str:
    """``11 complete, 39 pruned, 0 failed``."""
    found = Counter(trial.state for trial in status.trials)
    failed = sum(found[state] for state in FAILED)
    running = f", {found['running']} running" if found["running"] else ""
    cancelled = f", {found[CANCELLED]} cancelled" if found[CANCELLED] else ""
    infeasible = f", {found[INFEASIBLE]} infeasible" if found[INFEASIBLE] else ""
    return f"{found['complete']} complete, {found['pruned']} pruned, {failed} failed{infeasible}{cancelled}{running}"


def failures(status: StudyStatus) -> list[RunView]:
    """Trials that could not be trained to an end."""
    return [trial for trial in status.trials if trial.state in FAILED]


def verdicts(status: StudyStatus) -> list[Verdict]:
    """What was found wrong with the trials' training, the most frequent first; a trial may have several."""
    found: dict[str, list[Verdict]] = {}
    for trial in status.trials:
        for each in trial.facts.verdicts:
            if each.kind:
                example = f"{trial.trial_in_words}: {each.words}"
                found.setdefault(each.kind, []).append(Verdict(each.kind, 1, example, each.remedy))
    listed = [
        Verdict(kind, len(same), same[0].example, next((each.remedy for each in same if each.remedy), ""))
        for kind, same in found.items()
    ]
    return sorted(listed, key=lambda each: -each.count)


def costs(status: StudyStatus) -> list[Cost]:
    """What was spent, by state, the dearest first."""
    found: dict[str, list[RunView]] = {}
    for trial in status.trials:
        found.setdefault(trial.state, []).append(trial)
    listed = [
        Cost(
            state,
            len(same),
            sum(len(trial.epochs) for trial in same),
            sum(trial.seconds for trial in same),
        )
        for state, same in found.items()
    ]
    return sorted(listed, key=lambda each: -each.seconds)


def versions(status: StudyStatus) -> Mapping[str, Sequence[str]]:
    """Versions, hosts and devices, each as the set of those that trials were run with."""
    found: dict[str, dict[str, None]] = {}
    for trial in status.trials:
        known = trial.facts
        for key, value in {**known.versions, "host": known.host, "device": known.device}.items():
            if value:
                found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in sorted(found.items())}
