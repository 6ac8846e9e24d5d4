"""A worker ends by itself where it was told for how long it may have nothing to do."""

from pathlib import Path

from tests.database.conftest import opening
from tuner.database import workers
from tuner.settings import read_settings, read_share
from tuner.workers.hosting import host
from tuner.workers.leaving import Leaving
from tuner.workers.told import WorkerSettings


def test_one_that_has_nothing_to_do_for_so_long_ends(tmp_path: Path) -> None:
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        told = WorkerSettings(read_settings(), read_share(), "w", None, idle_s=0.1)
        assert host(db, told, Leaving(), lambda hang: None) == "done"
        assert workers.view_workers(db) == []
