"""Finalists are planned for the workers that live."""

from pathlib import Path

import sqlalchemy as sa

from tests.studies.test_stopping_rules import made
from tuner.data.dataset import Dataset
from tuner.database import studies, workers
from tuner.database.connection import utc_now
from tuner.database.tables import WorkerRow
from tuner.studies.retraining_budget import room_for


def test_workers_elsewhere_that_were_silent_do_not_count(tmp_path: Path, digits: Dataset) -> None:
    context = made(tmp_path, digits)
    db = context.db
    for number in range(8):
        workers.enter(db, f"w{number}", "cpu")
        workers.beat(db, f"w{number}", "s", "training")
    workers.beat(db, "w", "s", "training")

    def counted() -> int:
        return room_for(db, studies.view_study(db, "s"), context.spec, 100.0).workers

    assert counted() == 9
    with db.session() as session, session.begin():
        elsewhere = sa.update(WorkerRow).where(WorkerRow.worker_id != "w")
        session.execute(elsewhere.values(host="elsewhere", seen_at=utc_now() - 20.0))
    assert counted() == 1
