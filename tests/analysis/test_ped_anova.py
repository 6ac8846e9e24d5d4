"""The figure is Optuna's own, found from arrays; the check answers the same question, and knows noise from signal."""

import math
import random
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial

from tuner.analysis.counted import counted
from tuner.analysis.ped_anova import divergence

SPACE: dict[str, BaseDistribution] = {
    "rate": FloatDistribution(1e-4, 1.0, log=True),
    "share": FloatDistribution(-1.0, 3.0),
    "step": FloatDistribution(0.0, 1.0, step=0.25),
    "layers": IntDistribution(1, 5),
    "units": IntDistribution(8, 512, log=True),
    "many": IntDistribution(0, 400),
    "kind": CategoricalDistribution(("a", "b", 3, 2.5)),
    "flag": CategoricalDistribution((True, False)),
}
SOME = ("units", "kind")
"""What only some trials have."""


def drawn(seed: int, count: int, space: Mapping[str, BaseDistribution] = SPACE) -> list[dict[str, Any]]:
    draw, sampler = random.Random(seed), optuna.samplers.RandomSampler(seed)
    rows = []
    for _ in range(count):
        used = {name: each for name, each in space.items() if name not in SOME or draw.random() < 0.6}
        rows.append({name: sampler.sample_independent(None, None, name, each) for name, each in used.items()})  # type: ignore[arg-type]
    return rows


def best_tenth(losses: Any) -> Any:
    return losses <= np.sort(losses)[math.ceil(0.1 * len(losses)) - 1]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(8, 150), digits=st.sampled_from([1, 9]))
def test_the_figure_is_the_one_of_optunas_evaluator(seed: int, count: int, digits: int) -> None:
    rows, draw = drawn(seed, count), random.Random(seed + 1)
    losses = np.array([round(draw.random() + each["share"], digits) for each in rows])
    study = optuna.create_study()
    for params, loss in zip(rows, losses, strict=True):
        of_it = {name: SPACE[name] for name in params}
        study.add_trial(create_trial(state=TrialState.COMPLETE, params=params, distributions=of_it, value=loss))
    names = [name for name in SPACE if any(name in each for each in rows)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), params=names, normalize=False)
    best = best_tenth(losses)
    for name in names:
        having = [place for place, each in enumerate(rows) if name in each]
        values = [rows[place][name] for place in having]
        ours = divergence(values, best[having], count, int(best.sum()), SPACE[name])
        assert ours == pytest.approx(theirs[name], rel=1e-4, abs=1e-9), name


def test_the_check_counts_the_variance_that_the_figure_estimates() -> None:
    rows = drawn(3, 4000, {"share": SPACE["share"]})
    # In the lower quarter of the share, three in ten are among the best; elsewhere one in thirty.
    chances = np.array([0.3 if each["share"] < 0.0 else 1 / 30 for each in rows])
    best = np.arange(len(rows)) % 97 / 97 < chances  # as many as are expected, and not by chance
    values = [each["share"] for each in rows]
    truth = float(np.var(chances))
    between, chance = counted(values, best, SPACE["share"])
    assert between / len(rows) == pytest.approx(truth, rel=0.2)
    assert divergence(values, best, len(rows), int(best.sum()), SPACE["share"]) == pytest.approx(truth, rel=0.2)
    assert chance == 0.001


@pytest.mark.parametrize("name", ["rate", "layers", "kind", "flag", "units"])
def test_noise_counts_for_nothing_and_is_called_chance(name: str) -> None:
    shares, called = [], 0
    for seed in range(40):
        rows = [each for each in drawn(seed, 120, {name: SPACE[name]}) if name in each]
        best = best_tenth(np.random.default_rng(seed).random(len(rows)))
        between, chance = counted([each[name] for each in rows], best, SPACE[name])
        shares.append(between / len(rows))
        called += chance > 0.05
    assert float(np.mean(shares)) < 0.01
    assert called >= 33


def test_of_one_value_or_of_none_among_the_best_nothing_is_said() -> None:
    none = np.zeros(20, dtype=bool)
    values = [float(each) for each in range(20)]
    assert counted(values, none, FloatDistribution(0.0, 20.0)) == (0.0, 1.0)
    assert divergence(values, none, 20, 2, FloatDistribution(0.0, 20.0)) == 0.0
    assert counted([1.0] * 20, ~none, FloatDistribution(0.0, 20.0)) == (0.0, 1.0)
