"""What a study found: importance, models, parameters, the champion."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from tuner.analysis.importance_views import StudyImportance
from tuner.database.blobs import blob_store
from tuner.errors import NotFound
from tuner.formatting import path_part
from tuner.hints import command
from tuner.service.promoting import promote
from tuner.service.requests import ChampionRequest, Request
from tuner.studies.status import study_status
from tuner.studies.stored_model import stored_model
from tuner.studies.views import ChampionAnswer
from tuner.web.examples import shown
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["results"])


class NewChampion(Request):
    """trial: null is the study's winner. force: also where it is not better, or cannot be compared."""

    model_config = shown({"trial": 49})

    trial: int | None = None
    force: bool = False


@router.get("/studies/{study}/importance", responses=answers(404, 422))
def importances(served: ServedHere, study: StudyName) -> StudyImportance:
    """Which parameters mattered, the most important first, by PED-ANOVA."""
    return served.weights.importance(served.looks.status(study))


@router.get("/studies/{study}/model", response_class=Response, responses=answers(404, 422))
def model(
    served: ServedHere,
    db: Db,
    study: StudyName,
    trial: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="Its number; without, the winner.")] = None,
) -> Response:
    """A `.keras` file that takes raw rows: the winner's, of all rows, or a trial's."""
    found = stored_model(db, blob_store(db, served.settings.artifacts), study_status(db, study), trial)
    if found.file is None:
        raise NotFound(
            f"trial {found.trial.trial_number} of {study} has weights alone; write it with: {command('tune export')}"
        )
    name = f"{path_part(study)}-trial-{found.trial.trial_number}.keras"
    return Response(found.file, media_type="application/octet-stream", headers=_as_file(name))


@router.post("/studies/{study}/champion", responses=answers(400, 403, 404, 422, 503))
def champion(served: ServedHere, db: Db, somebody: Somebody, study: StudyName, body: NewChampion) -> ChampionAnswer:
    """Make a model its space's champion in MLflow's registry, where it is better than the standing one."""
    request = ChampionRequest(study_name=study, trial=body.trial, force=body.force)
    decision = promote(db, served.settings, request, somebody)
    served.looks.changed(study)
    return ChampionAnswer(study_name=study, champion=decision.stands, version=decision.version, words=decision.words)


def _as_file(name: str) -> dict[str, str]:
    # `path_part` leaves nothing in a name that would end the quotes.
    return {"Content-Disposition": f'attachment; filename="{name}"'}
