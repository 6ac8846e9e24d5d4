"""Who decides at an epoch's end that no other is trained, and in which words."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from tuner.database.epochs import EpochView
from tuner.database.studies import StudyView
from tuner.runs.observers.deadline import Deadline
from tuner.runs.observers.epoch_budget import EpochBudget
from tuner.runs.observers.leaving import Leaving
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.training.checkpoint import Checkpoint
from tuner.training.plan import EpochResult, Stopped


def unread() -> StudyView:
    raise AssertionError("the study was read, and nobody had to know")


def at(epoch: int, seconds: float = 1.0, ended: Stopped | None = None, decision: Decision | None = None) -> EpochEnd:
    def checkpoint() -> Checkpoint:
        raise AssertionError("a checkpoint was made, and nobody stores it")

    result = EpochResult(0, epoch, {"val_loss": 0.5}, seconds, epoch, 0.5, ended, "", checkpoint)
    return EpochEnd(epoch=epoch, planned=10, look=lambda: cast(Any, None), result=result, decision=decision)


def beginning(done: int, attempt: int, rows: tuple[EpochView, ...] = (), look: Callable[[], Any] = unread) -> Beginning:
    return Beginning(epoch=done, planned=10, look=look, rows=rows, attempt=attempt)


def test_an_epoch_that_would_not_end_in_time_is_not_begun() -> None:
    left = Deadline(lambda _: 2.0, "complete")
    assert left.epoch_ended(at(3, seconds=1.9)) is None
    assert left.epoch_ended(at(3, seconds=2.1)) == Decision("complete", "time was up at epoch 3 of 10")
    assert Deadline(lambda _: None, "complete").epoch_ended(at(3, seconds=1e9)) is None


@pytest.mark.parametrize(
    ("attempt", "rows", "quickest_s", "ends"),
    [
        (1, (), 5.0, False),
        (2, (), 5.0, True),
        (2, (), None, False),
        (2, (EpochView(1, {}, 1.0, 0.0),), 5.0, False),
        (2, (EpochView(1, {}, 3.0, 0.0),), 1.0, True),
    ],
)
def test_what_is_adopted_late_trains_no_further_epoch(
    attempt: int, rows: tuple[EpochView, ...], quickest_s: float | None, ends: bool
) -> None:
    deadline = Deadline(lambda _: 2.0, "complete", lambda: quickest_s)
    found = deadline.begins(beginning(len(rows), attempt, rows, look=lambda: None))
    assert (found is not None) == ends
    assert Deadline(lambda _: 2.0, "pruned").begins(beginning(0, 2)) is None


@pytest.mark.parametrize(
    "end", [at(10), at(3, ended="patience"), at(3, decision=Decision("pruned", "pruned at epoch 3 of 10"))]
)
def test_no_epoch_of_the_budget_is_asked_for_that_nobody_trains(end: EpochEnd) -> None:
    budget = EpochBudget(cast(Any, None), cast(Any, None))
    assert budget.epoch_ended(end) is None
    assert budget.begins(beginning(10, 2)) is None


def test_what_has_ended_is_not_handed_back() -> None:
    leaving = Leaving(lambda: True)
    assert leaving.epoch_ended(at(3)) == Decision("released", "handed back at epoch 3 of 10")
    assert leaving.epoch_ended(at(3, decision=Decision("pruned", "pruned at epoch 3 of 10"))) is None
    assert Leaving(lambda: False).epoch_ended(at(3)) is None
