"""The best few configurations, trained again over several seeds; then the winner on all rows, ready for use.

A search reports the best of many noisy figures, and so a lucky one. Here the best few are trained again, each with the
same number of new seeds; the runs of the search do not count, since they were chosen for being good. Which is best is
decided by validation rows alone. The winner is then trained on the training and the validation rows, over as many seeds
as fit, for as many epochs as the latest of its best epochs. No rows are left to tell which of these is the best, so the
weights are the mean of those of the last. Each of these networks is scored on the test rows, once. The model for use is
that of the first seed: which of them is better on the test rows must not matter.

Owns: what is planned, who is out, who wins.
Leaves to others: how much fits (retraining_budget), one training (retraining), the statistics (comparison), the jobs'
rows (database).
"""

import logging
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from tuner.database import finalists, studies, trials
from tuner.database.finalists import FinalistView, Planned
from tuner.database.trials import FAILED, TrialView
from tuner.search.algorithms import trial_seed
from tuner.spec.study_spec import StudySpec
from tuner.studies import comparison
from tuner.studies.limits import wants_finalists
from tuner.studies.retraining import run_finalist
from tuner.studies.retraining_budget import (
    candidates,
    cost,
    cost_of_final,
    final_cost,
    finals_fitting,
    fitting,
    room_for,
)
from tuner.studies.study_context import StudyContext

logger = logging.getLogger(__name__)

Turn = Literal["trained", "idle", "done"]


def turn(context: StudyContext, worker_id: str) -> Turn:
    """One step of this worker for the finalists of a search that is over: run one, wait for others, or all is done."""
    db, name = context.db, context.study.study_name
    if not wants_finalists(context.spec):
        return "done"
    view = studies.view_study(db, name)
    every = finalists.view_finalists(db, name, view.round)
    if view.left_s is not None and view.left_s <= 0:
        return "idle" if any(each.held for each in every) else "done"
    if not every and not _plan_comparison(context, view):
        return "done"
    job = finalists.take(db, name, view.round, worker_id)
    if job is None:
        every = finalists.view_finalists(db, name, view.round)
        if any(not each.settled for each in every):
            return "idle"
        if any(each.plan.kind == "final" for each in every) or not _plan_finals(context, view, every):
            return "done"
        return "trained"
    run_finalist(context, job)
    _drop_the_worse(context, view.round)
    return "trained"


def are_done(context: StudyContext) -> bool:
    """Whether nothing is left to do for the finalists, as far as can be told without planning them."""
    if not wants_finalists(context.spec):
        return True
    view = studies.view_study(context.db, context.study.study_name)
    every = finalists.view_finalists(context.db, view.study_name, view.round)
    return any(each.plan.kind == "final" for each in every) and all(each.settled for each in every)


def _plan_comparison(context: StudyContext, view: studies.StudyView) -> bool:
    """Store what is to be trained first; False where nothing is, or nothing fits."""
    db, wanted = context.db, context.spec.search.finalists
    best = candidates(db, view, context.spec)
    if not best:
        return False
    costs = [cost(each, context.spec) for each in best]
    room = room_for(db, view, context.spec, view.left_s)
    of_final = cost_of_final(best)
    count, seeds = fitting(wanted, costs, of_final, room)
    if count == 0:
        logger.info("no time for finalists: one more training takes about %.1f s", of_final)
        return False
    if count == 1:
        epochs = max(1, best[0].best_epoch)
        jobs = _finals(view, best[0], finals_fitting(wanted.seeds, final_cost(best[0], epochs), room) or 1, epochs)
        finalists.plan(db, view.study_name, view.round, "final", jobs)
        return True
    jobs = [
        Planned("compare", each.ordinal, each.trial_number or 0, number, _seed(view, each, "finalist", number))
        for number in range(seeds)
        for each in best[:count]
    ]
    finalists.plan(db, view.study_name, view.round, "compare", jobs)
    return True


def _plan_finals(context: StudyContext, view: studies.StudyView, every: Sequence[FinalistView]) -> bool:
    winner = winner_of(every, context.spec)
    if winner is None:
        return False
    db, wanted = context.db, context.spec.search.finalists
    trial = trials.view_trial(db, view.study_name, winner)
    mine = [each for each in every if each.plan.trial_ordinal == winner and each.state == "complete"]
    # The latest, since the mean of weights gains from epochs that one of them alone would not.
    epochs = max(1, trial.best_epoch, *(each.best_epoch for each in mine))
    now = studies.view_study(db, view.study_name)
    spent = sum(float(each.tags.get("training_seconds", 0.0)) for each in every)
    room = room_for(db, now, context.spec, now.left_s, spent)
    # One at least: without any, no test row would be looked at.
    count = finals_fitting(wanted.seeds, final_cost(trial, epochs), room) or 1
    jobs = _finals(view, trial, count, epochs)
    finalists.plan(db, view.study_name, view.round, "final", jobs)
    return True


def _finals(view: studies.StudyView, trial: TrialView, seeds: int, epochs: int) -> list[Planned]:
    return [
        Planned("final", trial.ordinal, trial.trial_number or 0, number, _seed(view, trial, "final", number), epochs)
        for number in range(seeds)
    ]


def _seed(view: studies.StudyView, trial: TrialView, kind: str, number: int) -> int:
    return trial_seed(view.seed, trial.ordinal, f"{kind}/{view.round}/{number}")


def runs_of(every: Sequence[FinalistView]) -> dict[int, list[float]]:
    """The objective of each complete run of each configuration that was compared."""
    runs: dict[int, list[float]] = {}
    for each in every:
        if each.plan.kind == "compare":
            runs.setdefault(each.plan.trial_ordinal, [])
            if each.state == "complete" and each.value is not None:
                runs[each.plan.trial_ordinal].append(each.value)
    return runs


def winner_of(every: Sequence[FinalistView], spec: StudySpec) -> int | None:
    """The configuration, by its trial, with the best mean over its seeds among those that are not out."""
    out = {each.plan.trial_ordinal for each in every if each.dropped or each.state in FAILED}
    standing = {key: values for key, values in runs_of(every).items() if key not in out}
    return comparison.leader(standing, spec.objective.direction)


def _drop_the_worse(context: StudyContext, round: int) -> None:
    """Configurations that are clearly worse, or fail with one of their seeds, are not trained any further."""
    db, name = context.db, context.study.study_name
    every = finalists.view_finalists(db, name, round)
    compared = [each for each in every if each.plan.kind == "compare"]
    open_ones = {each.plan.trial_ordinal for each in compared if not each.settled}
    worse = comparison.clearly_worse(runs_of(compared), context.spec.objective.direction, least_noise(context))
    for each in compared:
        if each.state in FAILED:
            worse[each.plan.trial_ordinal] = f"{each.state} with seed {each.plan.seed_number}: {each.reason}"
    for key in open_ones & set(worse):
        words = worse[key]
        finalists.drop(db, name, round, key, words)


def least_noise(context: StudyContext) -> float:
    """Half a validation row, of an accuracy."""
    return 0.5 / len(context.dataset.validation) if context.spec.objective.metric.endswith("accuracy") else 0.0


def test_figures(every: Sequence[FinalistView], rows: int) -> dict[str, float] | None:
    """The winner on the test rows: means over the seeds of its finals, and the headline's interval."""
    tests = [each.test for each in every if each.plan.kind == "final" and each.state == "complete" and each.test]
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
    every: Sequence[FinalistView], of_search: Sequence[TrialView], spec: StudySpec, rows: int, least: float
) -> dict[str, Any] | None:
    """What the finalists came to; None where no final was trained. rows: for testing.

    words: how the winner compares, in sentences that call noise noise.
    """
    test = test_figures(every, rows)
    finals = [each for each in every if each.plan.kind == "final" and each.state == "complete"]
    if test is None:
        return None
    first = finals[0]
    winner, runs = first.plan.trial_ordinal, runs_of(every)
    by_ordinal = {trial.ordinal: trial for trial in of_search}
    deviation, freedom = comparison.noise(runs)
    out = {each.plan.trial_ordinal: each.dropped for each in every if each.dropped}
    return {
        "winner": winner,
        "final": {"round": first.round, "ordinal": first.ordinal},
        "epochs": first.plan.epochs,
        "averaged": int(first.tags.get("averaged_epochs", "1")),
        "noise": deviation if freedom else None,
        "configurations": [
            {
                "trial_number": by_ordinal[key].trial_number,
                "values": values,
                "mean": float(np.mean(values)) if values else None,
                "out": out.get(key, ""),
            }
            for key, values in runs.items()
        ],
        "words": _words(winner, runs, out, by_ordinal, spec, (max(deviation, least), freedom)),
        "test": test,
    }


def _words(
    winner: int,
    runs: dict[int, list[float]],
    out: dict[int, str],
    by_ordinal: dict[int, TrialView],
    spec: StudySpec,
    noise: tuple[float, int],
) -> list[str]:
    metric, sign = spec.objective.metric, 1.0 if spec.objective.direction == "maximize" else -1.0
    mine = runs.get(winner, [])
    known = by_ordinal[winner].value
    mean = float(np.mean(mine)) if mine else known
    if mean is None:
        return []
    words = []
    if mine:
        words.append(f"mean {metric} {mean:.4f} over {len(mine)} new seeds (the search saw {known:.4f})")
    others = {key: values for key, values in runs.items() if key != winner and values}
    for key, values in others.items():
        than = _called(by_ordinal[key])
        gain = sign * (mean - float(np.mean(values)))
        if out.get(key):
            words.append(f"{than}: {out[key]}")
        else:
            words.append(comparison.difference_in_words(gain, *noise, len(mine), len(values), than))
    for trial in by_ordinal.values():
        if trial.baseline and trial.ordinal not in runs and trial.ordinal != winner and trial.state == "complete":
            # Of a baseline there is the one run of the search, which nobody has chosen for being good.
            gain = sign * (mean - (trial.value or 0.0))
            than = _called(trial)
            words.append(comparison.difference_in_words(gain, *noise, len(mine), 1, than))
    return words


def _called(trial: TrialView) -> str:
    return f"baseline {trial.baseline}" if trial.baseline else f"trial {trial.trial_number}"
