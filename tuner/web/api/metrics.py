"""Figures for Prometheus, in its text format."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Response

from tuner.database.totals import totals
from tuner.web.problems import answers
from tuner.web.served import Db

router = APIRouter(tags=["metrics"])

_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/metrics", response_class=Response, responses=answers(503))
def metrics(db: Db) -> Response:
    """Studies, trials, epochs and workers, counted."""
    found = totals(db)
    lines = [
        *_family("tune_studies", "Studies by what was last asked of them, or finished.", "state", found.studies),
        *_family("tune_trials", "Trials of all studies by state.", "state", found.trials),
        *_family("tune_workers", "Workers that live, by device.", "device", found.workers),
        "# HELP tune_epochs Epochs that are stored.",
        "# TYPE tune_epochs gauge",
        f"tune_epochs {found.epochs}",
    ]
    return Response("\n".join(lines) + "\n", media_type=_TYPE)


def _family(name: str, about: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} gauge"
    for value, count in values.items():
        shown = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'{name}{{{label}="{shown}"}} {count}'
