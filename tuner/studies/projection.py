"""From the rows in SQL to the records that people compare runs by.

Owns: what of a row, of its epochs and of the bytes that were kept makes its record; whose model the registry gets.
Leaves to others: when and by whom a record is delivered (delivery), how it looks (tracking), the rows (database).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tuner.database import runs, studies
from tuner.database.blobs import BlobStore, blob_name, study_blob_name
from tuner.database.connection import Database
from tuner.database.facts import ChampionDecision, Outcome
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import RunKey
from tuner.errors import NotFound
from tuner.spec.space import Choice
from tuner.spec.study_spec import StudySpec
from tuner.studies import trial_files
from tuner.studies.champion import Decision, promote
from tuner.studies.status import find_trial
from tuner.studies.stored_model import why_no_model
from tuner.studies.stored_study import spec_of
from tuner.tracking.recorder import EpochRecord, Recorder, Role, StudyRecord, TrialRecord

STUDY_FILES = (
    "report.html",
    *(
        f"pictures/{name}.png"
        for name in ("history", "pareto", "finalists", "baselines", "parallel", "importance", "curves", "timeline")
    ),
)
"""What is made of a study when it has ended, and delivered to its run."""


def deliver_champion(db: Database, recorder: Recorder, store: BlobStore, record: StudyRecord, study: StudyView) -> None:
    """Ask the rule whether the winner of a study that has ended becomes its space's champion."""
    with _winner(db, store, study) as best:
        if best is not None and best.model is not None:
            _noted(db, study, promote(recorder, record, best))


def promote_trial(
    db: Database, recorder: Recorder, store: BlobStore, study: StudyView, trial_number: int | None, force: bool
) -> Decision:
    """Put a trial's model into the registry as its space's champion, by the rule or by force.

    trial_number: None takes the study's winner. Raises NotFound, ServiceDown.
    """
    with _winner(db, store, study) if trial_number is None else _named(db, store, study, trial_number) as record:
        if record is None:
            raise NotFound(f"study {study.study_name!r} has not ended with a winner. Name a trial with --trial.")
        if record.model is None:
            why = why_no_model(record.state, record.tags.get("device", ""))
            raise NotFound(f"trial {record.trial_number} of {study.study_name} has no model: {why}.")
        return _noted(db, study, promote(recorder, study_record(study), record, force))


def _noted(db: Database, study: StudyView, decision: Decision) -> Decision:
    """The decision, kept where the person who started the study sees it."""
    if study.finished_at is not None:
        studies.note_champion(db, study, ChampionDecision(**vars(decision)))
    return decision


def winner_key(study: StudyView) -> RunKey | None:
    """The run whose model is for use, of a study that has ended with one."""
    outcome = study.outcome or Outcome()
    if outcome.best_ordinal is None:
        return None
    if outcome.finalists is not None:
        place = outcome.finalists.final
        return study.study_name, "final", place.round, place.ordinal
    return study.study_name, "search", 0, outcome.best_ordinal


@contextmanager
def _winner(db: Database, store: BlobStore, study: StudyView) -> Iterator[TrialRecord | None]:
    """The model for use of a study that has ended: the last of its finalists, or else its best trial."""
    outcome = study.outcome or Outcome()
    if outcome.best_ordinal is None:
        yield None
    elif outcome.finalists is not None:
        place = outcome.finalists.final
        final = runs.view_run(db, study.study_name, "final", place.round, place.ordinal)
        with finalist_record(db, store, final) as record:
            yield record
    else:
        view = runs.view_trial(db, study.study_name, outcome.best_ordinal)
        with trial_record(store, view, spec_of(study)) as record:
            yield record


@contextmanager
def _named(db: Database, store: BlobStore, study: StudyView, trial_number: int) -> Iterator[TrialRecord]:
    with trial_record(store, find_trial(db, study.study_name, trial_number), spec_of(study)) as record:
        yield record


def study_files(store: BlobStore, study: StudyView) -> dict[str, bytes]:
    """The files of the study's report, those that are there."""
    if study.finished_at is None:
        return {}
    found = {name: store.get(study_blob_name(study.study_name, name)) for name in STUDY_FILES}
    return {name: data for name, data in found.items() if data is not None}


@contextmanager
def finalist_record(db: Database, store: BlobStore, view: RunView) -> Iterator[TrialRecord]:
    """A finalist as a record: its trial's configuration, its own seed. Its model is a file while the context lasts."""
    trial = runs.view_trial(db, view.study_name, view.trial_ordinal)
    data = store.get(view.blob_name("model.keras")) if view.state == "complete" else None
    with _in_file(data) as model:
        yield _record("finalist", view, trial, model, _test_tags(view))


def _record(role: Role, view: RunView, asked: RunView, model: Path | None, tags: dict[str, str]) -> TrialRecord:
    """asked: the trial whose configuration it has. tags: beside those of each."""
    return TrialRecord(
        study_name=view.study_name,
        trial_number=view.trial_number or 0,
        role=role,
        state=view.state,  # type: ignore[arg-type]  # only what was begun is delivered
        reason=view.reason,
        baseline=asked.baseline,
        params=asked.params,
        tags={**view.facts.as_tags(), "worker": view.worker_id or "", **tags},
        epochs=tuple(EpochRecord(e.epoch, e.measured_at, e.seconds, e.metrics) for e in view.epochs),
        value=view.value,
        best_epoch=view.best_epoch,
        started_at=view.started_at,
        finished_at=view.finished_at,
        run_id=view.mlflow_run_id,
        model=model,
    )


def _test_tags(view: RunView) -> dict[str, str]:
    return {f"test_{name}": str(value) for name, value in (view.test or {}).items()}


@contextmanager
def _in_file(data: bytes | None) -> Iterator[Path | None]:
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        model = Path(folder) / "model.keras"
        if data is not None:
            model.write_bytes(data)
        yield model if data is not None else None


@contextmanager
def trial_record(store: BlobStore, view: RunView, spec: StudySpec, drawn: bool = True) -> Iterator[TrialRecord]:
    """The trial as a record; its model is a file while the context lasts. drawn: with pictures."""
    assert view.trial_number is not None
    final = view.state != "running"
    data = store.get(blob_name(view.study_name, view.ordinal, "model.keras")) if final else None
    with _in_file(data) as model:
        yield replace(
            _record("trial", view, view, model, {}),
            files=trial_files.texts(store, view, spec) if final else {},
            answers=trial_files.answers_of(store, view) if final and drawn else None,
            drawn=drawn,
        )


def _duration(view: StudyView) -> dict[str, float]:
    """As `StudyStatus.elapsed_s` of a study that has ended. MLflow's own counts the wait for its first trial, too."""
    if view.finished_at is None or view.began_at is None:
        return {}
    return {"seconds": max(0.0, view.finished_at - view.began_at)}


def study_record(view: StudyView) -> StudyRecord:
    """The study as a record, without files."""
    outcome = view.outcome or Outcome()
    spec = spec_of(view)
    objective = spec.objective
    single = {each.name for each in spec.space if isinstance(each.domain, Choice) and len(each.domain.values) == 1}
    return StudyRecord(
        study_name=view.study_name,
        experiment=view.space_name,
        spec_yaml=view.spec_text,
        tags={
            "seed": str(view.seed),
            "trials": str(view.trials),
            "metric": objective.metric,
            "direction": objective.direction,
            **({"dataset_digest": view.data_digest} if view.data_digest else {}),
        },
        started_at=view.created_at,
        finished_at=view.finished_at,
        outcome={**{key: value for key, value in outcome.figures.items() if value is not None}, **_duration(view)},
        run_id=view.mlflow_run_id,
        searched=tuple(each.name for each in spec.space if each.name not in single),
        note=view.options.note,
    )
