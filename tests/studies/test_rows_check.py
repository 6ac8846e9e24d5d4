"""A person's code for the data is read as a second process reads it: the same rows in whatever order, or one line."""

from pathlib import Path

import numpy as np
import pytest

from tuner.data.sources import load
from tuner.database.facts import StudyOptions
from tuner.errors import DataError
from tuner.spec.code import find_code
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies.row_order import order_in_words, rows_option, with_order
from tuner.studies.rows_check import load_as_workers_will

ROWS = """
import numpy as np
from sklearn.datasets import load_digits

known = np.random.default_rng(0)
x, y = load_digits(return_X_y=True)
x = x.astype('float32')

def shuffled():
    order = np.random.permutation(len(x))
    return x[order], y[order]

def drawn_from_a_seed():
    return known.normal(size=(60, 3)).astype('float32'), np.arange(60) % 2

def random():
    return np.random.normal(size=(60, 3)).astype('float32'), np.arange(60) % 2

def other_parts():
    from sklearn.model_selection import train_test_split
    train_x, test_x, train_y, test_y = train_test_split(x, y)
    return (train_x, train_y), (test_x, test_y)
"""


@pytest.fixture
def spec_of(tmp_path: Path) -> object:
    (tmp_path / "rows.py").write_text(ROWS)

    def of(name: str) -> StudySpec:
        text = f"dataset: {{python: 'rows.py:{name}'}}\nparameters: {{units: 8}}\n"
        return parse_spec(text, "mine", tmp_path, "mine.yaml")

    return of


def test_rows_that_come_in_another_order_each_time_are_taken_in_one(spec_of: object, tmp_path: Path) -> None:
    codes = [find_code(str(tmp_path / "rows.py"))]
    spec = spec_of("shuffled")  # type: ignore[operator]
    settled, dataset = load_as_workers_will(spec, codes)
    assert "another order each time" in order_in_words(settled)
    stored = with_order(spec, StudyOptions(rows=rows_option(settled)))
    for seed in (0, 7):
        digests = {load(stored.data, seed, codes).digest for _ in range(2)}
        assert len(digests) == 1
        assert (dataset.digest in digests) is (seed == 0)
    # As the rows come, no two readings agree.
    assert load(spec.data, 0, codes).digest != load(spec.data, 0, codes).digest
    assert np.bincount(dataset.validation.y).min() > 10


def test_rows_that_a_fresh_process_gets_in_the_same_order_stay_as_they_come(spec_of: object, tmp_path: Path) -> None:
    spec = spec_of("drawn_from_a_seed")  # type: ignore[operator]
    # Its generator goes on from call to call: in this process it was never called before.
    settled, _ = load_as_workers_will(spec, [find_code(str(tmp_path / "rows.py"))])
    assert settled == spec
    assert rows_option(settled) == ""


@pytest.mark.parametrize("name", ["random", "other_parts"])
def test_other_rows_each_time_are_refused_in_a_line(spec_of: object, tmp_path: Path, name: str) -> None:
    spec = spec_of(name)  # type: ignore[operator]
    with pytest.raises(
        DataError, match=r"rows\.py.*: gives other rows each time.*Give what it draws a seed"
    ) as refused:
        load_as_workers_will(spec, [find_code(str(tmp_path / "rows.py"))])
    assert "\n" not in str(refused.value)
