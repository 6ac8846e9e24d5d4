"""A study's outcome in words, for somebody who has seen nothing else of it.

Owns: every sentence that the report, the page, Python and the comparison share.
Leaves to others: the figures in them (summary), pages (report).
"""

import math
from collections.abc import Sequence

from tuner.analysis.summary import (
    baselines,
    counts,
    finalists,
    metric,
    outcome_of,
    rows_of,
    sign,
    test_of,
    validation_noise,
)
from tuner.database.runs import INFEASIBLE, RunView
from tuner.formatting import capitalized, duration, figure_in_words, plural
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import is_external, spec_of


def of_outcome(status: StudyStatus) -> list[str]:
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
        return [*lines, *of_constraints(status), f"{none}, so there is no winner."]
    epochs = f"epoch {best.best_epoch} of {len(best.epochs)}"
    won = "is the winner of the finalists" if finalists(status) else "is the best"
    sure = f" {best.facts.folds.words}" if best.facts.folds is not None else ""
    lines.append(f"Trial {best.trial_number} {won}: {metric(status)} {best.value:.4f}{sure} at {epochs}.")
    lines += of_constraints(status)
    lines += _of_test(status)
    again = of_finalists(status)
    return [*lines, *again] if again else [*lines, *_of_baselines(status, best)]


def of_constraints(status: StudyStatus) -> list[str]:
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


def of_finalists(status: StudyStatus) -> list[str]:
    """How the winner compares over new seeds."""
    found = outcome_of(status).finalists
    return [f"{capitalized(words).rstrip('.')}." for words in (found.words if found else ()) if words]


def _of_test(status: StudyStatus) -> list[str]:
    if is_external(status.study):
        return []
    test, rows = test_of(status), rows_of(status).get("test")
    why = outcome_of(status).not_scored
    if why:
        return [f"It has no figures on the test rows, since {why}."]
    if test is None:
        return ["The test rows are not scored yet; that is done once, when the search has ended."]
    over = f" on {rows:,} test rows that no trial had seen" if rows else " on test rows that no trial had seen"
    mean = f", the mean of {test.seeds} networks trained from different seeds" if test.seeds > 1 else ""
    interval = "" if test.low is None else f" (95%: {test.low:.4f} to {test.high:.4f})"
    guess = "" if test.naive is None else f" A guess that looks at no row scores {test.naive:.4f}."
    return [f"Its {test.metric} is {test.value:.4f}{interval}{over}{mean}.{guess}"]


def _of_baselines(status: StudyStatus, best: RunView) -> list[str]:
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


def of_noise(status: StudyStatus) -> list[str]:
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
    found = outcome_of(status).finalists
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


def of_pruning(status: StudyStatus) -> list[str]:
    """How many trials were cut short, when, and what that saved."""
    pruned = [trial for trial in status.trials if trial.state == "pruned"]
    if not pruned:
        return ["No trial was pruned."]
    first = sum(len(trial.epochs) == 1 for trial in pruned)
    words = f"{len(pruned)} of {plural(len(status.trials), 'trial')} were pruned"
    words += f", {first} of them after their first epoch" if first else ""
    spec = spec_of(status.study)
    others = "trials that are no worse in what else is known" if spec.further_objectives else "the others"
    pruner = spec.search.pruner.name
    lines = [f"{words}: by then their {metric(status)} was behind that of {others} at the same epoch ({pruner})."]
    wanted = [(trial, trial.params.get("epochs")) for trial in pruned]
    saved = sum(int(epochs) - len(trial.epochs) for trial, epochs in wanted if isinstance(epochs, int))
    spent = sum(len(trial.epochs) for trial in status.trials)
    if saved > 0:
        lines.append(f"That saved {plural(saved, 'epoch')}; {spent:,} were trained.")
    return lines
