"""When a search ends before its trials are up, and how that is said.

Owns: the plateau and the noise it is measured by, the words for a rule.
Leaves to others: that no trial begins afterwards, and no epoch too many is trained (database).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from tuner.database import rules, runs
from tuner.database.connection import Database
from tuner.database.facts import Limits, StudyOptions
from tuner.database.progress import leader
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.errors import InputError
from tuner.formatting import plural
from tuner.spec.metrics import beats, sign
from tuner.spec.study_spec import StudySpec

_BEST = 5
OPTIONS = {"epochs": "--epoch-budget", "target": "--target", "plateau": "--plateau"}
"""Under which each limit is given on the command line, where --epochs is of a person's own code."""


def merged(spec: StudySpec, given: Limits) -> Limits:
    """The file's limits, with those given instead; None takes the file's. Raises InputError."""
    search = spec.search
    chosen = Limits(epochs=search.epochs, target=search.target, plateau=search.plateau).changed(given)
    if chosen.plateau is not None and chosen.plateau < 1:
        raise InputError(f"--plateau {chosen.plateau}: give the number of trials without improvement, at least 1.")
    if chosen.epochs is not None and chosen.epochs < 1:
        raise InputError(f"--epoch-budget {chosen.epochs}: a study needs at least one epoch.")
    for name, value in (("target", chosen.target), ("plateau", chosen.plateau)):
        if value is not None and spec.further_objectives:
            raise InputError(f"{name}: is of one objective, and this study has several. Leave it out.")
    return chosen


def reached(spec: StudySpec, limits: Limits, value: float | None) -> bool:
    """Whether a value of the objective is as good as the target, if there is one."""
    target = limits.target
    if target is None or value is None or not math.isfinite(value):
        return False
    return not beats(target, value, spec.objective.direction)


def look(db: Database, view: StudyView, spec: StudySpec) -> None:
    """End the search where it has reached a plateau, or a target under constraints; asked before every trial."""
    wait = view.options.limits.plateau
    if view.ended:
        return
    if spec.constraints and view.options.limits.target is not None:
        found = leader(db, view.study_name, spec.objective.direction)
        if found is not None and reached(spec, view.options.limits, found.value):
            rules.end(db, view.study_name, "target")
            return
    if wait is None:
        return
    every = runs.view_trials(db, view.study_name, epochs=True)
    if on_plateau(every, spec, int(wait)):
        rules.end(db, view.study_name, "plateau")


def on_plateau(every: Sequence[RunView], spec: StudySpec, wait: int) -> bool:
    """Whether the last trials that ended, so many, improved the best by no more than noise."""
    ended = sorted((each for each in every if each.finalized), key=lambda each: (each.finished_at or 0.0, each.ordinal))
    before, last = ended[:-wait], ended[-wait:]
    upwards = sign(spec.objective.direction)

    def best(some: Sequence[RunView]) -> float | None:
        return max((upwards * each.value for each in some if each.state == "complete" and each.value is not None),
                   default=None)  # fmt: skip

    old, new = best(before), best(last)
    if len(last) < wait or old is None:
        return False
    return new is None or new - old <= math.sqrt(2) * noise(ended, spec)


def noise(every: Sequence[RunView], spec: StudySpec) -> float:
    """The standard deviation between runs of one configuration, guessed from curves: no configuration ran twice yet.

    A network after an epoch and after the next one are two that are about equally good; so the differences between
    neighbouring epochs, in the second half of the best trials' training, are about root two of that deviation. What
    they still learn there is in it too, so it errs on the large side.
    """
    metric, upwards = spec.objective.metric, sign(spec.objective.direction)
    complete = [each for each in every if each.state == "complete" and each.value is not None and len(each.epochs) > 3]
    complete.sort(key=lambda each: -upwards * (each.value or 0.0))
    steps: list[float] = []
    for each in complete[:_BEST]:
        values = [epoch.metrics[metric] for epoch in each.epochs if metric in epoch.metrics]
        steps += [after - before for before, after in pairwise(values[len(values) // 2 :])]
    return math.sqrt(fmean(step * step for step in steps) / 2) if steps else 0.0


def why_ended(view: StudyView, spec: StudySpec, begun: int) -> str:
    """Why the search ended, in words; empty while it goes on or after all its trials."""
    limits = view.options.limits
    metric = spec.objective.metric
    words = {
        "epochs": f"the budget of {plural(limits.epochs or 0, 'epoch')} is spent",
        "target": f"the target {metric} {limits.target} is reached",
        "plateau": f"no {metric} better by more than noise in the last {plural(limits.plateau or 0, 'trial')}",
    }
    if view.ended:
        return words.get(view.ended, view.ended)
    if view.finished_at is not None and begun < view.trials:
        return "time was up"
    return ""


def change(view: StudyView, spec: StudySpec, given: Limits) -> StudyOptions:
    """The study's options with other limits: None leaves one as it is. Raises InputError."""
    return view.options.with_(limits=merged(spec, view.options.limits.changed(given)))
