"""Studies side by side.

Leaves to others: what is compared, and what is noise (analysis.comparison), drawing (static/comparison.js).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from tuner.analysis.comparison import compare
from tuner.service.comparing import MOST, look_at
from tuner.studies import viewing
from tuner.web.pages.rendering import page
from tuner.web.served import ServedHere

router = APIRouter()


@router.get("/compare")
def show(
    request: Request,
    served: ServedHere,
    study: Annotated[list[str], Query(default_factory=list, max_length=MOST)],
) -> HTMLResponse:
    statuses = look_at(study, served.looks.status)
    return page(request, "comparison.html", studies=[viewing.study(each) for each in statuses], found=compare(statuses))
