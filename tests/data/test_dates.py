"""Dates become their parts, in every format that can be seen, and in none that cannot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.dates import PARTS, formats_of, parts_of, seconds_of
from tuner.data.sources import load
from tuner.errors import SpecError
from tuner.spec.sources import read_data

FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y %H:%M",
           "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y %H:%M:%S")  # fmt: skip
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2067, 12, 31)).map(lambda each: each.replace(microsecond=0))


@given(st.sampled_from(FORMATS), st.lists(TIMES, min_size=1, max_size=30))
def test_the_format_in_which_dates_are_written_is_among_those_seen(written: str, times: list[datetime]) -> None:
    texts = [each.strftime(written) for each in times]
    formats = formats_of(texts)
    expected = [datetime.strptime(text, written).replace(tzinfo=UTC).timestamp() for text in texts]
    readings = [seconds_of(texts, each).tolist() for each in formats]
    assert expected in readings
    assert len(formats) == 1 or {"d", "m"} <= set(formats[0])
    assert len(formats) <= 2


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_what_is_no_date_has_no_format_or_one_that_reads_it(texts: list[str]) -> None:
    for each in formats_of(texts):
        assert not np.isnan(seconds_of(texts, each)).any()


@given(st.lists(TIMES, min_size=1, max_size=20))
def test_parts_are_those_of_the_calendar(times: list[datetime]) -> None:
    seconds = np.array([each.replace(tzinfo=UTC).timestamp() for each in times])
    expected = [[t.year, t.month, t.day, t.weekday(), t.hour, t.minute] for t in times]
    np.testing.assert_array_equal(parts_of(seconds, PARTS), expected)


def table(written: str, rows: int = 60) -> dict[str, list[Any]]:
    days = [datetime(2023, 12, 1) + timedelta(days=7 * i % 400, hours=i % 3) for i in range(rows)]
    return {"day": [each.strftime(written) for each in days], "a": list(range(rows)), "y": ["u", "v"] * (rows // 2)}


def loaded(folder: Path, columns: dict[str, list[Any]], ending: str = "csv", **more: Any) -> Dataset:
    frame = pandas.DataFrame(columns)
    frame.to_csv(folder / "t.csv", index=False) if ending == "csv" else frame.to_parquet(folder / "t.parquet")
    data = read_data({ending: f"t.{ending}", "target": "y", "missing": "impute", **more}, 0.2, folder, "space.yaml")
    return load(data, seed=0, told=True)


def test_a_column_of_dates_is_its_parts_as_far_as_they_vary(tmp_path: Path) -> None:
    data = loaded(tmp_path, table("%Y-%m-%d %H:%M"))
    day, *_ = data.table
    assert day["column"] == "day"
    assert (day["date"], day["parts"]) == ("ISO8601", ["year", "month", "day", "weekday", "hour"])
    assert data.info.input_shape == (5 + 1,)
    assert data.reading.columns[0].taken_as == "date"
    times = table("%Y-%m-%d %H:%M")["day"]
    assert set(data.train.x[:, 4]) == {datetime.fromisoformat(each).hour for each in times}


def test_every_format_and_file_gives_the_same_rows(tmp_path: Path) -> None:
    written = [loaded(tmp_path, table(each)) for each in ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S")]
    days = pandas.to_datetime(table("%Y-%m-%d %H:%M")["day"])
    written.append(loaded(tmp_path, {**table("%Y"), "day": days}, "parquet"))
    written.append(
        loaded(tmp_path, {**table("%Y"), "day": days.tz_localize("UTC").tz_convert("Asia/Seoul")}, "parquet")
    )
    written.append(loaded(tmp_path, table("%d/%m/%Y %H:%M"), dates={"day": "%d/%m/%Y %H:%M"}))
    assert len({each.digest for each in written}) == 1


def test_an_empty_date_is_the_median_of_the_training_rows(tmp_path: Path) -> None:
    columns = table("%Y-%m-%d")
    columns["day"][4] = None
    data = loaded(tmp_path, columns)
    assert data.reading.columns[0].missing == 1
    median = datetime.fromtimestamp(data.table[0]["median"], UTC)
    years = np.concatenate([part.x[:, 0] for part in (data.train, data.validation, data.test)])
    assert median.year in years


def test_dates_may_be_categories_where_the_space_says_so(tmp_path: Path) -> None:
    columns = {**table("%Y-%m-%d"), "day": [f"2024-0{1 + i % 3}-01" for i in range(60)]}
    assert loaded(tmp_path, columns, categorical=["day"]).table[0]["categories"] == [
        "2024-01-01", "2024-02-01", "2024-03-01"
    ]  # fmt: skip
    with pytest.raises(SpecError, match=r"dataset\.dates: 'day' is also under categorical"):
        loaded(tmp_path, columns, categorical=["day"], dates={"day": "%Y"})
