"""One trial: its verdict and the remedy first, then its curves, mistakes, layers and parameters.

Owns: what is on the page, and what is left out where it is not known.
Leaves to others: what is known of a trial (service.trial_findings), drawing (static/trial.js), changing it (the API).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tuner.analysis.answers_shown import confused
from tuner.database.blobs import BlobStore, blob_store
from tuner.database.runs import FAILED, RunView
from tuner.errors import NotFound
from tuner.service import trial_findings
from tuner.service.pages import trial_of
from tuner.service.people import may_change
from tuner.service.trial_files import list_files
from tuner.spec.space import Choice, Domain, Value
from tuner.studies import viewing
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.web.api.trials import TrialNumber
from tuner.web.pages.rendering import page
from tuner.web.served import Db, ServedHere, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter()

Found = TypeVar("Found")


@dataclass(frozen=True)
class ShownParameter:
    """searched: the space has it, or a person's code asked for it; the others have their defaults. best: the value of
    the study's best trial. at: where in its range the value is, from 0 to 1; None of a choice. there_are: its values,
    or its range, in words."""

    name: str
    value: Value
    searched: bool
    best: Value | None
    at: float | None
    there_are: str


@router.get("/studies/{study}/trials/{number}")
def show(
    request: Request, db: Db, served: ServedHere, somebody: Somebody, study: StudyName, number: TrialNumber
) -> HTMLResponse:
    status = served.looks.status(study)
    spec, found = spec_of(status.study), trial_of(db, study, number)
    store = blob_store(db, served.settings.artifacts)
    numbers = [each.trial_number for each in status.trials if each.trial_number is not None]
    confusion = _known(trial_findings.confusion, store, found)
    return page(
        request,
        "trial.html",
        study=viewing.study(status),
        trial=viewing.trial(spec, found),
        trained=trial_findings.findings(found).trained,
        parameters=_parameters(status, found),
        layers=_known(trial_findings.layers, store, found),
        confusion=None if confusion is None else confused(confusion.class_names, confusion.counts),
        mistakes=_known(trial_findings.mistakes, store, found),
        predictions=_known(trial_findings.predictions, store, found),
        files=list_files(store, found).files,
        failed=found.state in FAILED,
        may=may_change(somebody, status.study.owner),
        before=max((each for each in numbers if each < number), default=None),
        after=min((each for each in numbers if each > number), default=None),
    )


def _known(what: Callable[[BlobStore, RunView], Found], store: BlobStore, trial: RunView) -> Found | None:
    try:
        return what(store, trial)
    except NotFound:
        return None


def _parameters(status: StudyStatus, trial: RunView) -> list[ShownParameter]:
    """In the space's order; those that a person's code asks for come as they were asked."""
    best = status.best.params if status.best is not None and status.best.ordinal != trial.ordinal else {}
    domains = {each.name: each.domain for each in spec_of(status.study).space}
    names = [
        *(name for name in domains if name in trial.params),
        *(name for name in trial.params if name not in domains),
    ]
    return [
        ShownParameter(name, value, not domains or name in domains, best.get(name), *_within(domains.get(name), value))
        for name, value in ((name, trial.params[name]) for name in names)
    ]


def _within(domain: Domain | None, value: Value) -> tuple[float | None, str]:
    if domain is None:
        return None, ""
    if isinstance(domain, Choice):
        return None, ", ".join(map(str, domain.values)) if len(domain.values) > 1 else ""
    low, high, at = float(domain.low), float(domain.high), float(value)
    if domain.log:
        low, high, at = math.log(low), math.log(high), math.log(max(at, 1e-300))
    share = (at - low) / (high - low) if high > low else 0.5
    return min(1.0, max(0.0, share)), f"{domain.low:g} to {domain.high:g}{', log' if domain.log else ''}"
