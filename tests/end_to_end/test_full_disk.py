"""A disk that fills in mid-study: said on the terminal at once, waited for, and nothing is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk
from tuner.database.connection import open_database
from tuner.database.epochs import epochs_stored
from tuner.studies.status import study_status

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    how = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(how, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_study_on_a_full_disk_says_so_stands_still_and_goes_on(small_disk: Path) -> None:
    desk = Desk(small_disk)
    space = SMALL_SPACE.replace("trials: 5", "trials: 2").replace("pruner: asha", "pruner: none")
    desk.write_space(epochs=40, text=space)
    process = desk.begin("start", "--space", "small.yaml", "--study", "f", "--workers", "1", "--device", "cpu")
    assert process.stderr is not None
    db = open_database(desk.storage)
    desk.wait_until(lambda: epochs_stored(db, "f") > 0)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    said = next(line for line in process.stderr if "disk is full" in line)
    assert said.startswith("tune: ")
    assert "Free some space, and it goes on by itself" in said
    filler.unlink()
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    assert "there is space again" in stderr
    status = study_status(db, "f", epochs=True)
    assert dict(status.counts) == {"complete": 2, "waiting": 0}
    assert [each.epoch for each in status.trials[0].epochs] == list(range(1, 41))
    db.engine.dispose()
