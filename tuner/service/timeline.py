"""What each worker of a study trained, and when.

Owns: which worker held a run when: who trained its epochs says so, where several did.
Leaves to others: workers that live just now (database.workers).
"""

from collections.abc import Iterator
from itertools import groupby

from tuner.database.runs import RunView
from tuner.database.tables import Role
from tuner.studies.status import StudyStatus
from tuner.studies.views import View


class WorkerSpans(View):
    """Of one worker; each list has one item a run, or a part of one, in the order of their begins.

    role: of the run. trial: whose configuration. epochs: that were trained in it. end: null while it goes on.
    """

    worker: str
    role: tuple[Role, ...]
    trial: tuple[int | None, ...]
    state: tuple[str, ...]
    epochs: tuple[int, ...]
    begin: tuple[float, ...]
    end: tuple[float | None, ...]


class Timeline(View):
    """number: of the last change that is in it. workers: by when they began."""

    study_name: str
    number: int
    workers: tuple[WorkerSpans, ...]


def timeline(status: StudyStatus, number: int) -> Timeline:
    """Of a study that was read with its epochs. number: as in the answer."""
    by_worker: dict[str, list[tuple[float, float | None, int, RunView]]] = {}
    for run in (*status.trials, *status.finalists, *status.reproductions):
        for worker, begin, end, epochs in _spans(run):
            by_worker.setdefault(worker, []).append((begin, end, epochs, run))
    found = []
    for worker, spans in by_worker.items():
        spans.sort(key=lambda each: each[0])
        found.append(
            WorkerSpans(
                worker=worker,
                role=tuple(run.role for *_, run in spans),
                trial=tuple(run.trial_number for *_, run in spans),
                state=tuple(run.state for *_, run in spans),
                epochs=tuple(epochs for _, _, epochs, _ in spans),
                begin=tuple(round(begin, 2) for begin, *_ in spans),
                end=tuple(None if end is None else round(end, 2) for _, end, *_ in spans),
            )
        )
    found.sort(key=lambda each: (each.begin[0], each.worker))
    return Timeline(study_name=status.study.study_name, number=number, workers=tuple(found))


def _spans(run: RunView) -> Iterator[tuple[str, float, float | None, int]]:
    """Workers that held a run one after the other, each with its begin, its end and its epochs there."""
    if not run.started_at:
        return
    parts = [(worker, list(each)) for worker, each in groupby(run.epochs, lambda epoch: epoch.worker_id)]
    if run.worker_id and (not parts or parts[-1][0] != run.worker_id):
        parts.append((run.worker_id, []))
    begin = run.started_at
    for place, (worker, epochs) in enumerate(parts):
        if place and epochs:
            begin = max(begin, epochs[0].measured_at - epochs[0].seconds)
        if place < len(parts) - 1:
            end: float | None = max(begin, epochs[-1].measured_at)
        else:
            end = run.finished_at if run.finished_at is not None or run.held else run.last_epoch_at or begin
        yield worker, begin, end, len(epochs)
        begin = begin if end is None else end
