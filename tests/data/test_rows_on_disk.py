"""Rows that stay in a file are the rows that memory would hold, whoever takes some of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.data.test_images import write
from tuner.data import rows_on_disk
from tuner.data.dataset import Dataset, Rows, rows_digest
from tuner.data.preprocessing import fit
from tuner.data.rows_on_disk import RowFile, RowsOnDisk, on_disk
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.families import NORMALIZATIONS
from tuner.spec.sources import read_data
from tuner.spec.validation import Validation


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rows"


def loaded(folder: Path, validation: Any = 0.2, **more: Any) -> Dataset:
    return load(read_data({"images": str(folder), **more}, validation, Path(), "space.yaml"), seed=0, told=True)


def in_a_file(x: NDArray[np.uint8]) -> RowsOnDisk:
    file: RowFile = rows_on_disk.write(x.tobytes().hex(), iter(x), len(x), dict, "rows")
    return RowsOnDisk(file, np.arange(len(x)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_taking_rows_of_a_file_is_taking_them_of_memory(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    held = np.random.default_rng(count).integers(0, 256, (count, 2, 3, 1), np.uint8)
    read: Any = in_a_file(held)
    for _ in range(data.draw(st.integers(0, 3))):
        chosen = data.draw(st.lists(st.integers(-len(held), len(held) - 1), min_size=1, max_size=15).map(np.array))
        held, read = held[chosen], read.some(chosen)
    if data.draw(st.booleans()):
        held, read = np.concatenate([held, held[:1]]), read.and_then(read.some(slice(1)))
    if data.draw(st.booleans()):
        held, read = held.reshape(len(held), -1) / 2, read.seen_through(lambda x: x.reshape(len(x), -1) / 2)
    assert (read.shape, read.dtype, len(read), read.nbytes) == (held.shape, held.dtype, len(held), held.nbytes)
    some = data.draw(st.one_of(st.slices(len(held)), st.lists(st.booleans(), min_size=len(held), max_size=len(held))))
    some = np.array(some) if isinstance(some, list) else some
    np.testing.assert_array_equal(read[some], held[some])
    np.testing.assert_array_equal(np.concatenate(list(read.pieces())), held)
    np.testing.assert_array_equal(np.asarray(read), held)
    np.testing.assert_array_equal(read[len(held) - 1], held[-1])
    y = np.zeros(len(held), np.int32)
    assert rows_digest(Rows(read, y)) == rows_digest(Rows(held, y)) == rows_digest(Rows(read, y))


@pytest.mark.parametrize("validation", [0.2, Validation(folds=3)])
def test_a_folder_has_the_same_rows_digest_and_normalization_on_disk(tmp_path: Path, validation: Any) -> None:
    folder = write(tmp_path / "digits", mode="RGB")
    held, read = loaded(folder, validation, stream=False), loaded(folder, validation, stream=True)
    assert not held.info.on_disk
    assert read.info.on_disk
    assert on_disk(read.train.x)
    assert read.digest == held.digest
    for one, other in zip((held.train, held.validation, held.test), (read.train, read.validation, read.test),
                          strict=True):  # fmt: skip
        np.testing.assert_array_equal(one.x, np.asarray(other.x))
        np.testing.assert_array_equal(one.y, other.y)
    for kind in NORMALIZATIONS:
        one, other = (fit(kind, each.train.x).apply(each.validation.x[:]) for each in (held, read))
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
    assert (read.reading.low, read.reading.high) == (0, 240)
    assert "a stream" in read.reading.notes[-1]
    assert held.reading.notes == read.reading.notes[:-1]


def test_parts_of_a_folder_stay_parts(tmp_path: Path) -> None:
    for part, start in (("train", 0), ("val", 60), ("test", 80)):
        write(tmp_path / "digits" / part, start, start + 20)
    held, read = (loaded(tmp_path / "digits", stream=stream) for stream in (False, True))
    assert held.digest == read.digest
    assert read.info.validation_rows == 20


def test_what_would_fill_half_of_the_free_memory_is_read_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "digits")
    needed = 4 * 60 * 64
    for free, expected in ((2 * needed, False), (2 * needed - 1, True)):
        now = psutil.virtual_memory()._replace(available=free)
        monkeypatch.setattr(psutil, "virtual_memory", lambda now=now: now)
        assert loaded(folder).info.on_disk is expected
    assert not loaded(folder, stream=False).info.on_disk
    now = psutil.virtual_memory()._replace(available=100)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: now)
    with pytest.raises(DataError, match=r"digits: its rows need 0\.0 GiB of memory"):
        loaded(folder, stream=False)


def test_pixels_are_written_once_and_again_when_a_picture_changes(tmp_path: Path, cache: Path) -> None:
    folder = write(tmp_path / "digits")
    first = loaded(folder, stream=True)
    files = set(cache.iterdir())
    assert loaded(folder, stream=True).digest == first.digest
    assert set(cache.iterdir()) == files
    changed = next(folder.rglob("*.png"))
    Image.new("L", (8, 8), 255).save(changed)
    second = loaded(folder, stream=True)
    assert second.digest != first.digest
    assert second.digest == loaded(folder, stream=False).digest
    # What is deleted, or cut off, is made anew.
    for path in cache.iterdir():
        path.write_bytes(b"")
    assert loaded(folder, stream=True).digest == second.digest


def test_a_full_disk_and_a_damaged_picture_are_said_and_leave_nothing(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "digits")
    with monkeypatch.context() as patched:
        patched.setattr(rows_on_disk, "_FREE_BYTES", 1 << 60)
        with pytest.raises(DataError, match=r"digits: its rows need 0\.0 GiB in .*TUNER_CACHE"):
            loaded(folder, stream=True)
    damaged = sorted(folder.rglob("*.png"))[-1]
    damaged.write_bytes(damaged.read_bytes()[:90])
    with pytest.raises(DataError, match=rf"{damaged.name}: damaged"):
        loaded(folder, stream=True)
    assert list(cache.iterdir()) == []


def test_rows_are_read_though_their_file_has_been_deleted(tmp_path: Path, cache: Path) -> None:
    data = loaded(write(tmp_path / "digits"), stream=True)
    before = data.train.x[:5]
    for path in cache.iterdir():
        path.unlink()
    np.testing.assert_array_equal(data.train.x[:5], before)


def test_an_autoencoder_is_told_that_its_rows_have_to_fit(tmp_path: Path) -> None:
    spec = read_data({"images": str(write(tmp_path / "digits")), "stream": True}, 0.2, Path(), "space.yaml")
    with pytest.raises(DataError, match=r"digits: rows that are larger than memory are not given out again"):
        load(replace(spec, reconstruct=True), seed=0)
