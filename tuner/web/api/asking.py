"""Ask and tell, for a training that is not Keras, or not Python: a program takes a trial, and reports on it.

Each call may be sent again where its answer was lost.
"""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from tuner.service import external_asking, external_reporting
from tuner.service.external_views import Asked, Standing
from tuner.service.requests import (
    AskRequest,
    HeldTrial,
    Host,
    Lease,
    Named,
    Reported,
    ReportRequest,
    Request,
    TellRequest,
    Took,
)
from tuner.web.api.trials import TrialNumber
from tuner.web.problems import answers
from tuner.web.served import ServedHere, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["asking"])

Figures = Annotated[Reported, Field(max_length=1000, examples=[{"loss": 0.31, "val_accuracy": 0.9}])]


class Ask(Request):
    """worker: what the program calls itself: one name for each that trains at the same time. Who asks again under the
    same name gets the trial that it has already. host: where it runs."""

    worker: Named = Field(examples=["laptop-1"])
    host: Host = ""


class Held(Request):
    """lease: as the answer to the ask gave it."""

    lease: Lease = Field(examples=["ada/laptop-1#1"])


class Epoch(Held):
    """epoch: from 1. metrics: figures by name, the objective among them; what is no number is written "NaN".
    seconds: that it took; null takes the time since the last one."""

    epoch: Annotated[int, Field(ge=1, le=2**31 - 1, examples=[1])]
    metrics: Figures
    seconds: Took | None = None


class Tell(Held):
    """metrics: figures of the end, for a training without epochs: they are stored as those of one epoch more.
    reason: of a failure, in words."""

    state: Literal["complete", "failed"] = "complete"
    metrics: Figures | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


@router.post("/studies/{study}/trials:ask", responses=answers(400, 403, 404, 409, 422, 503))
def ask(served: ServedHere, somebody: Somebody, study: StudyName, body: Ask) -> Asked:
    """Take a trial of the budget, under a lease. `trial` is null where there is none: ask again after `wait_s` seconds,
    or, where that is null, end."""
    request = AskRequest(study_name=study, worker=body.worker, host=body.host)
    return external_asking.ask(served.programs, request, somebody)


@router.post("/studies/{study}/trials/{number}/epochs", responses=answers(400, 403, 404, 409, 422, 503))
def report(served: ServedHere, somebody: Somebody, study: StudyName, number: TrialNumber, body: Epoch) -> Standing:
    """Store an epoch, and renew the lease. Where `go_on` is false, `state` and `reason` say why: pruned, the target is
    reached, time is up, cancelled; the trial has ended then, but for its last planned epoch."""
    request = ReportRequest(study_name=study, trial=number, **dict(body))
    return external_reporting.report(served.programs, request, somebody)


@router.post("/studies/{study}/trials/{number}:tell", responses=answers(400, 403, 404, 409, 422, 503))
def tell(served: ServedHere, somebody: Somebody, study: StudyName, number: TrialNumber, body: Tell) -> Standing:
    """The trial is complete, or has failed. One that has ended already is answered as it did."""
    request = TellRequest(study_name=study, trial=number, **dict(body))
    return external_reporting.tell(served.programs, request, somebody)


@router.post("/studies/{study}/trials/{number}:keep", responses=answers(400, 403, 404, 409, 422, 503))
def keep(served: ServedHere, somebody: Somebody, study: StudyName, number: TrialNumber, body: Held) -> Standing:
    """Renew the lease without an epoch, as in a long one. `go_on` says whether the trial is still wanted."""
    return external_reporting.keep(
        served.programs, HeldTrial(study_name=study, trial=number, lease=body.lease), somebody
    )


@router.post("/studies/{study}/trials/{number}:release", responses=answers(400, 403, 404, 409, 422, 503))
def release(served: ServedHere, somebody: Somebody, study: StudyName, number: TrialNumber, body: Held) -> Standing:
    """Hand it back, with the epochs that are stored: whoever asks next gets it."""
    return external_reporting.hand_back(
        served.programs, HeldTrial(study_name=study, trial=number, lease=body.lease), somebody
    )
