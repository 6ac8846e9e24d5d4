"""Successive halving by epochs decides as Optuna's own pruner does, whose trials and attributes it shares."""

import random
from typing import Literal

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.pruners import BasePruner, SuccessiveHalvingPruner
from optuna.trial import TrialState

from tuner.search.epoch_rungs import EpochRungs

Direction = Literal["minimize", "maximize"]


def searched(pruner: BasePruner, direction: Direction, seed: int, trials: int = 24, at_once: int = 5) -> list[object]:
    """What becomes of trials of which several run at once, and some are cancelled; many values are equal."""
    draw = random.Random(seed)
    study = optuna.create_study(direction=direction, pruner=pruner)
    running: list[optuna.Trial] = []
    begun = 0
    while begun < trials or running:
        while begun < trials and len(running) < at_once:
            running.append(study.ask())
            begun += 1
        trial = draw.choice(running)
        epoch = (study.get_trials()[trial.number].last_step or 0) + 1
        trial.report(draw.choice([float("nan"), float("inf"), *range(4), *range(4)]), epoch)
        if trial.should_prune() or epoch == 12 or draw.random() < 0.05:
            study.tell(trial, state=draw.choice([TrialState.PRUNED, TrialState.FAIL]))
            running.remove(trial)
    return [(each.number, each.state, each.last_step, each.system_attrs) for each in study.trials]


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10**6),
    direction=st.sampled_from(("minimize", "maximize")),
    first=st.integers(1, 3),
    factor=st.integers(2, 4),
    left_out=st.integers(0, 1),
)
def test_it_decides_as_optunas_own_does(
    seed: int, direction: Direction, first: int, factor: int, left_out: int
) -> None:
    theirs = SuccessiveHalvingPruner(first, factor, left_out)
    assert searched(EpochRungs(first, factor, left_out), direction, seed) == searched(theirs, direction, seed)


def test_what_optuna_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="reduction_factor"):
        EpochRungs(1, 1, 0)
