"""What people write into cells: names with spaces, words for nothing, numbers of other countries, dates, codes."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import psutil
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuner.data import column_kinds, tables
from tuner.data.cell_values import MISSING_WORDS, canonical, numbers_of, texts_of
from tuner.data.dataset import Dataset
from tuner.data.reading import stripped
from tuner.data.sources import load
from tuner.errors import DataError, SpecError
from tuner.spec.sources import read_data

ROWS = 60


def numbers(seed: int = 0) -> list[float]:
    return [round(float(each), 3) for each in np.random.default_rng(seed).normal(size=ROWS)]


def written(folder: Path, columns: dict[str, list[Any]], ending: str = "csv", separator: str = ",") -> Path:
    path = folder / f"t.{ending}"
    frame = pandas.DataFrame(columns)
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep=separator)
    return path


def loaded(folder: Path, columns: dict[str, list[Any]] | None = None, ending: str = "csv", **more: Any) -> Dataset:
    if columns is not None:
        written(folder, columns, ending, more.get("separator", ","))
    raw = {ending: f"t.{ending}", "target": "y", **more}
    return load(read_data(raw, 0.2, folder, "space.yaml"), seed=0, told=True)


def read_bytes(folder: Path, content: bytes, **more: Any) -> Dataset:
    (folder / "t.csv").write_bytes(content)
    return loaded(folder, **more)


BOTH = pytest.mark.parametrize("ending", ["csv", "parquet"])


@BOTH
@pytest.mark.parametrize("around", [" ", "\t", "\u00a0", "\u2003", "\ufeff", "\u200b"])
def test_spaces_around_a_name_make_no_other_class_category_or_column(tmp_path: Path, ending: str, around: str) -> None:
    plain = {"a": numbers(), "fruit": ["pear", "fig", "pear"] * 20, "y": ["ripe", "raw", "raw"] * 20}
    spaced = {
        f"{around}a ": numbers(),
        f"fruit{around}": ["pear", "fig", f"pear{around}"] * 20,
        "y": ["ripe", "raw", f"{around}raw "] * 20,
    }
    expected, got = loaded(tmp_path, plain, ending), loaded(tmp_path, spaced, ending)
    assert got.info.class_names == ("raw", "ripe")
    assert got.table == expected.table
    assert got.digest == expected.digest


def test_names_that_differ_by_case_or_by_how_a_letter_is_encoded_stay_two_and_are_told(tmp_path: Path) -> None:
    columns = {
        "a": numbers(),
        "town": ["Orl\u00e9ans", "Orle\u0301ans", "Caen"] * 20,
        "y": ["Pear"] * 9 + ["pear"] * 21 + ["fig"] * 30,
    }
    data = loaded(tmp_path, columns)
    assert len(data.info.class_names) == 3
    assert data.info.input_shape == (4,)
    of_column, of_classes = data.reading.warnings
    assert of_column.startswith(
        r"column town: 'Orle\u0301ans' (20 rows) and 'Orl\xe9ans' (20 rows) are 2 and look like"
    )
    assert of_classes.startswith("classes: 'Pear' (9 rows) and 'pear' (21 rows) are 2 and look like one.")


@BOTH
@pytest.mark.parametrize("word", [*MISSING_WORDS, "-", "none", "?", "Nan", "missing", "True", "inf"])
def test_a_word_for_nothing_is_a_class_and_a_category_like_any_other(tmp_path: Path, ending: str, word: str) -> None:
    columns = {
        "a": numbers(), "region": [word, "EU", "ASIA"] * 20, "y": [word, "StrictModel", "Ring"] * 20,
    }  # fmt: skip
    data = loaded(tmp_path, columns, ending)
    assert data.info.class_names == tuple(sorted([word, "StrictModel", "Ring"]))
    assert data.info.input_shape == (4,)
    assert data.reading.classes == {word: 20, "StrictModel": 20, "Ring": 20}
    region = data.reading.columns[1]
    assert (region.taken_as, region.values, region.missing) == ("category", 3, 0)


@pytest.mark.parametrize("word", [*MISSING_WORDS, "", "  "])
def test_among_numbers_a_word_for_nothing_is_an_empty_cell(tmp_path: Path, word: str) -> None:
    cells = [*map(str, numbers()[:-1]), word]
    columns = {"a": cells, "y": [0, 1] * 30}
    with pytest.raises(DataError, match=r"t\.csv: column a, row 60: the cell is empty\. Fill it in"):
        loaded(tmp_path, columns)
    data = loaded(tmp_path, columns, missing="impute")
    assert data.reading.columns[0].missing == 1
    with pytest.raises(DataError, match=r"target y, row 60 is empty\. Mend or remove the row"):
        loaded(tmp_path, {"a": numbers(), "y": [*["0", "1"] * 29, "0", word]})
    with pytest.raises(DataError, match=r"target y, row 60 is empty; a regression needs a number"):
        loaded(tmp_path, {"a": numbers(), "y": cells}, task="regression")


@BOTH
def test_a_column_that_has_words_for_nothing_alone_is_one_of_names_where_they_are_several(
    tmp_path: Path, ending: str
) -> None:
    columns = {"a": numbers(), "wing": [*["NA", "None"] * 29, None, None], "y": ["NA", "null"] * 30}
    data = loaded(tmp_path, columns, ending, missing="impute")
    wing = data.reading.columns[1]
    assert (wing.taken_as, wing.examples, wing.missing) == ("category", ("NA", "None"), 2)
    assert data.info.class_names == ("NA", "null")
    with pytest.raises(DataError, match=r"column wing, row 59: the cell is empty, as are 1 more\."):
        loaded(tmp_path, columns, ending)


def test_one_word_for_nothing_is_a_name_in_parquet_and_no_cell_in_csv(tmp_path: Path) -> None:
    columns = {"a": numbers(), "wing": ["NA"] * 60, "y": ["u", "v"] * 30}
    wing = loaded(tmp_path, columns, "parquet").reading.columns[1]
    assert (wing.taken_as, wing.examples, wing.missing) == ("category", ("NA",), 0)
    with pytest.raises(DataError, match=r"t\.csv: column wing, row 1: the cell is empty, as are 59 more"):
        loaded(tmp_path, columns)


_CELLS = st.one_of(
    st.floats(allow_nan=False).map(repr), st.integers().map(str), st.sampled_from([*MISSING_WORDS, "", " ", "x", "1,5"])
)


@given(
    st.lists(st.tuples(_CELLS, st.sampled_from(["", " ", "\u00a0", "\ufeff"])), min_size=1),
    st.sampled_from([".", ","]),
)
def test_texts_that_are_numbers_as_they_stand_are_read_as_those_made_bare(
    cells: list[tuple[str, str]], decimal: str
) -> None:
    column = pandas.Series([f"{around}{cell}{around}" for cell, around in cells], dtype="str")
    values, empty = column_kinds.values_of(column, decimal)
    bare = texts_of(column)
    nothing = bare.isna() | bare.isin(MISSING_WORDS)
    np.testing.assert_array_equal(empty, nothing.to_numpy())
    np.testing.assert_array_equal(values, numbers_of(bare.where(~nothing, None), decimal).to_numpy())


def test_how_a_table_was_read_is_made_for_those_alone_who_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, {"a": numbers(), "y": ["u", "v"] * 30})
    made: list[int] = []
    theirs = tables.table_reading
    monkeypatch.setattr(tables, "table_reading", lambda *parts: made.append(1) or theirs(*parts))
    data = read_data({"csv": path.name, "target": "y"}, 0.2, tmp_path, "s")
    assert load(data, 0).told is None
    assert not made
    assert load(data, 0, told=True).reading.rows == {"training": 38, "validation": 10, "test": 12}
    assert made == [1]


def test_decimal_commas_are_seen_or_said(tmp_path: Path) -> None:
    ages = [f"{20 + i},{i % 7}" for i in range(ROWS)]
    lengths = [f"{each:.3f}".replace(".", ",") for each in numbers()]
    columns = {"age": ages, "length": lengths, "whole": [str(i * 50) for i in range(ROWS)], "y": ["a", "b"] * 30}
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, columns, separator=";", decimal=".")
    assert "column age, row 1: '20,0' has a decimal comma. Say decimal: \",\"" in str(raised.value)
    seen = loaded(tmp_path, columns, separator=";")
    assert seen.reading.notes == ('t.csv with decimal: ","',)
    data = loaded(tmp_path, columns, separator=";", decimal=",")
    assert data.digest == seen.digest
    pointed = {name: [cell.replace(",", ".") for cell in cells] for name, cells in columns.items()}
    assert data.digest == loaded(tmp_path, pointed).digest
    assert data.info.input_shape == (3,)
    # Whoever predicts from such a file has to read it alike.
    assert [each["decimal"] for each in data.table] == [","] * 3
    gaps = {**columns, "age": [*ages[:-1], "NA"]}
    assert loaded(tmp_path, gaps, separator=";", decimal=",", missing="impute").reading.columns[0].missing == 1
    price = {"price": [f"{i},5" for i in range(ROWS)], "a": numbers()}
    with pytest.raises(DataError, match=r"target price, row 1 is '0,5'; that has a decimal comma"):
        loaded(tmp_path, price, separator=";", target="price", task="regression", decimal=".")


@pytest.mark.parametrize(
    ("cells", "decimal", "words"),
    [
        (["3,5", "4.5"], ".", "row 1: '3,5' has a decimal comma"),
        (["1,234", "2,500"], ".", "has a comma. Write its thousands without; if it is a decimal comma, say decimal:"),
        (["1,234.50", "12"], ".", "has a comma. Write its thousands without"),
        (["1.234,50", "12"], ".", "has a decimal comma"),
        (["1 234", "12"], ".", "has its thousands apart. Write it without"),
        (["1\u202f234,5", "12"], ".", "has its thousands apart"),
        (["45%", "12.5 %"], ".", "row 1: '45%' is a number with a sign. Write the number alone"),
        (["$1,200.50", "$7"], ".", "is a number with a sign"),
        (["12 €", "EUR 9"], ".", "is a number with a sign"),
        (["3.5", "4.5"], ",", "row 1: '3.5' has a point, and the file is read with decimal"),
        (["1.234,5", "4,5"], ",", "row 1: '1.234,5' has a point"),
        (["1,5", "2,5", "four"], ".", "row 1: '1,5' has a decimal comma"),
    ],
)
def test_numbers_that_are_no_plain_numbers_are_no_categories(
    tmp_path: Path, cells: list[str], decimal: str, words: str
) -> None:
    columns = {"a": numbers(), "n": (cells * 30)[:ROWS], "y": ["a", "b"] * 30}
    if decimal == ",":
        columns["a"] = list(range(ROWS))
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, columns, separator=";", decimal=decimal)
    assert str(raised.value).startswith(f"{tmp_path / 't.csv'}: column n, row ")
    assert words in str(raised.value)
    if decimal == ".":
        # Whoever says that they are names is believed.
        data = loaded(tmp_path, columns, separator=";", categorical=["n"])
        assert data.reading.columns[1].examples == tuple(sorted(cells))


def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    for name in ("utf8000", "zip"):
        with pytest.raises(SpecError, match=rf"space\.yaml: dataset\.encoding: '{name}' is no encoding"):
            read_data({"csv": "t.csv", "target": "y", "encoding": name}, 0.2, tmp_path, "space.yaml")


@BOTH
def test_codes_with_leading_zeros_are_told_apart_and_numbers_that_are_one_are_one(tmp_path: Path, ending: str) -> None:
    codes = {"a": numbers(), "zip": ["01", "1", "007"] * 20, "y": ["00", "0", "1"] * 20}
    data = loaded(tmp_path, codes, ending, categorical=["zip"])
    assert data.info.class_names == ("0", "00", "1")
    assert data.info.input_shape == (4,)
    same = {"a": numbers(), "zip": ["1", "1.0", "2"] * 20, "y": ["0", "0.0", "10"] * 20}
    data = loaded(tmp_path, same, ending, categorical=["zip"])
    assert data.info.class_names == ("0", "10")
    assert data.info.input_shape == (3,)


@BOTH
@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([3, 10, 7], ("3", "7", "10")),
        ([0.0, 1.0, 5.0], ("0", "1", "5")),
        ([True, False, True], ("False", "True")),
        (["10", "9", "x"], ("10", "9", "x")),
        (["1e1", "2", "3"], ("2", "3", "10")),
        ([-1, 0, 1], ("-1", "0", "1")),
    ],
)
def test_labels_of_every_kind_are_classes_in_their_order(
    tmp_path: Path, ending: str, labels: list[Any], names: tuple[str, ...]
) -> None:
    data = loaded(tmp_path, {"a": numbers(), "y": labels * 20}, ending)
    assert data.info.class_names == names
    assert sum(data.reading.classes.values()) == ROWS


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=6).filter(lambda each: "\0" not in each), min_size=3, max_size=6, unique=True))
@example(["1", "2.5", "NA"])
@example(["nan", "None", "NA"])
def test_texts_are_classes_as_they_are_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    pandas.DataFrame({"a": range(20 * len(texts)), "y": texts * 20}).to_parquet(folder / "t.parquet")
    bare = {stripped(each) for each in texts}
    others = bare - set(MISSING_WORDS)
    # Among numbers, a word for nothing is an empty cell.
    empty = 0 < len(others) < len(bare) and numbers_of(pandas.Series(sorted(others), dtype=object)).notna().all()
    if "" in bare or len(bare) < 2 or empty:
        with pytest.raises(DataError):
            loaded(folder, ending="parquet")
        return
    data = loaded(folder, ending="parquet")
    assert set(data.info.class_names) in (bare, {canonical(each) for each in bare})
    assert sum(data.reading.classes.values()) == 20 * len(texts)


def test_what_is_likely_a_mistake_is_told(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "number": list(range(1, ROWS + 1)),
        "day": [f"2024-01-{1 + i % 9:02d}" for i in range(ROWS)],
        "name": [f"n{i % 40}" for i in range(ROWS)],
        "same": ["x"] * ROWS,
        "y": ["a", "b"] * 30,
    }
    warnings = "\n".join(loaded(tmp_path, columns).reading.warnings)
    assert "column number: counts the rows, 1 to 60; name it under drop" in warnings
    assert "column name: 40 categories in 60 rows, nearly one each" in warnings
    assert "column same: has one value alone" in warnings


def test_the_reading_says_of_each_column_how_it_was_taken(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "age": [None, *range(1, ROWS)], "sex": ["m", "f"] * 30, "note": ["a"] * ROWS, "y": ["yes", "no", "no"] * 20,
    }  # fmt: skip
    reading = loaded(tmp_path, columns, missing="impute", drop=["note"]).reading
    age, sex, target = reading.columns
    assert (age.name, age.taken_as, age.values, age.missing, age.low, age.high) == ("age", "number", 59, 1, 1.0, 59.0)
    assert (sex.taken_as, sex.values, sex.missing, sex.examples) == ("category", 2, 0, ("f", "m"))
    assert (target.name, target.taken_as, target.values) == ("y", "target", 2)
    assert reading.left_out == ("column note (drop)",)
    assert reading.classes == {"no": 40, "yes": 20}
    assert reading.rows == {"training": 38, "validation": 10, "test": 12}


@BOTH
def test_validation_and_test_rows_may_have_files_of_their_own(tmp_path: Path, ending: str) -> None:
    columns = {"a": numbers(), "colour": ["red", "blue"] * 30, "y": ["u", "v", "w"] * 20}
    whole = pandas.DataFrame(columns)
    parts = {"t": whole.iloc[:40], "val": whole.iloc[40:50][["y", "colour", "a"]], "held": whole.iloc[50:]}
    for name, part in parts.items():
        if ending == "csv":
            part.to_csv(tmp_path / f"{name}.csv", index=False)
        else:
            part.to_parquet(tmp_path / f"{name}.parquet")
    files = {"validation": f"val.{ending}", "test": f"held.{ending}"}
    data = loaded(tmp_path, ending=ending, **files)
    for part, name in ((data.train, "t"), (data.validation, "val"), (data.test, "held")):
        np.testing.assert_array_equal(part.x[:, 0], parts[name]["a"].to_numpy(np.float32))
        assert [data.info.class_names[label] for label in part.y] == list(parts[name]["y"])
    with pytest.raises(DataError, match="10 validation rows of its own, and the space says validation: 7"):
        load(read_data({ending: f"t.{ending}", "target": "y", **files}, 7, tmp_path, "s"), 0)
    del files["test"]
    assert loaded(tmp_path, ending=ending, **files).info.test_rows == 8


def test_a_category_that_only_other_rows_have_is_told_and_one_spelt_as_a_number_is_the_same(tmp_path: Path) -> None:
    columns = {"a": numbers(), "kind": ["1", "2", "x"] * 20, "y": ["u", "v"] * 30}
    (tmp_path / "held.csv").write_text("y,kind,a\nu,2,1\nv,1,2\nv,2,0.5\n")
    data = loaded(tmp_path, columns, test="held.csv", categorical=["kind"])
    np.testing.assert_array_equal(data.test.x[:, 1:], [[0, 1, 0], [1, 0, 0], [0, 1, 0]])
    (tmp_path / "held.csv").write_text("y,kind,a\nu,green,1\nv,1,2\nv,green,0.5\n")
    (warning,) = loaded(tmp_path, columns, test="held.csv", categorical=["kind"]).reading.warnings
    assert warning == "column kind: 'green' is in no training row; 2 test rows count as none of its categories"


TABLE = "a,b,y\n" + "".join(f"{i},{i % 3},{'uv'[i % 2]}\n" for i in range(40))


def test_a_file_is_the_same_with_a_byte_order_mark_other_line_ends_and_quotes(tmp_path: Path) -> None:
    expected = read_bytes(tmp_path, TABLE.encode()).digest
    for same in (
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("a,b,y", '"a"," b","y "').encode(),
        TABLE.replace("\n", ",\n").encode(),
        TABLE.replace("\n", ",\n").replace("y,", "y", 1).encode(),
        TABLE.replace("u", '"u"').encode(),
        TABLE.replace(",u", ", u").encode(),
        ("\n" + TABLE).encode(),
    ):
        assert read_bytes(tmp_path, same).digest == expected, same[:40]
    assert read_bytes(tmp_path, TABLE.replace("\n", ",\n").encode()).reading.left_out == (
        "column 4, which has neither a name nor a cell",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TABLE.encode("utf-16-le"), "holds zero bytes, so it is no text, or in an encoding that encoding: has to say"),
        (TABLE.replace("\n", ",9\n").replace("y,9", "y", 1).encode(), "row 1 has more cells than there are names"),
        (b"a" * 2**23, "its first line is longer than 4 MiB, so it is no header"),
        (b'a,b,y\n1,2,"u\n' + b"1,2,u\n" * 30, "cannot be read"),
        (TABLE.replace("\n7,1", "\n1e39,1").encode(), "column a, row 8: '1e+39' is too large. Scale the column"),
        (TABLE.replace("\n7,1", "\ninf,1").encode(), "column a, row 8: 'inf' is no finite number"),
        (("# made by hand, in a hurry\n" + TABLE).encode(), "row 1 has more cells than there are names"),
        (b"PK\x03\x04" + bytes(range(256)), "holds zero bytes"),
    ],
)  # fmt: skip
def test_a_file_that_would_be_misread_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DataError) as raised:
        read_bytes(tmp_path, content)
    assert str(raised.value).startswith(f"{tmp_path / 't.csv'}: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(DataError, match=r"t\.csv: is a pipe and no file"):
        loaded(tmp_path)
    (tmp_path / "t.csv").unlink()
    (tmp_path / "t.csv").symlink_to("t.csv")
    with pytest.raises(DataError, match=r"t\.csv: cannot be read \(Too many levels of symbolic links\)"):
        loaded(tmp_path)
    (tmp_path / "t.csv").unlink()
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(DataError, match=r"t\.csv: is a folder and no file"):
        loaded(tmp_path)


def test_more_one_hot_columns_than_memory_holds_are_refused_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {"a": numbers(), "name": [f"n{i}" for i in range(ROWS)], "y": ["u", "v"] * 30}
    loaded(tmp_path, columns, categorical=["name"])
    free = psutil.virtual_memory()._replace(available=30_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    with pytest.raises(DataError, match=r"t\.csv: its rows need 0\.0 GiB of memory, and 0\.0 GiB are free"):
        loaded(tmp_path, columns, categorical=["name"])
