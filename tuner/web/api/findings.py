"""What is known of one trial beside its figures, and its files."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from tuner.database.blobs import BlobStore, blob_store
from tuner.database.runs import RunView
from tuner.formatting import path_part
from tuner.service import trial_files, trial_findings
from tuner.service.pages import trial_of
from tuner.service.trial_files import TrialFiles
from tuner.service.trial_findings import Confusion, Mistakes, Predictions, TrialFindings, TrialLayers
from tuner.web.api.trials import TrialNumber
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName

router = APIRouter(tags=["findings"], prefix="/studies/{study}/trials/{number}", responses=answers(404, 422))


def _trial(db: Db, study: StudyName, number: TrialNumber) -> RunView:
    return trial_of(db, study, number)


def _store(served: ServedHere, db: Db) -> BlobStore:
    return blob_store(db, served.settings.artifacts)


_FILES: dict[str, Any] = {each: {} for each in trial_files.TYPES}

Trial = Annotated[RunView, Depends(_trial)]
Store = Annotated[BlobStore, Depends(_store)]


@router.get("/findings")
def findings(trial: Trial) -> TrialFindings:
    """What went wrong in its network, with remedies; where and how it was trained."""
    return trial_findings.findings(trial)


@router.get("/layers")
def layers(store: Store, trial: Trial) -> TrialLayers:
    """Its layers in words, and what was measured in them while it was trained."""
    return trial_findings.layers(store, trial)


@router.get("/confusion")
def confusion(store: Store, trial: Trial) -> Confusion:
    """How many validation rows of each class it took for which; of complete trials."""
    return trial_findings.confusion(store, trial)


@router.get("/mistakes")
def mistakes(store: Store, trial: Trial) -> Mistakes:
    """The validation rows that it was most wrong about; of complete trials."""
    return trial_findings.mistakes(store, trial)


@router.get("/mistakes/{place}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def mistake(
    store: Store,
    trial: Trial,
    place: Annotated[int, Path(ge=0, le=1000, description="Among the mistakes, from 0.", examples=[0])],
) -> Response:
    """The picture of one of these, as a PNG."""
    return Response(trial_files.mistake_picture(store, trial, place), media_type="image/png")


@router.get("/predictions")
def predictions(store: Store, trial: Trial) -> Predictions:
    """Of a regression: what it predicted of validation rows, and what is true; of complete trials."""
    return trial_findings.predictions(store, trial)


@router.get("/files")
def files(store: Store, trial: Trial) -> TrialFiles:
    """Its files: parameters as YAML, pictures, layers in words, its model."""
    return trial_files.list_files(store, trial)


@router.get("/files/{name}", response_class=Response, responses={200: {"content": _FILES}})
def file(
    db: Db,
    store: Store,
    trial: Trial,
    name: Annotated[str, Path(description="As in the list.", examples=["parameters.yaml"], max_length=100)],
) -> Response:
    """One of them."""
    found = trial_files.trial_file(db, store, trial, name)
    called = f"{path_part(trial.study_name)}-trial-{trial.trial_number}-{name}"
    # `path_part` leaves nothing in a name that would end the quotes, and the file's own is one of a few.
    shown = "inline" if found.media_type.startswith("image/") else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{called}"'}
    return Response(found.data, media_type=found.media_type, headers=headers)
