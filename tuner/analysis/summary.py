"""A study's outcome in words and figures: the winner, what it is compared with, and what is only noise.

Owns: which differences count as differences, and every sentence that the report and the comparison share.
Leaves to others: pictures (charts), pages (report), what is stored (database).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.database.facts import Outcome
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.formatting import duration, figure_in_words, plural
from tuner.spec import metrics
from tuner.spec.space import Choice, Params
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import is_external, spec_of

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
    test = _outcome(status).test or {}
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


def sentences(status: StudyStatus) -> list[str]:
    """The outcome, in a few sentences for somebody who has seen nothing else."""
    study, best = status.study, status.best
    ended = sum(trial.finished_at is not None for trial in status.trials)
    state = "" if status.state == "finished" else f" The search is {status.state}."
    lines = [
        f"{ended} of {plural(study.trials, 'trial')} ended in {duration(status.elapsed_s)}: {counts(status)}.{state}"
    ]
    if best is None or best.value is None:
        none = (
            "No trial was completed" if not spec_of(status.study).constraints else "No trial keeps to the constraints"
        )
        return [*lines, *constraint_sentences(status), f"{none}, so there is no winner."]
    epochs = f"epoch {best.best_epoch} of {len(best.epochs)}"
    won = "is the winner of the finalists" if finalists(status) else "is the best"
    sure = f" {best.facts.folds.words}" if best.facts.folds is not None else ""
    lines.append(f"Trial {best.trial_number} {won}: {metric(status)} {best.value:.4f}{sure} at {epochs}.")
    lines += constraint_sentences(status)
    lines += _test_sentences(status)
    again = finalist_sentences(status)
    return [*lines, *again] if again else [*lines, *_baseline_sentences(status, best)]


def constraint_sentences(status: StudyStatus) -> list[str]:
    """What a trial had to keep to, what the winner has of it, and how many did not."""
    spec, best = spec_of(status.study), status.best
    if not spec.constraints:
        return []
    known = [] if best is None else [(each, best.facts.figure(each.metric)) for each in spec.constraints]
    has = [f"{each.metric} {figure_in_words(each.metric, it)}" for each, it in known if it is not None]
    out = [trial for trial in status.trials if trial.state == INFEASIBLE]
    untrained = sum(not trial.epochs for trial in out)
    words = f"The constraints are {', '.join(map(str, spec.constraints))}"
    words += f"; the winner has {', '.join(has)}" if has else ""
    words += f". {plural(len(out), 'trial')} broke one" if out else ", and no trial broke one"
    return [words + (f", {untrained} of them known before training and not trained." if untrained else ".")]


def finalists(status: StudyStatus) -> list[Finalist]:
    """The configurations that were trained again over new seeds, where any were; as the outcome has them."""
    found = _outcome(status).finalists
    listed = found.configurations if found else ()
    return [
        Finalist(each.trial_number, each.values, each.out)
        for each in listed
        if each.values and each.trial_number is not None
    ]


def finalist_sentences(status: StudyStatus) -> list[str]:
    """How the winner compares over new seeds."""
    found = _outcome(status).finalists
    return [f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in (found.words if found else ()) if words]


def _outcome(status: StudyStatus) -> Outcome:
    return status.study.outcome or Outcome()


def _test_sentences(status: StudyStatus) -> list[str]:
    if is_external(status.study):
        return []
    test, rows = test_of(status), rows_of(status).get("test")
    why = _outcome(status).not_scored
    if why:
        return [f"It has no figures on the test rows, since {why}."]
    if test is None:
        return ["The test rows are not scored yet; that is done once, when the search has ended."]
    over = f" on {rows:,} test rows that no trial had seen" if rows else " on test rows that no trial had seen"
    mean = f", the mean of {test.seeds} networks trained from different seeds" if test.seeds > 1 else ""
    interval = "" if test.low is None else f" (95%: {test.low:.4f} to {test.high:.4f})"
    guess = "" if test.naive is None else f" A guess that looks at no row scores {test.naive:.4f}."
    return [f"Its {test.metric} is {test.value:.4f}{interval}{over}{mean}.{guess}"]


def _baseline_sentences(status: StudyStatus, best: RunView) -> list[str]:
    named = [trial for trial in baselines(status) if trial.state == "complete"]
    if not named:
        return []
    first = named[0]
    assert first.value is not None
    assert best.value is not None
    if first.ordinal == best.ordinal:
        return [f"It is the baseline {first.baseline}: nothing that the search tried was better."]
    gain = sign(status) * (best.value - first.value)
    better = "better" if gain >= 0 else "worse"
    words = f"The best baseline, {first.baseline}, reached {first.value:.4f}; the winner is {abs(gain):.4f} {better}"
    noise = validation_noise(status, best.value, first.value)
    if noise is None:
        return [words + "."]
    verdict = "more than" if abs(gain) > noise else "within"
    return [words + f", which is {verdict} the noise of these validation rows (\u00b1{noise:.4f})."]


def noise_sentences(status: StudyStatus) -> list[str]:
    """What the figures can and cannot tell apart."""
    if is_external(status.study):
        chosen = (
            "The winner was chosen by its figure, so that the figure flatters it, the more the more trials there were."
        )
        return [f"{chosen} Whether it holds on rows that chose nothing is its program's to find out."]
    best, rows = status.best, rows_of(status).get("validation")
    lines = []
    noise = None if best is None or best.value is None else validation_noise(status, best.value, best.value)
    if best is not None and best.facts.folds is not None:
        found_by = best.facts.folds
        lines.append(
            f"Its {metric(status)} is the mean over {len(found_by.values)} folds, {_listed(found_by.values)}: the rows "
            "of each were validated by a network that had not learnt from them. The mean is uncertain by "
            f"\u00b1{found_by.half:.4f} (95%); that networks of two folds learnt from mostly the same rows is in it."
        )
    elif noise is not None and rows and best is not None and best.value is not None:
        lines.append(
            f"An accuracy near {best.value:.3f} counted over {rows:,} validation rows is uncertain by "
            f"\u00b1{noise / math.sqrt(2):.4f}; two that lie within \u00b1{noise:.4f} of each other are not told apart "
            "by them (95%, rows taken as independent)."
        )
        equal = [t for t in status.trials if t.state == "complete" and t.value is not None and t is not best]
        near = sum(sign(status) * (best.value - (t.value or 0.0)) <= noise for t in equal)
        if near:
            lines.append(
                f"{near} other complete trial{'s' if near > 1 else ''} lie{'' if near > 1 else 's'} that close."
            )
    lines.append(
        "The winner was chosen by its validation figure, so that figure flatters it, the more the more trials there "
        "were. The test figure does not: those rows chose nothing."
    )
    found = _outcome(status).finalists
    deviation = found.noise if found else None
    if deviation:
        lines.append(f"From seed to seed, the same configuration varies by {deviation:.4f} (standard deviation).")
    test = test_of(status)
    if test is not None and test.seeds == 1 and not deviation:
        lines.append("One network was trained of each configuration; another seed would move its figures a little.")
    return lines


def _listed(values: Sequence[float]) -> str:
    most = 5
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(f"{each:.4f}" for each in values[:most]) + more


def counts(status: StudyStatus) -> str:
    """``11 complete, 39 pruned, 0 failed``."""
    found = Counter(trial.state for trial in status.trials)
    failed = sum(found[state] for state in FAILED)
    running = f", {found['running']} running" if found["running"] else ""
    cancelled = f", {found[CANCELLED]} cancelled" if found[CANCELLED] else ""
    infeasible = f", {found[INFEASIBLE]} infeasible" if found[INFEASIBLE] else ""
    return f"{found['complete']} complete, {found['pruned']} pruned, {failed} failed{infeasible}{cancelled}{running}"


def pruning_sentences(status: StudyStatus) -> list[str]:
    """How many trials were cut short, when, and what that saved."""
    pruned = [trial for trial in status.trials if trial.state == "pruned"]
    if not pruned:
        return ["No trial was pruned."]
    first = sum(len(trial.epochs) == 1 for trial in pruned)
    words = f"{len(pruned)} of {plural(len(status.trials), 'trial')} were pruned"
    words += f", {first} of them after their first epoch" if first else ""
    pruner = spec_of(status.study).search.pruner.name
    lines = [f"{words}: by then their {metric(status)} was behind that of the others at the same epoch ({pruner})."]
    wanted = [(trial, trial.params.get("epochs")) for trial in pruned]
    saved = sum(int(epochs) - len(trial.epochs) for trial, epochs in wanted if isinstance(epochs, int))
    spent = sum(len(trial.epochs) for trial in status.trials)
    if saved > 0:
        lines.append(f"That saved {plural(saved, 'epoch')}; {spent:,} were trained.")
    return lines


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
