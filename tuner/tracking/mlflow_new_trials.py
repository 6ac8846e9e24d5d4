"""Trials that have ended and of which MLflow has nothing yet, recorded many at a time where its database is at hand.

Owns: which of them are: one that MLflow would refuse a part of, or knows already, is left to be recorded alone.
Leaves to others: the rows (mlflow_together), every other record (mlflow_recorder), its words (mlflow_mapping).

Files come first, under ids that follow from the study's run and the trial: a delivery that was cut off is repeated
over them, and no row ever names files that are not there.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from tuner.tracking import (
    drawings,
    mlflow_entities,
    mlflow_internals,
    mlflow_mapping,
    mlflow_models,
    mlflow_runs,
    mlflow_story,
    mlflow_together,
)
from tuner.tracking.keras_file import read_interface
from tuner.tracking.mlflow_names import MOST_DATASET, MOST_PARAM, MOST_RUN_NAME, fitting, named
from tuner.tracking.mlflow_runs import RunState
from tuner.tracking.mlflow_together import NewModel, NewRun
from tuner.tracking.recorder import StudyRecord, TrialRecord

DIGEST_LENGTH = 12
"""As much as tells data sets apart and leaves the column narrow."""


def record(
    client: MlflowClient, parent: RunState, study: StudyRecord, records: Sequence[TrialRecord]
) -> dict[int, str]:
    """Record those that can be; gives the ids of their runs by their places in the sequence.

    parent: the run of the study. Raises what MLflow's database raises: then none was recorded.
    """
    store = mlflow_internals.database_store(client)
    new = {place: each for place, each in enumerate(records) if _is_new(each)}
    if store is None or not new:
        return {}
    known = mlflow_together.known(store, parent.run_id, [each.trial_number for each in new.values()])
    location = store.get_experiment(parent.experiment_id).artifact_location
    made: dict[int, NewRun] = {}
    for place, each in new.items():
        if each.trial_number not in known and (run := _made(location, parent, study, each)) is not None:
            made[place] = run
    mlflow_together.insert(store, list(made.values()))
    return {place: each.run_id for place, each in made.items()}


def _is_new(each: TrialRecord) -> bool:
    return each.state != "running" and each.run_id is None and each.role == "trial"


def _made(location: str, parent: RunState, study: StudyRecord, trial: TrialRecord) -> NewRun | None:
    """The run of a trial, whose files are there; None where MLflow would not take all of it."""
    run = RunState(
        mlflow_together.id_of(parent.run_id, trial), parent.experiment_id, mlflow_mapping.STATUS[trial.state]
    )
    first = {**mlflow_mapping.trial_identity(trial, parent.run_id), **mlflow_runs.first_tags()}
    name = fitting(mlflow_mapping.trial_name(trial), MOST_RUN_NAME)
    params = {key: str(each) for key, each in trial.params.items()}
    tags = {**first, "mlflow.runName": name, **mlflow_mapping.trial_tags(trial)}
    tags[mlflow_story.NOTE] = mlflow_story.of_trial(study, trial)
    if trial.epochs:
        tags[mlflow_mapping.CURSOR] = str(trial.epochs[-1].epoch)
    figures = [*mlflow_mapping.epoch_figures(trial.epochs, after=0), *mlflow_mapping.trial_figures(trial)]
    figures += mlflow_story.objective(study, trial)
    truth = mlflow_mapping.truth(set(figures), params, tags)
    artifacts = mlflow_internals.artifacts_within(location, run.run_id)
    try:
        model = _model(location, parent, run, trial)
        run.model_id = None if model is None else model.model_id
        if files := {**trial.files, **truth}:
            tags[mlflow_mapping.FILES_DIGEST] = mlflow_mapping.digest_of_files(files)
            _put(artifacts, {**files, **drawings.of_trial(study, trial)})
        entities = mlflow_entities.missing(run, figures, params, tags)
        kinds: dict[type, list[Any]] = {
            kind: [each for each in entities if type(each) is kind] for kind in (Metric, Param, RunTag)
        }
        mlflow_internals.check_entities(kinds[Metric], kinds[Param], kinds[RunTag])
    except (MlflowException, OSError, ValueError):
        # Recorded alone, it is told which part it was.
        return None
    ended_ms = None if trial.finished_at is None else mlflow_mapping.milliseconds(trial.finished_at)
    return NewRun(
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        name=name,
        user=first["mlflow.user"],
        artifacts=artifacts,
        status=run.status,
        started_ms=mlflow_mapping.milliseconds(trial.started_at),
        ended_ms=ended_ms,
        entities=entities,
        dataset=_dataset(trial.tags),
        model=model,
    )


def _model(location: str, parent: RunState, run: RunState, trial: TrialRecord) -> NewModel | None:
    if trial.model is None:
        return None
    interface = read_interface(trial.model)
    model_id = f"m-{mlflow_together.id_of(parent.run_id, trial, 'model')}"
    there = mlflow_internals.artifacts_within(location, "models", model_id)
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        mlflow_models.write_folder(Path(folder), run.run_id, model_id, there, trial, trial.model, interface)
        mlflow_internals.put_files(there, folder)
    params = {named(key): fitting(str(each), MOST_PARAM) for key, each in trial.params.items()}
    tags = {"study_name": trial.study_name, "trial_number": str(trial.trial_number)}
    return NewModel(model_id, there, params, tags, trial.best_epoch)


def _dataset(tags: Mapping[str, str]) -> tuple[str, str] | None:
    name, digest = tags.get("dataset"), tags.get("dataset_digest")
    return (fitting(name, MOST_DATASET), digest[:DIGEST_LENGTH]) if name and digest else None


def _put(location: str, files: Mapping[str, bytes]) -> None:
    with in_folder(files) as folder:
        mlflow_internals.put_files(location, folder)


@contextmanager
def in_folder(files: Mapping[str, bytes]) -> Iterator[str]:
    """A folder with these files, while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        yield folder
