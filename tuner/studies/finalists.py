"""The best few configurations, trained again over several seeds; then the winner on all rows, ready for use.

A search reports the best of many noisy figures, and so a lucky one. Here the best few are trained again, each with the
same number of new seeds; the runs of the search do not count, since they were chosen for being good. Which is best is
decided by validation rows alone. The winner is then trained on the training and the validation rows, over as many seeds
as fit, for as many epochs as the latest of its best epochs. No rows are left to tell which of these is the best, so the
weights are the mean of those of the last. Each of these networks is scored on the test rows, once. The model for use is
that of the first seed: which of them is better on the test rows must not matter.

Owns: what is planned, how much of it fits, who is out, who wins.
Leaves to others: one training (retraining), the statistics (comparison), the jobs' rows (database).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tuner.database import finalists, studies, trials, workers
from tuner.database.connection import patiently
from tuner.database.finalists import FinalistView, Planned
from tuner.database.trials import TrialView
from tuner.search.algorithms import trial_seed
from tuner.space_file import Finalists
from tuner.spec import StudySpec
from tuner.studies import comparison
from tuner.studies.bench import Bench
from tuner.studies.limits import wants_finalists
from tuner.studies.retraining import run_finalist
from tuner.studies.service import ranked

logger = logging.getLogger(__name__)

Turn = Literal["trained", "idle", "done"]

_ALL_ROWS_COST = 1.25
"""An epoch on all rows against one on the training rows: a fifth of the rows is for validation by default."""

_SAFETY = 0.85
"""Of the time that is left, so much is planned for: the machine may be busier than it was."""

_FEWEST_FINALS = 2
"""So many are kept room for when a comparison is planned: of one alone, the spread between seeds would not be known."""


def turn(bench: Bench, worker_id: str) -> Turn:
    """One step of this worker for the finalists of a search that is over: run one, wait for others, or all is done."""
    db, name = bench.db, bench.study.study_name
    if not wants_finalists(bench.spec):
        return "done"
    view = patiently(lambda: studies.view_study(db, name))
    every = patiently(lambda: finalists.view_finalists(db, name, view.round))
    if view.left_s is not None and view.left_s <= 0:
        return "idle" if any(each.held for each in every) else "done"
    if not every and not _plan_comparison(bench, view):
        return "done"
    job = patiently(lambda: finalists.take(db, name, view.round, worker_id))
    if job is None:
        every = patiently(lambda: finalists.view_finalists(db, name, view.round))
        if any(not each.settled for each in every):
            return "idle"
        if any(each.plan.kind == "final" for each in every) or not _plan_finals(bench, view, every):
            return "done"
        return "trained"
    run_finalist(bench, job)
    _drop_the_worse(bench, view.round)
    return "trained"


def are_done(bench: Bench) -> bool:
    """Whether nothing is left to do for the finalists, as far as can be told without planning them."""
    if not wants_finalists(bench.spec):
        return True
    view = patiently(lambda: studies.view_study(bench.db, bench.study.study_name))
    every = patiently(lambda: finalists.view_finalists(bench.db, view.study_name, view.round))
    return any(each.plan.kind == "final" for each in every) and all(each.settled for each in every)


@dataclass(frozen=True)
class Room:
    """What may be spent, None without a limit. seconds: of training, by all workers together; left_s: until the end."""

    seconds: float | None
    left_s: float | None
    workers: int

    def holds(self, parts: Sequence[tuple[int, float, float]]) -> bool:
        """Whether parts that follow each other fit: of each the number of trainings, their mean and longest seconds."""
        if self.seconds is not None and sum(count * mean for count, mean, _ in parts) > self.seconds:
            return False
        waves_s = sum(-(-count // self.workers) * longest for count, _, longest in parts)
        return self.left_s is None or waves_s <= self.left_s * _SAFETY


def fitting(wanted: Finalists, costs: Sequence[float], final_cost: float, room: Room) -> tuple[int, int]:
    """How many configurations are compared over how many seeds: of what fits beside a few finals, the most runs.

    costs: seconds of one training of each configuration, the best first. final_cost: of one training on all rows.
    Comparing takes two configurations and two seeds; (1, 0) where there is only room to train the best on all rows,
    (0, 0) where not even for that.
    """
    choices = [(1, 0) if finals_fitting(1, final_cost, room) else (0, 0)]
    finals = min(wanted.seeds, _FEWEST_FINALS)
    for count in range(2, min(wanted.configurations, len(costs)) + 1):
        mean, longest = sum(costs[:count]) / count, max(costs[:count])
        for seeds in range(min(2, wanted.seeds), wanted.seeds + 1):
            if room.holds([(count * seeds, mean, longest), (finals, final_cost, final_cost)]):
                choices.append((count, seeds))
    return max(choices, key=lambda choice: (choice[0] * choice[1], choice))


def finals_fitting(wanted: int, final_cost: float, room: Room) -> int:
    """How often the winner is trained on all rows: as often as wanted, or as fits."""
    fit = [count for count in range(1, wanted + 1) if room.holds([(count, final_cost, final_cost)])]
    return max(fit, default=0)


def _plan_comparison(bench: Bench, view: studies.StudyView) -> bool:
    """Store what is to be trained first; False where nothing is, or nothing fits."""
    db, wanted = bench.db, bench.spec.search.finalists
    every = tuple(patiently(lambda: trials.view_trials(db, view.study_name, epochs=True)))
    complete = [each for each in ranked(every, bench.spec.objective.direction) if each.state == "complete"]
    best = complete[: wanted.configurations]
    if not best:
        return False
    costs = [_cost(each, bench.spec) for each in best]
    final_cost = max(_final_cost(each, each.best_epoch) for each in best)
    room = _room(bench, view, ())
    count, seeds = fitting(wanted, costs, final_cost, room)
    if count == 0:
        logger.info("no time for finalists: one more training takes about %.1f s", final_cost)
        return False
    if count == 1:
        epochs = max(1, best[0].best_epoch)
        jobs = _finals(view, best[0], finals_fitting(wanted.seeds, _final_cost(best[0], epochs), room) or 1, epochs)
        patiently(lambda: finalists.plan(db, view.study_name, view.round, "final", jobs))
        return True
    jobs = [
        Planned("compare", each.ordinal, each.trial_number or 0, number, _seed(view, each, "finalist", number))
        for number in range(seeds)
        for each in best[:count]
    ]
    patiently(lambda: finalists.plan(db, view.study_name, view.round, "compare", jobs))
    return True


def _plan_finals(bench: Bench, view: studies.StudyView, every: Sequence[FinalistView]) -> bool:
    winner = winner_of(every, bench.spec)
    if winner is None:
        return False
    db, wanted = bench.db, bench.spec.search.finalists
    trial = patiently(lambda: trials.view_trial(db, view.study_name, winner))
    mine = [each for each in every if each.plan.trial_ordinal == winner and each.state == "complete"]
    # The latest, since the mean of weights gains from epochs that one of them alone would not.
    epochs = max(1, trial.best_epoch, *(each.best_epoch for each in mine))
    now = patiently(lambda: studies.view_study(db, view.study_name))
    # One at least: without any, no test row would be looked at.
    count = finals_fitting(wanted.seeds, _final_cost(trial, epochs), _room(bench, now, every)) or 1
    jobs = _finals(view, trial, count, epochs)
    patiently(lambda: finalists.plan(db, view.study_name, view.round, "final", jobs))
    return True


def _room(bench: Bench, view: studies.StudyView, compared: Sequence[FinalistView]) -> Room:
    db, share = bench.db, bench.spec.search.finalists.share
    active = len(patiently(lambda: workers.view_workers(db, view.study_name)))
    if share is None:
        return Room(None, view.left_s, max(1, active))
    every = patiently(lambda: trials.view_trials(db, view.study_name, epochs=True))
    spent = sum(epoch.seconds for each in every for epoch in each.epochs)
    spent_since = sum(float(each.tags.get("training_seconds", 0.0)) for each in compared)
    return Room(share * spent - spent_since, view.left_s, max(1, active))


def _finals(view: studies.StudyView, trial: TrialView, seeds: int, epochs: int) -> list[Planned]:
    return [
        Planned("final", trial.ordinal, trial.trial_number or 0, number, _seed(view, trial, "final", number), epochs)
        for number in range(seeds)
    ]


def _seed(view: studies.StudyView, trial: TrialView, kind: str, number: int) -> int:
    return trial_seed(view.seed, trial.ordinal, f"{kind}/{view.round}/{number}")


def _epoch_s(trial: TrialView) -> float:
    return sum(epoch.seconds for epoch in trial.epochs) / max(1, len(trial.epochs))


def _final_cost(trial: TrialView, epochs: int) -> float:
    return _ALL_ROWS_COST * _epoch_s(trial) * max(1, epochs)


def _cost(trial: TrialView, spec: StudySpec) -> float:
    """Seconds of one more training: to its last epoch, or until patience ends it as it did in the search."""
    planned = trial.params.get("epochs", len(trial.epochs))
    epochs = int(planned) if isinstance(planned, int) else len(trial.epochs)
    if spec.search.patience is not None:
        epochs = min(epochs, trial.best_epoch + spec.search.patience)
    return _epoch_s(trial) * max(1, epochs)


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
    out = {each.plan.trial_ordinal for each in every if each.dropped or each.state in ("diverged", "out_of_memory")}
    standing = {key: values for key, values in runs_of(every).items() if key not in out}
    return comparison.leader(standing, spec.objective.direction)


def _drop_the_worse(bench: Bench, round: int) -> None:
    """Configurations that are clearly worse, or fail with one of their seeds, are not trained any further."""
    db, name = bench.db, bench.study.study_name
    every = patiently(lambda: finalists.view_finalists(db, name, round))
    compared = [each for each in every if each.plan.kind == "compare"]
    open_ones = {each.plan.trial_ordinal for each in compared if not each.settled}
    worse = comparison.clearly_worse(runs_of(compared), bench.spec.objective.direction, least_noise(bench))
    for each in compared:
        if each.state in ("diverged", "out_of_memory", "failed", "given_up"):
            worse[each.plan.trial_ordinal] = f"{each.state} with seed {each.plan.seed_number}: {each.reason}"
    for key in open_ones & set(worse):
        words = worse[key]
        patiently(lambda key=key, words=words: finalists.drop(db, name, round, key, words))  # type: ignore[misc]


def least_noise(bench: Bench) -> float:
    """Half a validation row, of an accuracy."""
    return 0.5 / len(bench.dataset.validation) if bench.spec.objective.metric.endswith("accuracy") else 0.0


def test_figures(every: Sequence[FinalistView], rows: int) -> dict[str, float] | None:
    """The winner on the test rows: means over the seeds of its finals, and the headline's interval."""
    tests = [each.test for each in every if each.plan.kind == "final" and each.state == "complete" and each.test]
    if not tests:
        return None
    figures = {name: float(np.mean([test[name] for test in tests])) for name in tests[0]}
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
