"""Studies are started and changed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from tuner.service import cancelling, changing, deleting, renaming, resuming, starting
from tuner.service.deleting import Deleted
from tuner.service.external_ends import look_after
from tuner.service.once import in_text, once
from tuner.service.requests import (
    CancelRequest,
    ChangeRequest,
    Cohort,
    DeleteRequest,
    Devices,
    LimitsRequest,
    MostWorkers,
    NoteRequest,
    Priority,
    RenameRequest,
    Request,
    ResumeRequest,
    StartRequest,
)
from tuner.service.served_spaces import LONGEST
from tuner.service.starting import Begun
from tuner.settings import LARGEST_SEED, MOST_TRIALS
from tuner.studies import viewing
from tuner.studies.views import Study
from tuner.web.api import PREFIX
from tuner.web.api.trials import TrialNumber
from tuner.web.examples import shown
from tuner.web.problems import answers
from tuner.web.served import Db, Served, ServedHere, StudyName, Where
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["changes"])

Count = Annotated[int, Field(ge=1, le=MOST_TRIALS)]
Seconds = Annotated[float, Field(gt=0)]


class WorkersHere(Request):
    """Workers that the server starts on its own machine. workers: how many; null is one a GPU, else one a CPU core.
    cohort: how many networks each trains at once."""

    model_config = shown({"device": "cpu", "workers": 2})

    device: Literal["auto", "cpu", "gpu"] = "auto"
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    workers_per_gpu: Annotated[int, Field(ge=1, le=16)] = 1
    mixed_precision: bool = False
    cohort: Cohort = "auto"

    def devices(self) -> Devices:
        return Devices(**dict(self))


class Limits(Request):
    """When the search ends before its trials are up; null sets none, or leaves it as it is."""

    model_config = shown({"epochs": 500, "target": 0.98, "plateau": 20})

    epochs: Count | None = None
    target: float | None = None
    plateau: Count | None = None

    def request(self) -> LimitsRequest:
        return LimitsRequest(**dict(self))


class NewStudy(Request):
    """A study of a space, by its name or as the text of a search-space file.

    trials, timeout_s, seed, limits: null takes the space's. priority: where workers serve several studies, the highest
    comes first; above 0 is for admins. most_workers: of all, wherever they are; 0 is any number. baselines:
    configurations to try first. from_study: an old one, whose best are tried first. run: "here" by workers that the
    server starts, "elsewhere" by those that `tune worker` started; null is as the server was told.
    """

    model_config = shown({"space": "digits", "trials": 20, "limits": {"plateau": 10}, "run": "elsewhere"})

    space: str | None = Field(None, max_length=200, examples=["digits"])
    space_text: str | None = Field(None, max_length=LONGEST)
    space_name: str = Field("space", max_length=100)
    study_name: str | None = Field(None, max_length=200)
    trials: Count | None = Field(None, examples=[20])
    timeout_s: Seconds | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    limits: Limits = Limits()
    priority: Priority | None = None
    most_workers: MostWorkers | None = None
    baselines: Annotated[dict[str, dict[str, Any]], Field(max_length=1000)] | None = None
    from_study: str | None = Field(None, max_length=200)
    from_best: Annotated[int, Field(ge=1, le=1000)] = 3
    run: Where | None = None
    here: WorkersHere = WorkersHere()


class Resume(Request):
    """trials: the new total; null leaves it. timeout_s: from now; null is without. run: as of a new study."""

    model_config = shown({"trials": 40, "run": "elsewhere"})

    trials: Count | None = None
    timeout_s: Seconds | None = None
    limits: Limits = Limits()
    run: Where | None = None
    here: WorkersHere = WorkersHere()


class Change(Request):
    """null leaves a thing as it is. trials, timeout_s: the new totals. workers: of the server, or the command, that
    runs it. priority, most_workers: as of a new study. space_text: the study's space with other ranges, choices or
    fixed values, which counts from the next trial on; trials outside of it stay."""

    model_config = shown({"trials": 40, "limits": {"target": 0.98}})

    space_text: str | None = Field(None, max_length=LONGEST)

    trials: Count | None = None
    timeout_s: Seconds | None = None
    limits: Limits = Limits()
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    priority: Priority | None = None
    most_workers: MostWorkers | None = None


class Note(Request):
    note: str = Field(max_length=2000, examples=["before the labels were fixed"])


class NewName(Request):
    model_config = shown({"new_name": "digits-with-dropout"})

    new_name: str = Field(max_length=200)


@router.post("/studies", status_code=201, responses=answers(400, 403, 404, 409, 413, 422))
def start(
    served: ServedHere,
    somebody: Somebody,
    body: NewStudy,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(description="So that it may be sent again: it starts one study.")
    ] = None,
) -> Study:
    """Start a study. What cannot be is said before anything is stored; but for the data, which the workers read: where
    they cannot, the study says why (`passed_over`)."""

    def create() -> str:
        asked = served.spaces.request(body.space, body.space_text, body.space_name)
        plain = ("study_name", "trials", "timeout_s", "seed", "priority", "most_workers", "baselines", "from_study")
        request = StartRequest(
            **{name: getattr(body, name) for name in plain},
            from_best=body.from_best,
            space=asked.space,
            code=asked.code,
            limits=body.limits.request(),
            devices=body.here.devices(),
            detach=(body.run or served.run) == "elsewhere",
        )
        # Data may be large: nobody waits for an answer while they are read.
        return _begun(served, starting.start(served.settings, request, by=somebody, read=False), body.run)

    name = once(served.db, somebody, idempotency_key, in_text(body), create)
    status = served.looks.status(name, anew=True)
    response.headers["Location"] = served.place_of(PREFIX, name)
    return viewing.study(status)


@router.post("/studies/{study}/resume", responses=answers(400, 403, 404, 409, 422))
def resume(served: ServedHere, somebody: Somebody, study: StudyName, body: Resume) -> Study:
    """Go on with a study that was stopped, killed or has ended."""
    request = ResumeRequest(
        study_name=study, trials=body.trials, timeout_s=body.timeout_s, limits=body.limits.request(),
        devices=body.here.devices(), code=served.spaces.codes,
    )  # fmt: skip
    _begun(served, starting.resume(served.settings, request, by=somebody, read=False), body.run)
    return _seen(served, study)


@router.post("/studies/{study}/stop", responses=answers(403, 404, 422))
def stop(served: ServedHere, db: Db, somebody: Somebody, study: StudyName) -> Study:
    """Its workers finish what they have begun and take no more."""
    resuming.stop_study(db, study, somebody)
    return _seen(served, study)


@router.post("/studies/{study}/cancel", responses=answers(403, 404, 409, 422))
def cancel(served: ServedHere, db: Db, somebody: Somebody, study: StudyName) -> Study:
    """End what runs of it after the epoch that it is in; it may go on later."""
    cancelling.cancel(db, CancelRequest(study_name=study), somebody)
    return _seen(served, study)


@router.post("/studies/{study}/trials/{number}/cancel", responses=answers(403, 404, 409, 422))
def cancel_trial(served: ServedHere, db: Db, somebody: Somebody, study: StudyName, number: TrialNumber) -> Study:
    """End one trial after the epoch that it is in; its place of the budget is spent."""
    cancelling.cancel(db, CancelRequest(study_name=study, trial=number), somebody)
    look_after(served.programs, study)
    return _seen(served, study)


@router.patch("/studies/{study}", responses=answers(400, 403, 404, 409, 422))
def change(served: ServedHere, db: Db, somebody: Somebody, study: StudyName, body: Change) -> Study:
    """Change a study that runs: its budget, its time, when it ends, its workers, what it searches."""
    request = ChangeRequest(
        study_name=study, trials=body.trials, timeout_s=body.timeout_s, limits=body.limits.request(),
        workers=body.workers, priority=body.priority, most_workers=body.most_workers, space_text=body.space_text,
    )  # fmt: skip
    changing.change(db, request, somebody)
    look_after(served.programs, study)
    return _seen(served, study)


@router.put("/studies/{study}/note", responses=answers(400, 403, 404, 422))
def note(served: ServedHere, db: Db, somebody: Somebody, study: StudyName, body: Note) -> Study:
    """Keep a person's own words with it; an empty text takes them away."""
    renaming.note(db, NoteRequest(study_name=study, note=body.note), somebody)
    return _seen(served, study)


@router.post("/studies/{study}/rename", responses=answers(400, 403, 404, 409, 422))
def rename(served: ServedHere, db: Db, somebody: Somebody, study: StudyName, body: NewName) -> Study:
    """Another name, with all that is kept of it. Refused while workers run on it."""
    renaming.rename(db, served.settings, RenameRequest(study_name=study, new_name=body.new_name), somebody)
    served.looks.changed(study)
    return _seen(served, body.new_name)


@router.delete("/studies/{study}", responses=answers(403, 404, 409, 422, 503))
def delete(
    served: ServedHere,
    db: Db,
    somebody: Somebody,
    study: StudyName,
    *,
    mlflow: Annotated[bool, Query(description="Its runs and model versions there, too.")] = False,
    champion: Annotated[bool, Query(description="Also where the registry's champion is one of these.")] = False,
) -> Deleted:
    """Delete it with its trials, checkpoints, models and logs. Refused while workers run on it."""
    request = DeleteRequest(study_name=study, mlflow=mlflow, champion=champion)
    deleted = deleting.delete(db, served.settings, request, somebody)
    served.looks.changed(study)
    return deleted


def _begun(served: Served, begun: Begun, run: Where | None) -> str:
    if (run or served.run) == "here":
        served.hosted.run(begun)
    return begun.study.study_name


def _seen(served: Served, study: str) -> Study:
    return viewing.study(served.looks.status(study, anew=True))
