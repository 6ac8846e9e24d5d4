"""Another name for a study, and a person's own words on it.

Leaves to others: the rows (database), what MLflow shows of it (studies.delivery).
"""

from tuner.database import deliveries, studies, whole_study
from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.errors import StudyConflict
from tuner.service import study_files
from tuner.service.creating import check_name, refuse_files_of_another
from tuner.service.deleting import check_idle
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.service.requests import NoteRequest, RenameRequest
from tuner.settings import Settings


def rename(db: Database, settings: Settings, request: RenameRequest, by: Person = HERE) -> None:
    """With all that is kept of it. MLflow shows the new name after `tune sync`.

    Raises NotFound, NotAllowed, StudyConflict.
    """
    old, new = request.study_name, request.new_name
    check_name(new)
    check_idle(db, old, by)
    refuse_files_of_another(db, new, blob_store(db, settings.artifacts))
    kept = study_files.kept(db, settings, old)
    if not whole_study.rename_study(db, old, new, entry=entry(by, "rename", old, f"to {new}")):
        raise StudyConflict(f"there is a study {new!r} already. Choose another name.")
    study_files.move(db, settings, kept, new)
    deliveries.deliver_anew(db, new)


def note(db: Database, request: NoteRequest, by: Person = HERE) -> None:
    """Raises NotFound, NotAllowed."""
    check_may_change(by, studies.view_study(db, request.study_name))
    studies.set_note(db, request.study_name, request.note.strip(), entry=entry(by, "note", request.study_name))
