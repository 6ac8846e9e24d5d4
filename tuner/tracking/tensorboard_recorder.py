"""TensorBoard logs beside another recorder: a folder a trial, in it training and validation, for those who prefer it.

    FOLDER/STUDY/trial-007            its parameters (the HParams page) and its value
    FOLDER/STUDY/trial-007/train      loss, accuracy, learning_rate, health/...
    FOLDER/STUDY/trial-007/validation loss, accuracy: the same names, so that both curves are in one chart

Owns: those files. What this process has not written of a trial itself is written anew, whole: no epoch is there twice.
Leaves to others: everything else that a recorder does (the one that it goes with).
"""

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tuner.tracking import mlflow_mapping
from tuner.tracking.mlflow_names import FOLDER, named
from tuner.tracking.recorder import Champion, EpochRecord, Recorder, StudyRecord, TrialRecord


class TensorBoardRecorder:
    """Writes each record as TensorBoard's files, then hands it on."""

    def __init__(self, folder: Path, other: Recorder) -> None:
        self._folder = folder
        self._other = other
        self._written: dict[Path, int] = {}
        self._ended: set[Path] = set()

    def prepare(self) -> None:
        """As the other does."""
        self._other.prepare()

    def record_study(self, record: StudyRecord) -> str:
        """As the other does."""
        return self._other.record_study(record)

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Write what is new of the trial, then as the other does."""
        self._write(record)
        return self._other.record_trial(study, record)

    def record_together(self, study: StudyRecord, records: Sequence[TrialRecord]) -> Mapping[int, str]:
        """As the other does; of those, TensorBoard's files are written afterwards."""
        made = self._other.record_together(study, records)
        for place in made:
            self._write(records[place])
        return made

    def missing(self, study: StudyRecord, run_ids: Sequence[str] = ()) -> set[str]:
        """As the other does."""
        return self._other.missing(study, run_ids)

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """As the other does."""
        return self._other.register_champion(study, record)

    def champion(self, experiment: str) -> Champion | None:
        """As the other does."""
        return self._other.champion(experiment)

    def _write(self, record: TrialRecord) -> None:
        folder = self._folder / named(record.study_name, FOLDER) / named(mlflow_mapping.trial_name(record), FOLDER)
        if folder not in self._written:
            shutil.rmtree(folder, ignore_errors=True)
            self._written[folder] = 0
        new = [each for each in record.epochs if each.epoch > self._written[folder]]
        if new:
            self._written[folder] = new[-1].epoch
            _add(folder / "train", (event for epoch in new for event in _scalars(epoch, validation=False)))
            _add(folder / "validation", (event for epoch in new for event in _scalars(epoch, validation=True)))
        if record.state != "running" and folder not in self._ended:
            self._ended.add(folder)
            _add(folder, _end(record))


def _scalars(epoch: EpochRecord, validation: bool) -> Iterable[Event]:
    for name, value in epoch.metrics.items():
        if name.startswith("val_") == validation:
            yield _event(mlflow_mapping.told_apart(name.removeprefix("val_")), value, epoch.epoch, epoch.measured_at)
    if not validation:
        yield _event("epoch_seconds", epoch.seconds, epoch.epoch, epoch.measured_at)


def _end(record: TrialRecord) -> Iterable[Event]:
    """The configuration, and the figures that the HParams page sorts by."""
    at = record.finished_at or time.time()
    params: dict[str, Any] = dict(record.params)
    summary = hparams_pb(params, trial_id=mlflow_mapping.trial_name(record), start_time_secs=record.started_at)
    yield Event(wall_time=at, summary=Summary.FromString(summary.SerializeToString()))
    for figure in mlflow_mapping.trial_figures(record):
        yield _event(figure.key, figure.value, 0, at)


def _event(name: str, value: float, step: int, at: float) -> Event:
    return Event(wall_time=at, step=step, summary=Summary(value=[Summary.Value(tag=name, simple_value=value)]))


def _add(folder: Path, events: Iterable[Event]) -> None:
    """A file more in this folder; TensorBoard reads all of them as one run. None for no events."""
    found = list(events)
    if not found:
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Its name has the second and a count of this process, so two are never the same.
    writer = EventFileWriter(str(folder))
    for event in found:
        writer.add_event(event)
    writer.close()
