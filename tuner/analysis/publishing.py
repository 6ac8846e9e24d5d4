"""The report of a study that has ended, made once and put where its record is delivered from.

Owns: which files are made, and that no study is lost to one of them.
Leaves to others: what they show (report, pictures), their delivery (projection).
"""

import logging

from tuner.analysis.pictures import picture
from tuner.analysis.report import report, study_charts
from tuner.database import studies
from tuner.database.blobs import BlobStore, study_blob_name
from tuner.database.connection import Database
from tuner.studies.projection import STUDY_FILES

logger = logging.getLogger(__name__)


def publish(db: Database, store: BlobStore, study_name: str) -> None:
    """Make the files of a study's report, and let its record be delivered once more, with them."""
    try:
        charts = {f"pictures/{chart.name}.png": chart for chart in study_charts(db, study_name)}
        for name in STUDY_FILES:
            if name in charts:
                store.put(study_blob_name(study_name, name), picture(charts[name]))
        # The report last: where it is, all is.
        store.put(study_blob_name(study_name, STUDY_FILES[0]), report(db, study_name, store).encode())
        studies.note_change(db, study_name)
    except Exception:
        # The study has ended well; `tune report` makes the same page and shows the error.
        logger.exception("the report of study %s could not be made", study_name)


def published(store: BlobStore, study_name: str) -> bool:
    """Whether the report is there."""
    return store.get(study_blob_name(study_name, STUDY_FILES[0])) is not None
