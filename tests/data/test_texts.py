"""Texts as rows: their words are those of Keras' TextVectorization, and they come from files, tables and functions."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.data.texts import MOST_CHARACTERS, common_words, for_tensorflow, tokens
from tuner.errors import DataError, SpecError
from tuner.spec.sources import read_data

TEXTS = np.array(["Good film, really good!", "a BAD plot", "good plot", "좋은 영화", "it's a film"] * 12)
LABELS = np.array(["yes", "no", "yes", "yes", "no"] * 12)


def loaded(folder: Path, x: Any, **more: Any) -> Dataset:
    np.savez(folder / "t.npz", x=x, y=LABELS[: len(x)])
    return load(read_data({"npz": "t.npz", **more}, 0.2, folder, "space.yaml"), seed=0, told=True)


@given(st.lists(st.text(max_size=30).filter(lambda text: "\0" not in text), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_the_words_of_a_text_are_kerass_own(texts: list[str]) -> None:
    rows = np.array(texts, np.str_)
    words = common_words(rows)
    layer = keras.layers.TextVectorization(vocabulary=list(words) or ["x"], output_sequence_length=40)
    numbers = np.asarray(keras.ops.convert_to_numpy(layer(for_tensorflow(rows))))
    place = {word.encode(): i + 2 for i, word in enumerate(words)}
    for text, row in zip(rows.tolist(), numbers, strict=True):
        # None of the training rows' words is one that the layer does not know.
        assert row[row > 0].tolist() == [place[word] for word in tokens(text)]


def test_the_most_common_words_come_first() -> None:
    assert common_words(TEXTS)[:2] == ("good", "a")
    assert set(common_words(TEXTS)) == {"good", "film", "really", "a", "bad", "plot", "좋은", "영화", "its"}


def test_texts_of_a_file_are_rows(tmp_path: Path) -> None:
    data = loaded(tmp_path, TEXTS)
    assert (data.info.text, data.info.input_shape, data.reading.dtype) == (True, (), "text")
    assert set(data.train.x.tolist()) == set(TEXTS.tolist())
    assert loaded(tmp_path, TEXTS.reshape(-1, 1)).digest == data.digest
    assert fit("words", data.train.x).words == common_words(data.train.x)
    changed = TEXTS.copy()
    changed[7] = "a good plot"
    assert loaded(tmp_path, changed).digest != data.digest


def test_texts_are_read_so_far_and_no_further(tmp_path: Path) -> None:
    long = np.array([*TEXTS[:-1], "word " * MOST_CHARACTERS])
    assert loaded(tmp_path, long).train.x.dtype == np.dtype(f"U{MOST_CHARACTERS}")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_of_texts_is_read_alone(tmp_path: Path, ending: str) -> None:
    frame = pandas.DataFrame({"id": range(60), "review": TEXTS, "stars": [1, 2, 3] * 20, "y": LABELS})
    frame.to_csv(tmp_path / "t.csv", index=False) if ending == "csv" else frame.to_parquet(tmp_path / "t.parquet")
    data = read_data({ending: f"t.{ending}", "target": "y", "text": "review"}, 0.2, tmp_path, "space.yaml")
    found = load(data, seed=0, told=True)
    assert found.digest == loaded(tmp_path, TEXTS).digest
    assert [(each.name, each.taken_as) for each in found.reading.columns] == [("review", "text"), ("y", "target")]
    assert [each.split()[1] for each in found.reading.left_out] == ["id", "stars"]


def test_an_empty_text_is_refused_or_a_text_without_words(tmp_path: Path) -> None:
    pandas.DataFrame({"review": [None, *TEXTS[1:]], "y": LABELS}).to_csv(tmp_path / "t.csv", index=False)
    table = {"csv": "t.csv", "target": "y", "text": "review"}
    with pytest.raises(DataError, match=r"column review, row 1: the cell is empty"):
        load(read_data(table, 0.2, tmp_path, "space.yaml"), seed=0)
    data = load(read_data({**table, "missing": "impute"}, 0.2, tmp_path, "space.yaml"), seed=0)
    assert sum("" in part.x.tolist() for part in (data.train, data.validation, data.test)) == 1
    with pytest.raises(SpecError, match=r"dataset\.text: 'y' is named under another key too"):
        read_data({**table, "text": "y"}, 0.2, tmp_path, "space.yaml")


@pytest.mark.parametrize("rows", [np.ones((9, 4)) / 2, -np.ones((9, 4)), np.ones((9, 4, 2))])
def test_rows_that_are_neither_texts_nor_numbers_of_words_are_refused(rows: Any) -> None:
    with pytest.raises(DataError, match=r"are no texts, and no numbers of words either"):
        fit("words", rows)
    with pytest.raises(DataError, match=r"rows are texts, which have no normalization"):
        fit("standard", TEXTS)
