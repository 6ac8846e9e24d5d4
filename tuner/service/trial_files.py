"""The files of one trial: its parameters, its layers in words, its pictures, its model.

Owns: which there are, and making one of them.
Leaves to others: what is kept when a trial ends (studies.trial_files), drawing (tracking.drawings).
"""

from dataclasses import dataclass

from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.database.studies import view_study
from tuner.errors import NotFound
from tuner.formatting import nearest
from tuner.service.trial_findings import answers_of
from tuner.studies import trial_files
from tuner.studies.export import parameters_yaml
from tuner.studies.stored_study import spec_of
from tuner.studies.views import View
from tuner.tracking.recorder import EpochRecord

PARAMETERS = "parameters.yaml"
MODEL = "model.keras"
CURVES = "curves.png"


class TrialFile(View):
    name: str
    media_type: str


class TrialFiles(View):
    """What there is of a trial."""

    study_name: str
    trial_number: int
    files: tuple[TrialFile, ...]


@dataclass(frozen=True)
class Content:
    data: bytes
    media_type: str


_BY_ENDING = {"yaml": "application/yaml", "txt": "text/plain", "png": "image/png", "keras": "application/octet-stream"}
TYPES = tuple(_BY_ENDING.values())
"""Of media."""


def list_files(store: BlobStore, trial: RunView) -> TrialFiles:
    return TrialFiles(
        study_name=trial.study_name,
        trial_number=trial.trial_number or 0,
        files=tuple(TrialFile(name=name, media_type=_type(name)) for name in _names(store, trial)),
    )


def trial_file(db: Database, store: BlobStore, trial: RunView, name: str) -> Content:
    """One of those that are listed. Raises NotFound."""
    names = _names(store, trial)
    if name not in names:
        raise NotFound(f"{trial.trial_in_words} of {trial.study_name} has no file {name!r}{nearest(name, names)}")
    if name == PARAMETERS:
        text = parameters_yaml(trial, spec_of(view_study(db, trial.study_name)))
        return Content(text.encode(), _type(name))
    data = _drawn(store, trial, name) if name.endswith(".png") else store.get(trial.blob_name(name))
    if data is None:
        raise NotFound(f"{name} of {trial.trial_in_words} of {trial.study_name} was deleted just now.")
    return Content(data, _type(name))


def mistake_picture(store: BlobStore, trial: RunView, place: int) -> bytes:
    """One of the rows that the network was most wrong about, as PNG, as many pixels as it has. Raises NotFound."""
    images = answers_of(store, trial).images
    if not 0 <= place < len(images):
        raise NotFound(
            f"{trial.trial_in_words} of {trial.study_name} has {len(images)} pictures of mistakes, from 0 on."
        )
    # Matplotlib is slow to import, and few ask for pictures.
    from tuner.tracking.drawings import pixel_picture

    return pixel_picture(images[place])


def _names(store: BlobStore, trial: RunView) -> list[str]:
    found = [PARAMETERS]
    found += [CURVES] if trial.epochs else []
    found += [name for name in (trial_files.ARCHITECTURE, MODEL) if store.has(trial.blob_name(name))]
    answers = trial_files.answers_of(store, trial)
    return found if answers is None else [*found, *(f"{name}.png" for name in answers.drawings)]


def _drawn(store: BlobStore, trial: RunView, name: str) -> bytes | None:
    from tuner.tracking import drawings

    title = f"{trial.study_name}, {trial.trial_in_words}"
    if name == CURVES:
        epochs = [EpochRecord(each.epoch, each.measured_at, each.seconds, each.metrics) for each in trial.epochs]
        return drawings.curves(title, epochs, trial.best_epoch)
    answers = answers_of(store, trial)
    asked = next((each for each in answers.drawings if name == f"{each}.png"), None)
    return None if asked is None else drawings.drawing(title, asked, answers)


def _type(name: str) -> str:
    return _BY_ENDING[name.rpartition(".")[2]]
