"""The workers that live, whichever study they work on.

Leaves to others: what each has done (a study's timeline).
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tuner.database.workers import view_workers
from tuner.web.api.workers import workers_in
from tuner.web.pages.rendering import page
from tuner.web.served import Db

router = APIRouter()


@router.get("/workers")
def show(request: Request, db: Db) -> HTMLResponse:
    found = workers_in(view_workers(db)).workers
    return page(request, "workers.html", workers=sorted(found, key=lambda each: (each.host, each.worker)))
