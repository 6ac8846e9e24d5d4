"""Few runs, and how sure their figures are: held against simulated runs whose truth is known."""

import numpy as np
import pytest

from tuner.studies.comparison import clearly_worse, difference_in_words, leader, mean_interval, noise


def test_the_noise_is_pooled_over_configurations() -> None:
    deviation, freedom = noise({0: [0.1, 0.3], 1: [0.5, 0.5, 0.8], 2: [0.9]})
    assert freedom == 3
    assert deviation == pytest.approx(np.sqrt((0.02 + 0.06) / 3))


def test_equal_configurations_are_seldom_called_clearly_worse() -> None:
    random = np.random.default_rng(1)
    wrong = 0
    for _ in range(2000):
        runs = {key: list(random.normal(0.9, 0.002, 3)) for key in range(3)}
        wrong += bool(clearly_worse(runs, "maximize"))
    # 5% for two challengers of a leader that was chosen for its mean, which is where it goes above that.
    assert wrong / 2000 < 0.10


def test_a_configuration_far_behind_is_out_after_two_seeds() -> None:
    random = np.random.default_rng(2)
    found = 0
    for _ in range(500):
        runs = {key: list(random.normal(mean, 0.002, 2)) for key, mean in enumerate((0.90, 0.899, 0.88))}
        found += 2 in clearly_worse(runs, "maximize")
    assert found / 500 > 0.8


def test_one_seed_decides_nothing_and_equal_figures_are_no_proof_of_no_noise() -> None:
    assert clearly_worse({0: [0.9], 1: [0.1]}, "maximize") == {}
    assert clearly_worse({0: [0.90, 0.90, 0.90], 1: [0.899, 0.899, 0.899]}, "maximize", least=0.002) == {}
    assert leader({3: [0.2, 0.2], 1: [0.1, 0.3], 2: [0.4]}, "minimize") == 1


def test_the_interval_of_a_mean_over_seeds_covers_the_truth() -> None:
    random = np.random.default_rng(3)
    rows, seeds, hits = 300, 3, 0
    for _ in range(2000):
        # A row is hard or easy for all seeds, so that their errors fall on the same rows.
        hard = random.random(rows) < 0.15
        accuracies = [
            float(np.mean(np.where(hard, random.random(rows) < 0.3, random.random(rows) < 0.97))) for _ in range(seeds)
        ]
        truth = 0.15 * 0.3 + 0.85 * 0.97
        mean = float(np.mean(accuracies))
        low, high = mean_interval(accuracies, mean * (1 - mean) / rows)
        hits += low <= truth <= high
    assert 0.93 < hits / 2000 < 1.0


def test_more_than_the_rows_leave_open_is_only_what_the_seeds_add() -> None:
    low, high = mean_interval([0.88, 0.88, 0.88], 0.88 * 0.12 / 10_000)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.88 * 0.12 / 10_000), rel=1e-3)
    wide = mean_interval([0.87, 0.88, 0.89], 0.88 * 0.12 / 10_000)
    assert wide[1] - wide[0] > high - low


def test_noise_is_called_noise() -> None:
    assert "within the noise" in difference_in_words(0.001, 0.002, 4, 3, 3, "trial 7")
    assert difference_in_words(0.02, 0.002, 4, 3, 3, "trial 7").startswith("0.0200 better than trial 7, more than")
    assert "not known" in difference_in_words(0.02, 0.0, 0, 1, 1, "trial 7")
