"""What is kept of a network's answers for pictures."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.data.answers import WORST, Answers, answers
from tuner.data.dataset import DataInfo, Dataset, Rows
from tuner.errors import DataError
from tuner.spec.sources import DataSpec


def outputs_for(rows: Rows, classes: int, wrong: int) -> np.ndarray:
    """Right but for the first rows, each surer than the one before of the next class."""
    given = np.full((len(rows), classes), 0.01, np.float32)
    given[np.arange(len(rows)), rows.y] = 0.9
    for at in range(wrong):
        given[at, rows.y[at]] = 0.3 - at / 1000
        given[at, (rows.y[at] + 1) % classes] = 0.6 + at / 1000
    return given


def test_classes_are_counted_and_the_worst_mistakes_come_first(digits: Dataset) -> None:
    rows = digits.validation
    found = Answers.from_bytes(answers(outputs_for(rows, 10, 40), rows, digits.info).to_bytes())
    assert found.counts.sum() == len(rows)
    assert np.trace(found.counts) == len(rows) - 40
    np.testing.assert_array_equal(found.counts.sum(axis=1), np.bincount(rows.y, minlength=10))
    assert found.class_names == digits.info.class_names
    worst = np.arange(39, 39 - WORST, -1)
    np.testing.assert_array_equal(found.worst[:, 0], rows.y[worst])
    np.testing.assert_array_equal(found.worst[:, 1], (rows.y[worst] + 1) % 10)
    np.testing.assert_array_equal(found.images, rows.x[worst])
    assert found.sure == pytest.approx(0.6 + worst / 1000)


def test_a_network_without_mistakes_has_no_worst_ones(digits: Dataset) -> None:
    found = answers(outputs_for(digits.validation, 10, 0), digits.validation, digits.info)
    assert len(found.worst) == len(found.images) == 0


def test_one_output_is_the_probability_of_the_second_class(digits: Dataset) -> None:
    rows = Rows(digits.validation.x[:4], np.array([0, 1, 1, 0], np.int32))
    found = answers(np.array([[0.1], [0.9], [0.2], [0.3]], np.float32), rows, digits.info)
    assert found.counts.tolist() == [[2, 0], [1, 1]]
    assert found.sure == pytest.approx([0.8])


def test_a_regression_keeps_points() -> None:
    from tuner.data.sources import load

    diabetes = load(DataSpec("diabetes"), seed=0)
    rows = diabetes.validation
    found = Answers.from_bytes(answers(rows.y.reshape(-1, 1) + 1, rows, diabetes.info).to_bytes())
    np.testing.assert_allclose(found.points[:, 1] - found.points[:, 0], 1, atol=1e-4)
    assert len(found.points) == len(rows)


def test_one_answer_to_every_row_is_seen_and_is_none_where_rows_do_not_differ(digits: Dataset) -> None:
    rows = Rows(digits.validation.x[:4], np.array([0, 1, 1, 0], np.int32))
    one = np.array([[0.1], [0.4], [0.2], [0.3]], np.float32)
    assert answers(one, rows, digits.info).only == repr(digits.info.class_names[0])
    assert answers(np.where(rows.y[:, None], 0.9, one), rows, digits.info).only == ""
    same = Rows(rows.x, np.zeros(4, np.int32))
    assert answers(one, same, digits.info).only == ""
    info = replace(digits.info, task="regression", class_names=(), outputs=1)
    numbers = Rows(rows.x, np.array([1.0, 2.0, 3.0, 4.0], np.float32))
    assert answers(np.full((4, 1), 2.5, np.float32), numbers, info).only == "2.5"
    assert answers(numbers.y.reshape(-1, 1), numbers, info).only == ""


def test_other_bytes_are_refused() -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Answers.from_bytes(b"PK\x03\x04 no")


def test_of_many_targets_each_has_its_turn() -> None:
    info = DataInfo("rows", "regression", (3,), 64, (), 100, 200, 100)
    y = np.tile(np.arange(64, dtype=np.float32), (200, 1))
    found = answers(y + 0.5, Rows(np.zeros((200, 3), np.float32), y), info)
    assert set(found.points[:, 0]) == set(range(64))
    np.testing.assert_array_equal(found.points[:, 1], found.points[:, 0] + 0.5)
    assert not found.only
