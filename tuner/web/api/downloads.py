"""What came of a study, as files: its trials, its report, its model with all that belongs to it."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from tuner.formatting import path_part
from tuner.service.made_files import FileRequest, Kind, MadeFile, make_file
from tuner.studies.status import ranked
from tuner.studies.stored_study import spec_of
from tuner.web.problems import answers
from tuner.web.served import Db, Served, ServedHere, StudyName

router = APIRouter(tags=["downloads"])


class _OfMade(StreamingResponse):
    """The file goes with the answer, also where nobody reads to its end: nobody closes a generator that is left."""

    def __init__(self, made: MadeFile, headers: Mapping[str, str]) -> None:
        super().__init__(made.chunks(), media_type=made.media_type, headers=headers)
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._made.folder.cleanup()


_ROWS = 500
_SANDBOX = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
"""A report's scripts are in it; they reach neither this server as whoever reads it, nor anything else."""


def _content(*kinds: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {each: {} for each in kinds}}}


@router.get(
    "/studies/{study}/trials.csv",
    response_class=StreamingResponse,
    responses={**_content("text/csv"), **answers(404, 422)},
)
def trials_csv(served: ServedHere, study: StudyName) -> StreamingResponse:
    """Every trial, the best first: a column a parameter and a metric, as `tune trials --csv` has them."""
    # Pandas is slow to import, and few ask for it.
    from tuner.analysis.as_csv import csv_of
    from tuner.analysis.results import trial_frame

    status = served.looks.status(study)
    frame = trial_frame(ranked(status.trials, spec_of(status.study).objective.direction))

    def lines() -> Iterator[str]:
        for begin in range(0, max(1, len(frame)), _ROWS):
            text = csv_of(frame.iloc[begin : begin + _ROWS])
            yield text if begin == 0 else text.partition("\n")[2]

    named = {"Content-Disposition": f'attachment; filename="{path_part(study)}-trials.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=named)


@router.get(
    "/studies/{study}/trials.parquet",
    response_class=StreamingResponse,
    responses={**_content("application/vnd.apache.parquet"), **answers(404, 422, 503)},
)
def trials_parquet(served: ServedHere, db: Db, study: StudyName) -> StreamingResponse:
    """Every trial, by number, with the columns of `tuner.analysis.results.trials`."""
    return _streamed(_made(served, db, study, "parquet"))


@router.get(
    "/studies/{study}/report.html",
    response_class=StreamingResponse,
    responses={**_content("text/html"), **answers(404, 422, 503)},
)
def report(
    served: ServedHere,
    db: Db,
    study: StudyName,
    *,
    show: Annotated[bool, Query(description="To look at in a browser, and not to be saved.")] = False,
) -> StreamingResponse:
    """The outcome, pictures and costs as one page that needs no network, as `tune report` makes it."""
    return _streamed(_made(served, db, study, "report"), show)


@router.get(
    "/studies/{study}/export.zip",
    response_class=StreamingResponse,
    responses={**_content("application/zip"), **answers(404, 422, 503)},
)
def export(
    served: ServedHere,
    db: Db,
    study: StudyName,
    trial: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="Its number; without, the winner.")] = None,
) -> StreamingResponse:
    """A model, its parameters and metrics, and a script that predicts: what `tune export` writes, as a ZIP file."""
    return _streamed(_made(served, db, study, "export", trial))


def _made(served: Served, db: Db, study: str, kind: Kind, trial: int | None = None) -> MadeFile:
    request = FileRequest(study_name=study, kind=kind, trial=trial, codes=served.spaces.codes)
    return make_file(db, served.settings, request)


def _streamed(made: MadeFile, show: bool = False) -> StreamingResponse:
    headers = {
        # `path_part` leaves nothing in a name that would end the quotes.
        "Content-Disposition": f'{"inline" if show else "attachment"}; filename="{made.name}"',
        "Content-Length": str(made.size),
        "Content-Security-Policy": _SANDBOX,
    }
    return _OfMade(made, headers)
