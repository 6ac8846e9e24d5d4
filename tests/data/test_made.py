"""Computed data follow their equation, and no input is in two parts."""

import numpy as np

from tuner.data.sources import load
from tuner.spec.sources import DataSpec


def test_narma10_is_the_system_that_it_is_named_for() -> None:
    data = load(DataSpec("narma10"), seed=0)
    assert (data.info.train_rows, data.info.validation_rows, data.info.test_rows) == (4000, 1000, 1000)
    for part in (data.train, data.validation, data.test):
        y, u = part.y[:, 0].astype(np.float64), part.x[:, :, 0].astype(np.float64)
        np.testing.assert_array_equal(u[1:, :-1], u[:-1, 1:])
        for t in range(9, 200):
            expected = 0.3 * y[t] + 0.05 * y[t] * y[t - 9 : t + 1].sum() + 1.5 * u[t + 1, -10] * u[t + 1, -1] + 0.1
            assert abs(y[t + 1] - expected) < 1e-6


def test_negations_are_sentences_whose_second_half_decides() -> None:
    data = load(DataSpec("negations"), seed=0)
    assert data.digest.startswith("d68fe20f")
    for text, label in zip(data.test.x.tolist(), data.test.y.tolist(), strict=True):
        last = text.replace(" and ", " but ").split(" but ")[1].split()
        praise = last[-1] in ("good", "great", "moving", "clever", "funny", "superb", "gripping", "honest", "fresh",
                              "charming")  # fmt: skip
        negated = bool({"not", "never", "hardly"} & set(last))
        assert (praise != negated) == (label == 1)
    # Those who say the same of both halves and those who do not are as many.
    assert 0.4 < np.mean([" but " in text for text in data.train.x]) < 0.6


def test_narma10_has_no_input_in_two_parts_and_is_the_same_everywhere() -> None:
    data = load(DataSpec("narma10"), seed=3)
    inputs = [set(part.x.ravel().tolist()) for part in (data.train, data.validation, data.test)]
    assert not inputs[0] & inputs[1]
    assert not inputs[1] & inputs[2]
    assert data.digest.startswith("109e161c")
