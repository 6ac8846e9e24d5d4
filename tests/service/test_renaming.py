"""A study under another name, and a person's own words on one."""

from pathlib import Path

import optuna
import pytest

from tests.service.conftest import create
from tests.service.test_deleting import rows_of, settings, with_a_trial
from tuner.database import budget, studies, workers
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database
from tuner.database.studies import note_of
from tuner.errors import InputError, NotFound, StudyConflict
from tuner.service.changes import changes
from tuner.service.renaming import note, rename
from tuner.service.requests import ChangesRequest, NoteRequest, RenameRequest
from tuner.settings import Settings
from tuner.studies.projection import study_record
from tuner.studies.status import study_status

__all__ = ["settings"]


def test_a_renamed_study_has_all_that_it_had_and_goes_on(db: Database, tmp_path: Path, settings: Settings) -> None:
    with_a_trial(db, tmp_path, "s")
    workers.leave(db, "w-s")
    before = changes(db, ChangesRequest(study_name="s")).number
    rename(db, settings, RenameRequest(study_name="s", new_name="größer / 2"))
    assert not any(rows_of(db, "s").values())
    new = changes(db, ChangesRequest(study_name="größer / 2", since=before))
    assert new.study is not None
    assert (new.study.study_name, [each.study_name for each in new.runs]) == ("größer / 2", ["größer / 2"])
    status = study_status(db, "größer / 2", epochs=True)
    assert [(each.value, len(each.epochs)) for each in status.trials] == [(0.5, 1)]
    assert blob_store(db, None).get(blob_name("größer / 2", 0, "model.keras")) == b"x" * 1000
    assert len(optuna.load_study(study_name="größer / 2", storage=db.storage).trials) == 1
    workers.enter(db, "w2", "cpu")
    job = budget.take(db, "größer / 2", "w2")
    assert job is not None
    assert budget.fill(db, job, optuna.trial.create_trial(state=optuna.trial.TrialState.RUNNING), "") == 1


def test_a_name_that_is_taken_or_cannot_be_read_is_refused(db: Database, tmp_path: Path, settings: Settings) -> None:
    create(db, tmp_path, "s")
    create(db, tmp_path, "t")
    optuna.create_study(storage=db.storage, study_name="theirs")
    for taken in ("t", "theirs", "s"):
        with pytest.raises(StudyConflict, match=f"there is a study '{taken}' already"):
            rename(db, settings, RenameRequest(study_name="s", new_name=taken))
    with pytest.raises(InputError, match="printable"):
        rename(db, settings, RenameRequest(study_name="s", new_name=" "))
    with pytest.raises(NotFound):
        rename(db, settings, RenameRequest(study_name="u", new_name="v"))
    assert study_status(db, "s").study.study_name == "s"


def test_a_note_is_kept_shown_and_taken_away(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    before = studies.view_study(db, "s")
    assert study_record(before).note is None
    note(db, NoteRequest(study_name="s", note=" with the old labels "))
    view = studies.view_study(db, "s")
    assert (note_of(view), view.changes) == ("with the old labels", before.changes + 1)
    assert study_record(view).note == "with the old labels"
    note(db, NoteRequest(study_name="s", note=""))
    assert study_record(studies.view_study(db, "s")).note == ""
    with pytest.raises(InputError, match="note: "):
        NoteRequest(study_name="s", note="x" * 3000)
