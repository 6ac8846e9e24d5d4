"""One study: how it stands, what may be done with it, its charts and its trials.

Owns: what is on the page, and the parts of it that are asked for again.
Leaves to others: its trials in a table (study_trials), drawing (static/charts), changing it (the API).
"""

import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from tuner.analysis import sentences, summary
from tuner.database.facts import Limits, Outcome
from tuner.formatting import capitalized, duration, number, plural
from tuner.search.cells import EXHAUSTIVE
from tuner.service.people import Person, may_change
from tuner.settings import public_uri
from tuner.spec.space import Choice, Parameter
from tuner.spec.space_file import Objective
from tuner.studies import viewing
from tuner.studies.champion import standing
from tuner.studies.feasibility import warning
from tuner.studies.skipped_study import Reason
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.studies.views import Study
from tuner.web.pages.rendering import HEADERS, page, study_path
from tuner.web.pages.study_trials import Asked, asked, plain, side_by_side, table
from tuner.web.served import ServedHere, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter()

_STANDS_S = 2.0
"""For so long what time alone changes, such as how long it took, is told as it was."""

_MOST_VALUES = 100
"""Of a choice, as an axis names them."""


@dataclass(frozen=True)
class Standing:
    """How a study stands, in words.

    passed_over: why workers do not work on it. winner: its trial, once the search has ended. ended: how many trials.
    workers: how many. budget: when it ends. sentences: what came of it. champion: what the registry has of it. may:
    what this person may do now; empty where it may look alone. keras: its networks are ours, and no programs'. mlflow:
    of MLflow's page, of a server of its own. space_text: as a person wrote it last; space_changes: how often it was
    changed. further: objectives after the first. constraints: what a trial keeps to, in words. warning: that too many
    do not.
    """

    study: Study
    passed_over: tuple[Reason, ...]
    winner: int | None
    ended: int
    workers: int
    budget: tuple[str, ...]
    limits: Limits
    timeout_s: float | None
    space_text: str
    space_changes: int
    further: tuple[Objective, ...]
    constraints: str
    warning: str
    sentences: tuple[str, ...]
    test: summary.Test | None
    champion: str
    may: frozenset[str]
    keras: bool
    mlflow: str | None


@router.get("/studies/{study}")
def show(
    request: Request, served: ServedHere, somebody: Somebody, study: StudyName, asked: Annotated[Asked, Depends(asked)]
) -> HTMLResponse:
    """Of a page that is open a part may be asked for alone, by its id."""
    seen = served.looks.follow(study)
    status = seen.status
    part = request.headers.get("hx-target", "").rpartition("#")[2]
    # Many may look at the same, and each of them asks when something is new.
    moment = (study, part, status.study.created_at, seen.number)
    if part == "standing":
        key = (*moment, _may(status, somebody), int(time.time() / _STANDS_S))
        return _answer(served.parts.get(key, lambda: _standing_part(request, status, somebody)))
    if part == "trial-rows":
        answer = _answer(served.parts.get((*moment, asked), lambda: _rows_part(request, status, asked)))
        if request.headers.get("hx-source", "").endswith("#trial-filters"):
            # A form names every field, also those that say nothing.
            answer.headers["HX-Push-Url"] = study_path(study) + plain(status, asked).address()
        return answer
    asked = plain(status, asked)
    known: dict[str, Any] = {"asked": asked, "study": viewing.study(status)}
    if part == "beside":
        return page(request, "study/beside.html", beside=side_by_side(status, asked.chosen), **known)
    return page(
        request,
        "study.html",
        standing=_standing(status, somebody),
        parameters=served.looks.made(study, "axes", lambda seen: [_axis(each) for each in _searched(seen.status)]),
        table=served.looks.made(study, asked, lambda seen: table(seen.status, asked)),
        beside=side_by_side(status, asked.chosen),
        **known,
    )


def _answer(body: bytes) -> HTMLResponse:
    return HTMLResponse(body, headers=HEADERS)


def _standing_part(request: Request, status: StudyStatus, person: Person) -> bytes:
    found = _standing(status, person)
    return bytes(page(request, "study/standing.html", standing=found, study=found.study).body)


def _rows_part(request: Request, status: StudyStatus, asked: Asked) -> bytes:
    asked = plain(status, asked)
    found = table(status, asked)
    return bytes(page(request, "study/trial_rows.html", table=found, asked=asked, study=viewing.study(status)).body)


def _standing(status: StudyStatus, person: Person) -> Standing:
    view = status.study
    outcome = view.outcome or Outcome()
    served = view.mlflow_uri.startswith(("http://", "https://"))
    return Standing(
        study=viewing.study(status),
        passed_over=status.passed_over,
        winner=status.best.trial_number if status.best is not None and view.finished_at is not None else None,
        ended=sum(trial.finished_at is not None for trial in status.trials),
        workers=len(status.workers),
        budget=_budget(status),
        limits=view.options.limits,
        timeout_s=view.timeout_s,
        space_text=view.spec_text,
        space_changes=len(view.options.spaces),
        further=spec_of(view).further_objectives,
        constraints=", ".join(map(str, spec_of(view).constraints)),
        warning=warning(spec_of(view), view.study_name, status.trials),
        # The first one says how many trials there are, which the page shows by itself.
        sentences=tuple(sentences.of_outcome(status)[1:]) if view.finished_at is not None else (),
        test=summary.test_of(status),
        champion=capitalized(standing(view.study_name, outcome)),
        may=_may(status, person),
        keras=not spec_of(view).external,
        mlflow=public_uri(view.mlflow_uri) if served else None,
    )


def _budget(status: StudyStatus) -> tuple[str, ...]:
    limits = status.study.options.limits
    said = [plural(status.study.trials, "trial")]
    if status.study.timeout_s is not None:
        said.append(f"{duration(status.study.timeout_s)} of time")
    if limits.epochs is not None:
        said.append(f"{limits.epochs:,} epochs")
    if limits.target is not None:
        said.append(f"until {summary.metric(status)} {number(limits.target)}")
    if limits.plateau is not None:
        said.append(f"until {plural(limits.plateau, 'trial')} bring nothing better")
    return tuple(said)


def _may(status: StudyStatus, person: Person) -> frozenset[str]:
    """What would not be refused as the study stands."""
    if not may_change(person, status.study.owner):
        return frozenset()
    always = {"note"}
    spec = spec_of(status.study)
    if status.best is not None and not spec.external:
        always.add("champion")
    if spec.search.sampler.name not in EXHAUSTIVE and not (status.study.ended and status.study.finished_at is None):
        always.add("add")
    idle = set() if status.workers else {"rename", "delete"}
    if status.study.finished_at is not None:
        return frozenset(always | idle | {"resume"})
    goes = {"stop", "cancel"} if status.state in ("running", "waiting", "interrupted") else set()
    rests = {"resume"} if status.state in ("stopped", "interrupted", "cancelled") else set()
    ends = {"cancel"} if status.state == "stopping" else set()
    return frozenset(always | idle | goes | rests | ends | {"change"})


def _searched(status: StudyStatus) -> list[Parameter]:
    """Of the space, also before there is a trial; those that only trials have, the script finds in them."""
    space = spec_of(status.study).space
    names = summary.searched(status, {each.name: each.default for each in space})
    return [each for each in space if each.name in names]


def _axis(parameter: Parameter) -> dict[str, object]:
    """What a chart has to know of a parameter."""
    domain = parameter.domain
    if isinstance(domain, Choice):
        return {"name": parameter.name, "values": list(domain.values[:_MOST_VALUES])}
    return {"name": parameter.name, "low": domain.low, "high": domain.high, "log": domain.log}
