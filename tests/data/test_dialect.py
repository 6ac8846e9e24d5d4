"""What a file looks like: separators, decimal signs, encodings - seen where the space does not say, and told."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import read_data

NAMES = {
    "cp949": ("나이", "도시", ["서울", "부산", "대구", "광주"]),
    "cp932": ("年", "都市", ["東京", "大阪", "京都", "名古屋"]),
    "cp1252": ("Größe", "Straße", ["Köln", "München", "Düsseldorf", "Nürnberg"]),
    "cp1251": ("возраст", "город", ["Москва", "Казань", "Самара", "Омск"]),
    "utf-16": ("나이", "도시", ["서울", "부산", "대구", "광주"]),
    "utf-8-sig": ("나이", "도시", ["서울", "부산", "대구", "광주"]),
}


def written(folder: Path, rows: list[list[str]], separator: str, encoding: str) -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    path = folder / "t.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def loaded(folder: Path, target: str = "y", **more: Any) -> Dataset:
    data = read_data({"csv": "t.csv", "target": target, **more}, 0.2, folder, "space.yaml")
    return load(data, seed=0, told=True)


@given(
    st.sampled_from(",;\t|"),
    st.sampled_from(".,"),
    st.lists(st.decimals(-999, 999, places=1), min_size=30, max_size=60, unique=True),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_whatever_the_separator_and_the_decimal_sign_the_rows_are_the_same(
    tmp_path: Path, separator: str, decimal: str, numbers: list[Any]
) -> None:
    def table(sign: str) -> list[list[str]]:
        return [["a", "b, c", "y"], *([str(n).replace(".", sign), str(i), "uv"[i % 2]] for i, n in enumerate(numbers))]

    written(tmp_path, table("."), ",", "utf-8")
    plain = loaded(tmp_path)
    written(tmp_path, table(decimal), separator, "utf-8")
    seen = loaded(tmp_path)
    assert seen.digest == plain.digest
    assert ("separator" in " ".join(seen.reading.notes)) == (separator != ",")
    assert ("decimal" in " ".join(seen.reading.notes)) == (decimal == ",")
    assert loaded(tmp_path, separator=separator, decimal=decimal).digest == plain.digest


@pytest.mark.parametrize("encoding", NAMES)
def test_text_is_read_in_the_encoding_that_it_is_in(tmp_path: Path, encoding: str) -> None:
    number, place, places = NAMES[encoding]
    rows = [[number, place, "y"], *([str(i), places[i % 4], "uv"[i % 2]] for i in range(60))]
    written(tmp_path, rows, ",", encoding)
    reading = loaded(tmp_path).reading
    assert [each.name for each in reading.columns] == [number, place, "y"]
    assert set(reading.columns[1].examples) == set(places)
    assert reading.notes == (() if encoding == "utf-8-sig" else (f't.csv with encoding: "{encoding}"',))
    assert loaded(tmp_path, encoding=encoding).reading.columns == reading.columns


def test_one_letter_is_taken_for_the_usual_encoding_and_told(tmp_path: Path) -> None:
    written(tmp_path, [["a", "y"], *([str(i), "üv"[i % 2]] for i in range(40))], ",", "latin-1")
    reading = loaded(tmp_path).reading
    assert set(reading.classes) == {"ü", "v"}
    assert reading.notes == ('t.csv with encoding: "cp1252"',)


def test_the_header_that_has_the_named_columns_decides_the_separator(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("size,in cm;y\n" + "".join(f"{i},5;{'uv'[i % 2]}\n" for i in range(40)))
    data = loaded(tmp_path)
    assert [each.name for each in data.reading.columns] == ["size,in cm", "y"]
    assert float(data.train.x.min()) % 1 == 0.5


def test_thousands_and_decimals_that_may_be_either_are_asked_about(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;y\n" + "".join(f"{i + 1},{i + 100};{'uv'[i % 2]}\n" for i in range(40)))
    with pytest.raises(DataError, match=r"'1,100' has a comma\. Write its thousands without; if it is a decimal comma"):
        loaded(tmp_path)
    assert float(loaded(tmp_path, decimal=",").train.x.max()) < 41


def test_another_encoding_than_the_text_is_in_is_refused_in_a_line(tmp_path: Path) -> None:
    written(tmp_path, [["도시", "y"], *([["서울", "부산"][i % 2], "uv"[i % 2]] for i in range(40))], ",", "cp949")
    with pytest.raises(DataError, match=r"t\.csv: is no text in utf-8 .* Say encoding: with the right one"):
        loaded(tmp_path, encoding="utf-8")
