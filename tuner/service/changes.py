"""What is new of a study since a number, as those ask that follow it: a page, a notebook, a script.

Owns: the typed answer, which is also that of `tune status --since N --json`.
Leaves to others: that nothing is missed and no epoch comes twice (database).
"""

from tuner.database.changes import changes_since
from tuner.database.connection import Database
from tuner.service.requests import ChangesRequest
from tuner.studies import viewing
from tuner.studies.views import Epoch, RunNews, StudyNews, View, Worker


class StudyChanges(View):
    """number: to ask for what is newer. study: None where nothing of itself is new. workers: all of the study's."""

    number: int
    study: StudyNews | None
    runs: tuple[RunNews, ...]
    epochs: tuple[Epoch, ...]
    workers: tuple[Worker, ...]


def changes(db: Database, request: ChangesRequest) -> StudyChanges:
    """Raises NotFound."""
    new = changes_since(db, request.study_name, request.since)
    return StudyChanges(
        number=new.number,
        study=None if new.study is None else viewing.study_news(new.study),
        runs=tuple(map(viewing.run_news, new.runs)),
        epochs=tuple(viewing.epoch(key, each) for key, views in new.epochs.items() for each in views),
        workers=tuple(viewing.worker(each) for each in new.workers if each.study_name == request.study_name),
    )
