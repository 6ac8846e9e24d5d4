"""Arrays at hand become a file that workers read as any other."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tuner.data.sources import load
from tuner.errors import InputError
from tuner.python.own_arrays import _task_of as task_seen
from tuner.python.own_arrays import dataset_of
from tuner.spec.sources import read_data

X = np.arange(400, dtype=np.float64).reshape(100, 4)
WORDS = np.array(["ripe", "raw"] * 50)


def loaded(given: Any, here: Path, task: Any = None) -> Any:
    return load(read_data(dict(dataset_of(given, task, "mine", here)), 0.2, here, "data"), 0)


def test_arrays_are_read_back_as_they_were(tmp_path: Path) -> None:
    dataset = loaded((X, WORDS), tmp_path)
    assert dataset.info.class_names == ("raw", "ripe")
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 100
    rows = np.concatenate([dataset.train.x, dataset.validation.x, dataset.test.x])
    np.testing.assert_array_equal(np.sort(rows[:, 0]), X[:, 0])


def test_parts_stay_the_parts_that_they_are(tmp_path: Path) -> None:
    dataset = loaded(((X, WORDS), (X[:30], WORDS[:30]), (X[:10], WORDS[:10])), tmp_path)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (100, 30, 10)


def test_several_inputs_and_targets_and_weights_keep_their_names(tmp_path: Path) -> None:
    rows, targets = {"wide": X, "deep": X.reshape(100, 2, 2)}, {"kind": WORDS, "size": X[:, 0]}
    data = loaded(((rows, targets, X[:, 0] + 1), (rows, targets)), tmp_path)
    assert [(each.name, each.shape) for each in data.info.inputs] == [("wide", (4,)), ("deep", (2, 2))]
    assert [(each.name, each.class_names) for each in data.info.targets] == [("kind", ("raw", "ripe")), ("size", ())]
    assert data.info.weighted
    assert loaded((rows, WORDS), tmp_path).info.class_names == ("raw", "ripe")
    with pytest.raises(InputError, match="of several inputs or targets dicts of arrays"):
        dataset_of((X, WORDS, X[:, 0], X), None, "mine", tmp_path)


def test_the_same_arrays_are_the_same_file(tmp_path: Path) -> None:
    first = dataset_of((X, WORDS), None, "mine", tmp_path)
    assert dataset_of((X.copy(), list(WORDS)), None, "mine", tmp_path) == first
    assert dataset_of((X + 1, WORDS), None, "mine", tmp_path) != first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_frame_is_read_as_the_table_that_it_is(tmp_path: Path) -> None:
    frame = pd.DataFrame({"size": X[:, 0], "colour": ["red", "green"] * 50, "price": X[:, 1] + 0.5})
    dataset = loaded((frame, "price"), tmp_path)
    assert dataset.info.task == "regression"
    assert loaded((frame, "colour"), tmp_path).info.class_names == ("green", "red")
    with pytest.raises(InputError, match=r"no column 'cost'\. It has: size, colour, price"):
        dataset_of((frame, "cost"), None, "mine", tmp_path)


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (WORDS, "classification"),
        (np.arange(100) % 3, "classification"),
        (np.eye(3)[np.arange(100) % 3], "classification"),
        (X[:, 0] / 7, "regression"),
        (X[:, :2] / 7, "regression"),
        (np.arange(100.0), "regression"),
        (np.arange(100.0) % 3, "3 whole numbers, as floats: classes or amounts"),
        (np.arange(100), "100 whole numbers: classes or amounts"),
    ],
)
def test_the_task_is_seen_or_asked_for(y: Any, task: str) -> None:
    if "amounts" not in task:
        assert task_seen(y) == task
        return
    with pytest.raises(InputError, match=task):
        task_seen(y)


@pytest.mark.parametrize("given", [X, (), ((X, WORDS),) * 4, (X,), {"x": X}, (pd.DataFrame({"a": [object()]}), [1])])
def test_other_shapes_are_refused_in_a_line(given: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^data: ") as raised:
        dataset_of(given, None, "mine", tmp_path)
    assert "\n" not in str(raised.value)
