"""All rows of a study at once, ours and Optuna's: deleted, or under another name, in one transaction.

Every table that has a column `study_name` is taken, so that none is forgotten.

Leaves to others: whether it may be done now (service), bytes in a folder (blobs).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import audit
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.tables import UNSTAMPED, Base, BlobRow, RunRow, StudyRow

_STUDIES, _WORKERS = "tuner_studies", "tuner_workers"


@patient
def delete_study(db: Database, study_name: str, *, entry: AuditEntry | None = None) -> bool:
    """Tells whether there was one. A worker that has it still finds nothing to write to."""
    with db.session() as session, session.begin():
        if not _locked(session, study_name):
            return False
        for table in reversed(Base.metadata.sorted_tables):
            if "study_name" in table.c and table.name != _WORKERS:
                session.execute(sa.delete(table).where(table.c.study_name == study_name))
        session.execute(sa.delete(BlobRow).where(_blobs(session, study_name)))
        storage = db.optuna_within(session)
        if study_name in [each.study_name for each in storage.get_all_studies()]:
            storage.delete_study(storage.get_study_id_from_name(study_name))
        audit.write(session, entry)
    return True


@patient
def rename_study(db: Database, old: str, new: str, *, entry: AuditEntry | None = None) -> bool:
    """Tells whether it was done: there is a study of the old name, and none of the new one, of whichever program."""
    with db.session() as session, session.begin():
        taken = [each.study_name for each in db.optuna_within(session).get_all_studies()]
        if not _locked(session, old) or new in taken or session.get(StudyRow, new) is not None:
            return False
        studies = Base.metadata.tables[_STUDIES]
        names = [each.name for each in studies.c]
        kept = [sa.literal(new) if name == "study_name" else studies.c[name] for name in names]
        # Beside the old one first: others refer to it.
        session.execute(sa.insert(studies).from_select(names, sa.select(*kept).where(studies.c.study_name == old)))
        for table in Base.metadata.sorted_tables:
            if "study_name" in table.c and table.name != _STUDIES:
                session.execute(sa.update(table).where(table.c.study_name == old).values(study_name=new))
        for name in session.scalars(sa.select(BlobRow.name).where(_blobs(session, old))).all():
            session.execute(sa.update(BlobRow).where(BlobRow.name == name).values(name=new + name[len(old) :]))
        session.execute(sa.delete(studies).where(studies.c.study_name == old))
        # Optuna's own table: it offers no other way.
        session.execute(
            sa.text("UPDATE studies SET study_name = :new WHERE study_name = :old"), {"new": new, "old": old}
        )
        # Its runs have its name, too.
        for row in (StudyRow, RunRow):
            session.execute(sa.update(row).where(row.study_name == new).values(sequence=UNSTAMPED))
        audit.write(session, entry)
        stamp(session, new)
    return True


@patient
def blob_bytes(db: Database, study_name: str) -> int:
    """How many bytes of the study the database itself keeps."""
    with db.session() as session:
        size = sa.select(sa.func.sum(sa.func.length(BlobRow.data))).where(_blobs(session, study_name))
        return int(session.scalar(size) or 0)


def _blobs(session: Session, study_name: str) -> sa.ColumnElement[bool]:
    """Of this study, and not of one whose name goes on from it with a slash."""
    inside = StudyRow.study_name.startswith(f"{study_name}/", autoescape=True)
    others = session.scalars(sa.select(StudyRow.study_name).where(inside)).all()
    own = BlobRow.name.startswith(f"{study_name}/", autoescape=True)
    return sa.and_(own, *(~BlobRow.name.startswith(f"{each}/", autoescape=True) for each in others))


def _locked(session: Session, study_name: str) -> bool:
    which = StudyRow.study_name == study_name
    # The write comes first, so that it locks the row.
    done = session.execute(sa.update(StudyRow).where(which).values(round=StudyRow.round))
    return bool(done.rowcount)  # type: ignore[attr-defined]
