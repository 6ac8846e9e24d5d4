"""What a record looks like in MLflow: names, tags, figures, statuses.

Owns: the words in which MLflow shows studies and trials. Pure: nothing is sent.
Leaves to others: what is there already, and how it gets there (mlflow_recorder).
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tuner.objectives import COSTS
from tuner.tracking.recorder import EpochRecord, State, StudyRecord, TrialRecord

# MLflow knows no more statuses than RUNNING, FINISHED, FAILED and KILLED; the tag `state` has our own word.
STATUS: Mapping[State, str] = {
    "running": "RUNNING",
    "complete": "FINISHED",
    "pruned": "KILLED",
    "diverged": "FAILED",
    "out_of_memory": "FAILED",
    "failed": "FAILED",
    "given_up": "FAILED",
}
_NUMBERS = ("parameters", "training_seconds")
CURSOR = "recorded_epochs"
"""The tag that says up to which epoch a run has its metrics; it is written with them."""


class Figure(NamedTuple):
    """One point of a metric. at_ms: milliseconds since 1970, UTC, as MLflow counts."""

    key: str
    value: float
    at_ms: int
    step: int


def milliseconds(seconds: float) -> int:
    """Seconds since 1970 as MLflow counts them."""
    return round(seconds * 1000)


def trial_name(record: TrialRecord) -> str:
    """``trial-007``, ``trial-000 lab-8-1`` for a baseline, ``finalist-007 seed 2``."""
    name = f"{record.role}-{record.trial_number:03d}"
    if record.baseline:
        name += f" {record.baseline}"
    if record.role == "finalist" and "seed" in record.tags:
        name += f" seed {record.tags['seed']}"
    return name


def trial_identity(record: TrialRecord, parent_run_id: str) -> dict[str, str]:
    """The tags by which the run of a trial is found."""
    role, number, seed = record.identity
    tags = {"role": role, "trial_number": str(number), "mlflow.parentRunId": parent_run_id}
    return {**tags, "seed": seed} if seed else tags


def trial_tags(record: TrialRecord) -> dict[str, str]:
    """All tags of a trial but those that make it a child."""
    tags = {
        **record.tags,
        "study_name": record.study_name,
        "role": record.role,
        "trial_number": str(record.trial_number),
        "state": record.state,
        "reason": record.reason,
        "baseline": record.baseline,
    }
    return {key: value for key, value in tags.items() if value and key not in _NUMBERS}


def epoch_figures(epochs: tuple[EpochRecord, ...], after: int) -> Iterator[Figure]:
    """The metrics of each epoch past one, a step an epoch, at the time at which they were measured."""
    for epoch in epochs:
        if epoch.epoch > after:
            at_ms = milliseconds(epoch.measured_at)
            for key, value in epoch.metrics.items():
                yield Figure(key, float(value), at_ms, epoch.epoch)
            yield Figure("epoch_seconds", epoch.seconds, at_ms, epoch.epoch)


def trial_figures(record: TrialRecord) -> Iterator[Figure]:
    """The columns by which finished trials are sorted. ``seconds``: those of its epochs, however long it waited."""
    at_ms = milliseconds(record.finished_at or record.started_at)
    if record.value is not None:
        yield Figure("value", float(record.value), at_ms, 0)
        yield Figure("best_epoch", float(record.best_epoch), at_ms, 0)
    yield Figure("epochs", float(len(record.epochs)), at_ms, 0)
    for name in COSTS:
        if name in record.tags:
            yield Figure(name, float(record.tags[name]), at_ms, 0)
    yield Figure("seconds", sum(epoch.seconds for epoch in record.epochs), at_ms, 0)
    for name in _NUMBERS:
        # Tags are sorted as words; as figures they are columns to sort by size.
        if name in record.tags:
            yield Figure(name, float(record.tags[name]), at_ms, 0)


def study_identity(record: StudyRecord) -> dict[str, str]:
    """The tags by which the run of a study is found, beside its start."""
    return {"role": "study", "study_name": record.study_name}


def study_tags(record: StudyRecord) -> dict[str, str]:
    """All tags of a study, its note among them (MLflow shows it as the run's description)."""
    words = {key: value for key, value in record.outcome.items() if isinstance(value, str)}
    return {
        **record.tags,
        **words,
        **study_identity(record),
        "state": "running" if record.finished_at is None else "complete",
        "mlflow.note.content": study_note(record),
    }


def study_figures(record: StudyRecord) -> Iterator[Figure]:
    """The numbers of a study's outcome."""
    at_ms = milliseconds(record.finished_at or record.started_at)
    for key, value in record.outcome.items():
        if not isinstance(value, str):
            yield Figure(key, float(value), at_ms, 0)


def study_note(record: StudyRecord) -> str:
    """The study in words, as Markdown."""
    title = f"Study **{record.study_name}** of the space **{record.experiment}**: "
    if record.finished_at is None:
        return title + "its trials are the runs below this one; the search is still running."
    lines = [title + "ended. Its trials are the runs below this one.", "", "| outcome | |", "|---|---|"]
    for key, value in record.outcome.items():
        lines.append(f"| {key.replace('_', ' ')} | {value if isinstance(value, str) else format(value, '.6g')} |")
    return "\n".join(lines)


def digest(content: str | bytes) -> str:
    """By which a text or a file that is there already is known."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:16]
