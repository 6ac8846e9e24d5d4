"""A study is deleted: its rows, Optuna's study, checkpoints and models, logs, and if asked what MLflow has of it.

Owns: that nothing is deleted while workers run on it, and in which order: MLflow first, since it may refuse.
Leaves to others: the rows (database), MLflow (tracking).
"""

from tuner.database import studies, whole_study, workers
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.errors import NotFound, StudyConflict
from tuner.hints import command
from tuner.service import study_files
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.service.requests import DeleteRequest
from tuner.settings import Settings
from tuner.studies.views import View


class Deleted(View):
    """freed_bytes: of files, and of what the database kept. mlflow_runs, mlflow_versions: where that was asked."""

    study_name: str
    trials: int
    freed_bytes: int
    mlflow_runs: int = 0
    mlflow_versions: int = 0


def check_idle(db: Database, study_name: str, by: Person = HERE) -> StudyView:
    """The study. Raises NotFound, NotAllowed, and StudyConflict while workers run on it."""
    view = studies.view_study(db, study_name)
    check_may_change(by, view)
    workers.reap_local_workers(db)
    running = workers.view_workers(db, study_name)
    if running:
        several = f"{len(running)} workers run" if len(running) > 1 else "a worker runs"
        raise StudyConflict(
            f"{several} on study {study_name!r}. End it first: {command('tune cancel', study_name)}, or wait for it."
        )
    return view


def delete(db: Database, settings: Settings, request: DeleteRequest, by: Person = HERE) -> Deleted:
    """Raises NotFound, NotAllowed, StudyConflict, ServiceDown; then all of it is still there."""
    name = request.study_name
    view = check_idle(db, name, by)
    runs, versions = _delete_in_mlflow(settings, view, request.champion) if request.mlflow else (0, 0)
    kept = study_files.kept(db, settings, name)
    freed = sum(map(study_files.size, kept)) + whole_study.blob_bytes(db, name)
    said = entry(by, "delete", name, "in MLflow, too" if request.mlflow else "")
    if not whole_study.delete_study(db, name, entry=said):
        raise NotFound(f"study {name!r} is gone already.")
    for each in kept:
        study_files.remove(each)
    return Deleted(study_name=name, trials=view.trials, freed_bytes=freed, mlflow_runs=runs, mlflow_versions=versions)


def _delete_in_mlflow(settings: Settings, view: StudyView, champion: bool) -> tuple[int, int]:
    if view.mlflow_run_id is None:
        return 0, 0
    # MLflow is imported where it is asked for alone: it takes seconds.
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    recorder = MlflowRecorder(settings.tracking_uri_of(view.mlflow_uri))
    found = recorder.of_study(view.mlflow_run_id)
    if found.champions and not champion:
        raise StudyConflict(
            f"study {view.study_name!r} made the champion {found.champions[0]} of MLflow's registry. "
            "To delete that, too, say --yes; to keep it, leave out --mlflow."
        )
    recorder.delete(found)
    return len(found.run_ids), len(found.versions)
