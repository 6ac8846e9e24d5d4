"""All trials of a study, column by column: what a page needs to draw all of them at once, compactly.

Owns: which columns are in it.
Leaves to others: what is new afterwards (changes), drawing.
"""

from collections.abc import Mapping, Sequence

from tuner.database.runs import RunView
from tuner.errors import InputError
from tuner.formatting import nearest
from tuner.service.trial_columns import columns_of
from tuner.spec.metrics import Direction
from tuner.spec.space import Value
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.studies.views import View


class TrialTable(View):
    """Each list has one item a trial, in the order of the budget; null where a trial has no such thing.

    number: of the last change that is in it: what is new afterwards, `/events?since=` tells. ordinal: the place in the
    budget, by which news name a run. trial: its number. value: of the objective, named by metric and direction.
    seconds: of its epochs, of which there are so many. verdict: kinds of illness, with commas between. params: those
    that were not asked for are null. metrics: of its best epoch; those that were asked for.
    """

    study_name: str
    number: int
    metric: str
    direction: Direction
    ordinal: tuple[int, ...]
    trial: tuple[int | None, ...]
    state: tuple[str, ...]
    value: tuple[float | None, ...]
    epochs: tuple[int, ...]
    seconds: tuple[float, ...]
    started_at: tuple[float | None, ...]
    finished_at: tuple[float | None, ...]
    worker: tuple[str | None, ...]
    baseline: tuple[str | None, ...]
    verdict: tuple[str | None, ...]
    params: Mapping[str, tuple[Value | None, ...]]
    metrics: Mapping[str, tuple[float | None, ...]]


def trial_table(status: StudyStatus, number: int, metrics: Sequence[str] = ()) -> TrialTable:
    """Of a study that was read with its epochs. number: as in the table. Raises InputError."""
    spec, trials = spec_of(status.study), status.trials
    columns = columns_of(spec, trials)
    for name in metrics:
        if name not in columns.metrics:
            raise InputError(f"metric: trials have none that is called {name!r}{nearest(name, columns.metrics)}")
    return TrialTable(
        study_name=status.study.study_name,
        number=number,
        metric=spec.objective.metric,
        direction=spec.objective.direction,
        ordinal=tuple([each.ordinal for each in trials]),
        trial=tuple([each.trial_number for each in trials]),
        state=tuple([each.state for each in trials]),
        value=tuple([each.value for each in trials]),
        epochs=tuple([len(each.epochs) for each in trials]),
        seconds=tuple([round(each.seconds, 3) for each in trials]),
        started_at=tuple([_moment(each.started_at or None) for each in trials]),
        finished_at=tuple([_moment(each.finished_at) for each in trials]),
        worker=tuple([each.worker_id for each in trials]),
        baseline=tuple([each.baseline or None for each in trials]),
        verdict=tuple([_kinds(each) for each in trials]),
        params={name: tuple([each.params.get(name) for each in trials]) for name in columns.parameters},
        metrics={
            name: tuple([each.best_metrics.get(name, each.facts.figure(name)) for each in trials])
            for name in dict.fromkeys(metrics)
        },
    )


def _moment(at: float | None) -> float | None:
    return None if at is None else round(at, 2)


def _kinds(trial: RunView) -> str | None:
    return ", ".join(each.kind for each in trial.facts.verdicts if each.kind) or None
