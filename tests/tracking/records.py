"""Records as a study makes them, and a model file without Keras."""

import json
import zipfile
from pathlib import Path

from tuner.tracking.recorder import EpochRecord, Role, State, StudyRecord, TrialRecord

STUDY = StudyRecord("digits-1", "digits", "dataset: digits\n", {"sampler": "tpe"}, started_at=1_700_000_000.25)


def epochs(count: int) -> tuple[EpochRecord, ...]:
    return tuple(
        EpochRecord(number, 1_700_000_010.125 + number, 0.5, {"loss": 1 / number, "val_accuracy": 0.7 + number / 100})
        for number in range(1, count + 1)
    )


def trial(number: int = 3, count: int = 4, state: State = "complete", role: Role = "trial") -> TrialRecord:
    """A trial after so many epochs. Its value is 0.74, its best epoch the last."""
    running = state == "running"
    return TrialRecord(
        study_name="digits-1",
        trial_number=number,
        role=role,
        state=state,
        reason="below the median" if state == "pruned" else "",
        baseline="",
        params={"units": 64, "learning_rate": 0.1 + 0.2, "activation": "relu", "batch_normalization": True},
        tags={"worker": "host-1", "device": "cpu", "seed": "17"},
        epochs=epochs(count),
        value=None if running or not count else 0.74,
        best_epoch=count,
        started_at=1_700_000_010.5,
        finished_at=None if running else 1_700_000_099.75,
    )


def model_file(folder: Path) -> Path:
    """As much of a .keras file as a recorder reads: 8 x 8 pixels in, ten classes out."""
    path = folder / "model.keras"
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8, 8], "dtype": "uint8"}},
        {"class_name": "Dense", "config": {"name": "y", "units": 10}},
    ]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps({"config": {"layers": layers}}))
    return path
