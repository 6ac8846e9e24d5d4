"""A configuration for a study that is there, from a form: from nothing, or from one of its trials.

Leaves to others: what a field is, and what is wrong with one (service.configurations, by the API).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from tuner.database.studies import view_study
from tuner.service.configurations import Written, added_configurations, configuration_form
from tuner.service.people import check_may_change
from tuner.web.pages.rendering import page
from tuner.web.served import Db, StudyName
from tuner.web.signing_in import Somebody

router = APIRouter()


@router.get("/studies/{study}/add")
def ask(
    request: Request,
    db: Db,
    somebody: Somebody,
    study: StudyName,
    trial: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """trial: whose values the fields have."""
    view = view_study(db, study)
    check_may_change(somebody, view)
    form = configuration_form(db, study, trial)
    known = {each.name for each in form.parameters}
    return page(
        request,
        "configuration.html",
        study_name=view.study_name,
        form=form,
        waiting=[
            each
            for each in added_configurations(db, study).configurations
            if each.trial_number is None and not each.withdrawn
        ],
        trial=trial,
        values=_in_words(form.values),
        others={name: value for name, value in _in_words(form.values).items() if name not in known},
    )


def _in_words(values: Written) -> dict[str, str]:
    """As a field has it: of layers with commas between."""
    return {
        name: ", ".join(map(_word, each)) if isinstance(each, tuple) else _word(each) for name, each in values.items()
    }


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
