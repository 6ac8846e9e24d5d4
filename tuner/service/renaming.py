"""Another name for a study, and a person's own words on it.

Leaves to others: the rows (database), what MLflow shows of it (studies.delivery).
"""

from tuner.database import deliveries, studies, whole_study
from tuner.database.connection import Database
from tuner.errors import StudyConflict
from tuner.service import study_files
from tuner.service.creating import check_name
from tuner.service.deleting import check_idle
from tuner.service.requests import NoteRequest, RenameRequest
from tuner.settings import Settings


def rename(db: Database, settings: Settings, request: RenameRequest) -> None:
    """With all that is kept of it. MLflow shows the new name after `tune sync`. Raises NotFound, StudyConflict."""
    old, new = request.study_name, request.new_name
    check_name(new)
    check_idle(db, old)
    kept = study_files.kept(db, settings, old)
    if not whole_study.rename_study(db, old, new):
        raise StudyConflict(f"there is a study {new!r} already. Choose another name.")
    study_files.move(db, settings, kept, new)
    deliveries.deliver_anew(db, new)


def note(db: Database, request: NoteRequest) -> None:
    """Raises NotFound."""
    studies.view_study(db, request.study_name)
    studies.set_note(db, request.study_name, request.note.strip())
