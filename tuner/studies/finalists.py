"""The best few configurations, trained again over several seeds; then the winner on all rows, ready for use.

A search reports the best of many noisy figures, and so a lucky one. Here the best few are trained again, each with the
same number of new seeds; the runs of the search do not count, since they were chosen for being good. Which is best is
decided by validation rows alone. The winner is then trained on the training and the validation rows, over as many seeds
as fit, for as many epochs as the latest of its best epochs. No rows are left to tell which of these is the best, so the
weights are the mean of those of the last. Each of these networks is scored on the test rows, once. The model for use is
that of the first seed: which of them is better on the test rows must not matter.

Owns: what is planned, who is out, who wins.
Leaves to others: how much fits (retraining_budget), a worker's turn at them and one training (runs), the statistics
(comparison), the jobs' rows (database).
"""

import logging
from collections.abc import Sequence

import numpy as np

from tuner.data.fold_error import half_width
from tuner.database.connection import Database
from tuner.database.facts import ConfigurationOutcome, FinalistsOutcome, FinalRun
from tuner.database.finalists import FinalistRole, Planned
from tuner.database.runs import FAILED, RunView
from tuner.database.studies import StudyView
from tuner.database.trial_facts import StoredFolds
from tuner.search.algorithms import trial_seed
from tuner.spec.metrics import sign
from tuner.spec.study_spec import StudySpec
from tuner.studies import comparison
from tuner.studies.retraining_budget import (
    candidates,
    cost,
    cost_of_final,
    final_cost,
    finals_fitting,
    fitting,
    room_for,
)

logger = logging.getLogger(__name__)


def plan_comparison(db: Database, view: StudyView, spec: StudySpec) -> tuple[FinalistRole, list[Planned]]:
    """What is trained first: the best few over some seeds, or where there is no time for that, the best on all rows.

    Nothing where nothing fits.
    """
    wanted, best = spec.search.finalists, candidates(db, view, spec)
    if not best:
        return "compare", []
    room, of_final = room_for(db, view, spec, view.left_s), cost_of_final(best)
    count, seeds = fitting(wanted, [cost(each, spec) for each in best], of_final, room)
    if count == 0:
        logger.info("no time for finalists: one more training takes about %.1f s", of_final)
        return "compare", []
    if count == 1:
        epochs = max(1, best[0].best_epoch)
        fit = finals_fitting(wanted.seeds, final_cost(best[0], epochs), room) or 1
        return "final", _finals(view, best[0], fit, epochs)
    return "compare", [
        Planned("compare", each.ordinal, each.trial_number or 0, number, _seed(view, each, "finalist", number))
        for number in range(seeds)
        for each in best[:count]
    ]


def plan_finals(
    db: Database, view: StudyView, spec: StudySpec, every: Sequence[RunView], winner: RunView
) -> list[Planned]:
    """The winner on all rows, over as many seeds as fit; one at least: without any, no test row would be looked at."""
    mine = [each for each in every if each.trial_ordinal == winner.ordinal and each.state == "complete"]
    # The latest, since the mean of weights gains from epochs that one of them alone would not.
    epochs = max(1, winner.best_epoch, *(each.best_epoch for each in mine))
    spent = sum(each.facts.training_seconds or 0.0 for each in every)
    room = room_for(db, view, spec, view.left_s, spent)
    count = finals_fitting(spec.search.finalists.seeds, final_cost(winner, epochs), room) or 1
    return _finals(view, winner, count, epochs)


def _finals(view: StudyView, trial: RunView, seeds: int, epochs: int) -> list[Planned]:
    return [
        Planned("final", trial.ordinal, trial.trial_number or 0, number, _seed(view, trial, "final", number), epochs)
        for number in range(seeds)
    ]


def _seed(view: StudyView, trial: RunView, kind: str, number: int) -> int:
    return trial_seed(view.seed, trial.ordinal, f"{kind}/{view.round}/{number}")


def values_by_trial(every: Sequence[RunView]) -> dict[int, list[float]]:
    """The objective of each complete run of each configuration that was compared."""
    runs: dict[int, list[float]] = {}
    for each in every:
        if each.role == "compare":
            runs.setdefault(each.trial_ordinal, [])
            if each.state == "complete" and each.value is not None:
                runs[each.trial_ordinal].append(each.value)
    return runs


def folds_by_trial(every: Sequence[RunView]) -> dict[int, comparison.OfFolds]:
    """What each configuration that was compared came to by fold, over its complete runs; nothing without folds."""
    runs: dict[int, list[StoredFolds]] = {}
    for each in every:
        if each.state == "complete" and each.facts.folds is not None:
            runs.setdefault(each.trial_ordinal, []).append(each.facts.folds)
    return {key: of_folds(some) for key, some in runs.items()}


def of_folds(some: Sequence[StoredFolds]) -> comparison.OfFolds:
    """The mean over runs of one configuration."""
    values = np.mean([each.values for each in some], axis=0)
    return comparison.OfFolds(tuple(map(float, values)), some[0].ratio)


def winner_of(every: Sequence[RunView], spec: StudySpec) -> int | None:
    """The configuration, by its trial, with the best mean over its seeds among those that are not out."""
    out = {each.trial_ordinal for each in every if each.dropped or each.state in FAILED}
    standing = {key: values for key, values in values_by_trial(every).items() if key not in out}
    return comparison.leader(standing, spec.objective.direction)


def known_value(every: Sequence[RunView], trial: RunView) -> float | None:
    """The mean objective of a configuration over its seeds; that of its trial where it was compared with none."""
    values = values_by_trial(every).get(trial.ordinal)
    return float(np.mean(values)) if values else trial.value


def the_worse(every: Sequence[RunView], spec: StudySpec, least: float) -> dict[int, str]:
    """Configurations that need no more training, and why: they are clearly worse, or fail with one of their seeds."""
    compared = [each for each in every if each.role == "compare"]
    open_ones = {each.trial_ordinal for each in compared if not each.finalized}
    runs, folds = values_by_trial(compared), folds_by_trial(compared)
    worse = comparison.clearly_worse(runs, spec.objective.direction, least, folds)
    for each in compared:
        if each.state in FAILED:
            worse[each.trial_ordinal] = f"{each.state} with seed {each.seed_number}: {each.reason}"
    return {key: words for key, words in worse.items() if key in open_ones}


def least_noise(spec: StudySpec, validation_rows: int) -> float:
    """Half a validation row, of an accuracy."""
    return 0.5 / validation_rows if spec.objective.metric.endswith("accuracy") else 0.0


def test_figures(every: Sequence[RunView], rows: int) -> dict[str, float] | None:
    """The winner on the test rows: means over the seeds of its finals, and the headline's interval."""
    tests = [each.test for each in every if each.role == "final" and each.state == "complete" and each.test]
    if not tests:
        return None
    names = [name for name in tests[0] if all(name in test for test in tests)]
    figures = {name: float(np.mean([test[name] for test in tests])) for name in names}
    name = "accuracy" if "accuracy" in figures else "mae"
    values = [test[name] for test in tests]
    if len(values) > 1:
        share = figures[name]
        # Of an error, the variance is that of each network's bootstrap over the rows.
        of_rows = share * (1 - share) / rows if name == "accuracy" else (figures["high"] - figures["low"]) ** 2 / 15.37
        low, high = comparison.mean_interval(values, of_rows)
        if name == "accuracy":
            low, high = max(0.0, low), min(1.0, high)
        figures |= {"low": low, "high": high, "deviation": float(np.std(values, ddof=1))}
    return {**figures, "seeds": float(len(tests))}


def summary(
    every: Sequence[RunView], of_search: Sequence[RunView], spec: StudySpec, rows: int, least: float
) -> FinalistsOutcome | None:
    """What the finalists came to; None where no final was trained. rows: for testing.

    words: how the winner compares, in sentences that call noise noise.
    """
    test = test_figures(every, rows)
    finals = [each for each in every if each.role == "final" and each.state == "complete"]
    if test is None:
        return None
    first, compared = finals[0], [each for each in every if each.role == "compare"]
    winner, runs = first.trial_ordinal, values_by_trial(every)
    by_ordinal = {trial.ordinal: trial for trial in of_search}
    deviation, freedom = comparison.noise(runs)
    out = {each.trial_ordinal: each.dropped for each in every if each.dropped}
    configurations = tuple(
        ConfigurationOutcome(
            trial_number=by_ordinal[key].trial_number,
            values=tuple(values),
            mean=float(np.mean(values)) if values else None,
            out=out.get(key, ""),
        )
        for key, values in runs.items()
    )
    return FinalistsOutcome(
        winner=winner,
        final=FinalRun(round=first.round, ordinal=first.ordinal),
        epochs=first.planned_epochs,
        averaged=first.facts.averaged_epochs or 1,
        noise=deviation if freedom else None,
        configurations=configurations,
        words=tuple(
            _words(winner, runs, out, by_ordinal, spec, (max(deviation, least), freedom), folds_by_trial(compared))
        ),
        test=test,
    )


def _words(
    winner: int,
    runs: dict[int, list[float]],
    out: dict[int, str],
    by_ordinal: dict[int, RunView],
    spec: StudySpec,
    noise: tuple[float, int],
    folds: comparison.Folds,
) -> list[str]:
    metric, upwards = spec.objective.metric, sign(spec.objective.direction)
    mine = runs.get(winner, [])
    known = by_ordinal[winner].value
    mean = float(np.mean(mine)) if mine else known
    if mean is None:
        return []
    words = []
    if mine:
        sure = ""
        if winner in folds:
            half = half_width(folds[winner].values, folds[winner].ratio)
            sure = f" and {len(folds[winner].values)} folds, +- {half:.4f} (95%)"
        words.append(f"mean {metric} {mean:.4f} over {len(mine)} new seeds{sure} (the search saw {known:.4f})")
    others = {key: values for key, values in runs.items() if key != winner and values}
    for key, values in others.items():
        than = _called(by_ordinal[key])
        gain = upwards * (mean - float(np.mean(values)))
        if out.get(key):
            words.append(f"{than}: {out[key]}")
        elif winner in folds and key in folds:
            differences = folds[key].beaten_by(folds[winner], spec.objective.direction)
            words.append(comparison.difference_by_folds(differences, folds[key].ratio, than))
        else:
            words.append(comparison.difference_in_words(gain, *noise, len(mine), len(values), than))
    for trial in by_ordinal.values():
        if trial.baseline and trial.ordinal not in runs and trial.ordinal != winner and trial.state == "complete":
            # Of a baseline there is the one run of the search, which nobody has chosen for being good.
            gain = upwards * (mean - (trial.value or 0.0))
            than = _called(trial)
            if winner in folds and trial.facts.folds is not None:
                differences = of_folds([trial.facts.folds]).beaten_by(folds[winner], spec.objective.direction)
                words.append(comparison.difference_by_folds(differences, folds[winner].ratio, than))
                continue
            words.append(comparison.difference_in_words(gain, *noise, len(mine), 1, than))
    return words


def _called(trial: RunView) -> str:
    return f"baseline {trial.baseline}" if trial.baseline else f"trial {trial.trial_number}"
