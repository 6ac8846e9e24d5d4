"""Configurations: added to a study, checked before that, and what a form needs to make one."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import Field

from tuner.service.configurations import (
    AddedConfiguration,
    AddedConfigurations,
    CheckedConfiguration,
    ConfigurationForm,
    ConfigurationRequest,
    NewConfiguration,
    add_configuration,
    added_configurations,
    check_configuration,
    configuration_form,
    new_configuration,
    withdraw_configuration,
)
from tuner.service.once import in_text, once
from tuner.service.requests import Request
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["configurations"])

_LARGEST = 2**31 - 1

AddedNumber = Annotated[int, Path(ge=0, le=_LARGEST, description="Of those that were added, from 0.", examples=[0])]


class Configuration(Request):
    """params: as under `baselines:` of a space; of layers one value for all, or a list; words stand for numbers, too.

    from_trial: the number of a trial whose values count where params has none.
    """

    params: dict[str, Any] = Field(
        default_factory=dict, max_length=1000, examples=[{"learning_rate": 0.01, "units": [64, 32]}]
    )
    from_trial: Annotated[int, Field(ge=0, le=_LARGEST)] | None = None

    def request(self, study: str, **further: Any) -> ConfigurationRequest:
        return ConfigurationRequest(study_name=study, params=self.params, from_trial=self.from_trial, **further)


class NewOne(Configuration):
    """name: to find it by; null numbers it. more: its place is one more of the budget; else it takes the next one."""

    name: str | None = Field(None, min_length=1, max_length=100)
    more: bool = False


@router.get("/studies/{study}/parameters", responses=answers(404, 422))
def parameters(
    db: Db,
    study: StudyName,
    trial: Annotated[int | None, Query(ge=0, le=_LARGEST, description="Start from the values of this one.")] = None,
) -> ConfigurationForm:
    """What a configuration of this study is made of: a field a parameter, with what it may be and when it is there."""
    return configuration_form(db, study, trial)


@router.get("/studies/{study}/configurations", responses=answers(404, 422))
def list_(db: Db, study: StudyName) -> AddedConfigurations:
    """Those that persons added, in the order in which they came; one without a trial waits for its place."""
    return added_configurations(db, study)


@router.post("/studies/{study}/configurations:check", responses=answers(400, 404, 413, 422))
def check(db: Db, study: StudyName, body: Configuration) -> CheckedConfiguration:
    """What is wrong with one, all at once and by parameter; nothing is stored."""
    return check_configuration(db, body.request(study))


@router.delete("/studies/{study}/configurations/{number}", responses=answers(403, 404, 409, 422))
def withdraw(
    served: ServedHere, db: Db, somebody: Somebody, study: StudyName, number: AddedNumber
) -> AddedConfiguration:
    """Take one back that has not begun; its place is the search's again. One that has begun can be cancelled."""
    found = withdraw_configuration(db, study, number, somebody)
    served.looks.changed(study)
    return found


@router.post("/studies/{study}/configurations", status_code=201, responses=answers(400, 403, 404, 409, 413, 422))
def add(
    served: ServedHere,
    db: Db,
    somebody: Somebody,
    study: StudyName,
    body: NewOne,
    idempotency_key: Annotated[
        str | None, Header(description="So that it may be sent again: it adds one configuration.")
    ] = None,
) -> NewConfiguration:
    """Let the study try a configuration next. It is trained to its end, as the baselines of a space are."""
    request = body.request(study, name=body.name, more=body.more)
    number = once(
        db,
        somebody,
        idempotency_key,
        f"{study} {in_text(body)}",
        lambda: str(add_configuration(db, request, somebody).number),
    )
    served.looks.changed(study)
    return new_configuration(db, study, int(number))
