"""The learning curves of some trials of a study, column by column.

Owns: how many there may be at once, and how many points of each.
Leaves to others: all epochs of one trial, as they were stored (studies.views.Epoch).
"""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tuner.database.epochs import EpochView
from tuner.database.runs import RunView
from tuner.errors import NotFound
from tuner.service.requests import Request
from tuner.studies.status import StudyStatus
from tuner.studies.views import View

MOST = 100
"""Trials."""

_POINTS = 500
"""Of a curve: of more epochs, only each second one is told, or each third, and so on, and the last."""


class CurvesRequest(Request):
    """trials: by their numbers. running: also those that run. metrics: of these names alone; empty is all."""

    trials: Annotated[tuple[int, ...], Field(max_length=MOST)] = ()
    running: bool = False
    metrics: tuple[str, ...] = ()


class Curve(View):
    """Each list has one item an epoch; null where it was not measured."""

    trial: int | None
    ordinal: int
    state: str
    epoch: tuple[int, ...]
    seconds: tuple[float, ...]
    metrics: Mapping[str, tuple[float | None, ...]]


class Curves(View):
    """In the order in which they were asked for, then those that run. number: of the last change that is in them."""

    study_name: str
    number: int
    curves: tuple[Curve, ...]


def curves(status: StudyStatus, number: int, request: CurvesRequest) -> Curves:
    """Of a study that was read with its epochs. number: as in the answer. Raises NotFound."""
    by_number = {each.trial_number: each for each in status.trials if each.trial_number is not None}
    chosen: dict[int, RunView] = {}
    for asked in request.trials:
        if asked not in by_number:
            raise NotFound(f"study {status.study.study_name!r} has no trial {asked}.")
        chosen[by_number[asked].ordinal] = by_number[asked]
    if request.running:
        running = [each for each in status.trials if each.state == "running"]
        chosen |= {each.ordinal: each for each in running[: MOST - len(chosen)]}
    return Curves(
        study_name=status.study.study_name,
        number=number,
        curves=tuple(_curve(each, request.metrics) for each in chosen.values()),
    )


def _curve(trial: RunView, metrics: tuple[str, ...]) -> Curve:
    shown = _thinned(trial.epochs)
    names = dict.fromkeys(name for each in shown for name in each.metrics)
    return Curve(
        trial=trial.trial_number,
        ordinal=trial.ordinal,
        state=trial.state,
        epoch=tuple(each.epoch for each in shown),
        seconds=tuple(round(each.seconds, 3) for each in shown),
        metrics={
            name: tuple(each.metrics.get(name) for each in shown) for name in names if not metrics or name in metrics
        },
    )


def _thinned(epochs: tuple[EpochView, ...]) -> tuple[EpochView, ...]:
    step = math.ceil(len(epochs) / _POINTS)
    if step <= 1:
        return epochs
    return (*epochs[:-1:step], epochs[-1])
