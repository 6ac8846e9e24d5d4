"""What a record looks like in MLflow: names, tags, figures, statuses.

Owns: the words in which MLflow shows studies and trials. Pure: nothing is sent.
Leaves to others: what is there already, and how it gets there (mlflow_recorder).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tuner.spec.objectives import COSTS
from tuner.tracking.mlflow_names import MOST_PARAM, MOST_TAG, fitting, marked, named
from tuner.tracking.recorder import EpochRecord, State, StudyRecord, TrialRecord

# MLflow knows no more statuses than RUNNING, FINISHED, FAILED and KILLED; the tag `state` has our own word.
STATUS: Mapping[State, str] = {
    "running": "RUNNING",
    "complete": "FINISHED",
    "pruned": "KILLED",
    "infeasible": "KILLED",
    "diverged": "FAILED",
    "out_of_memory": "FAILED",
    "failed": "FAILED",
    "given_up": "FAILED",
    "cancelled": "KILLED",
}
_NUMBERS = ("parameters", "training_seconds")
_COLUMNS = frozenset({"value", "best_epoch", "epochs", "epoch_seconds", "seconds", *COSTS, *_NUMBERS})
_BEST = "best "
"""Begins the name of the column of an objective, as it was at the best epoch; its curve ends at the last."""
_SHARE = "importance_"
TRUE_NAMES, TRUE_VALUES = "names.json", "values.json"
"""Artifacts of a run: what is shown under another name than its own, and the values that were too long, whole."""

_UNSEEN = "mlflow.tuner."
"""Begins the names of tags that the UI does not show: it takes them for its own."""
_TECHNICAL = ("version_", "rows_", "threads", "path", "host", "test_digest", "dataset_digest")
"""Tags that begin so are bookkeeping; what they say of a trial is in its description."""

CURSOR = f"{_UNSEEN}recorded_epochs"
"""The tag that says up to which epoch a run has its metrics; it is written with them."""

FILES_DIGEST, SPEC_DIGEST, CREATED = f"{_UNSEEN}files_digest", f"{_UNSEEN}spec_digest", f"{_UNSEEN}created_at_ns"
"""Tags: of the files and the specification that are there; when a run was made, so that the first of two is kept."""


class Figure(NamedTuple):
    """One point of a metric. at_ms: milliseconds since 1970, UTC, as MLflow counts.

    own: one of our columns, not a metric of the network.
    """

    key: str
    value: float
    at_ms: int
    step: int
    own: bool = True


def figure(key: str, value: float, at_ms: int, step: int = 0, own: bool = True) -> Figure:
    """A point; one that is no epoch's is of step 0."""
    return Figure(key, float(value), at_ms, step, own)


def shown(figure: Figure) -> str:
    """Its name in MLflow."""
    return marked(figure.key) if not figure.own and _is_column(figure.key) else named(figure.key)


def told_apart(metric: str) -> str:
    """The name of a network's metric, which is not mixed with one of our columns of that name."""
    return marked(metric) if _is_column(metric) else metric


def _is_column(metric: str) -> bool:
    return metric in _COLUMNS or metric.startswith(_BEST)


def best_of(objective: str) -> str:
    """The column of an objective, which comes first of all: the UI sorts them by name."""
    return f"{_BEST}{objective}"


def milliseconds(seconds: float) -> int:
    """Seconds since 1970 as MLflow counts them; a clock that was before that is taken for 1970."""
    return max(0, round(seconds * 1000))


def trial_name(record: TrialRecord) -> str:
    """``trial-007``, ``trial-000 lab-8-1`` for a baseline, ``finalist-007 seed 2``."""
    name = f"{record.role}-{record.trial_number:03d}"
    if record.baseline:
        name += f" {record.baseline}"
    if record.role == "finalist" and "seed" in record.tags:
        name += f" seed {record.tags.get('seed_number', record.tags['seed'])}"
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
    return out_of_sight({key: value for key, value in tags.items() if value and key not in _NUMBERS})


def out_of_sight(tags: Mapping[str, str]) -> dict[str, str]:
    """The same tags; those that nobody sorts or filters by have names that the UI does not show."""
    return {f"{_UNSEEN}{key}" if key.startswith(_TECHNICAL) else key: value for key, value in tags.items()}


def known_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of a run that is there; what an earlier version wrote in sight counts as what is out of it now."""
    before = {name: tags[name.removeprefix(_UNSEEN)] for name in (CURSOR, FILES_DIGEST, SPEC_DIGEST, CREATED)
              if name.removeprefix(_UNSEEN) in tags}  # fmt: skip
    return {**before, **tags}


def epoch_figures(epochs: tuple[EpochRecord, ...], after: int) -> Iterator[Figure]:
    """The metrics of each epoch past one, a step an epoch, at the time at which they were measured."""
    for epoch in epochs:
        if epoch.epoch > after:
            at_ms = milliseconds(epoch.measured_at)
            for key, value in epoch.metrics.items():
                yield figure(key, value, at_ms, epoch.epoch, own=False)
            yield figure("epoch_seconds", epoch.seconds, at_ms, epoch.epoch)


def trial_figures(record: TrialRecord) -> Iterator[Figure]:
    """The columns by which finished trials are sorted. ``seconds``: those of its epochs, however long it waited."""
    at_ms = milliseconds(record.finished_at or record.started_at)
    if record.value is not None:
        yield figure("value", record.value, at_ms)
        yield figure("best_epoch", record.best_epoch, at_ms)
    yield figure("epochs", len(record.epochs), at_ms)
    for name in COSTS:
        if name in record.tags:
            yield figure(name, float(record.tags[name]), at_ms)
    yield figure("seconds", sum(epoch.seconds for epoch in record.epochs), at_ms)
    for name in _NUMBERS:
        # Tags are sorted as words; as figures they are columns to sort by size.
        if name in record.tags:
            yield figure(name, float(record.tags[name]), at_ms)


def study_identity(record: StudyRecord) -> dict[str, str]:
    """The tags by which the run of a study is found, beside its start."""
    return {"role": "study", "study_name": record.study_name}


def study_tags(record: StudyRecord, page: str) -> dict[str, str]:
    """All tags of a study, its note among them (MLflow shows it as the run's description).

    page: of its trials.
    """
    words = {key: value for key, value in record.outcome.items() if isinstance(value, str)}
    return {
        **out_of_sight(record.tags),
        **words,
        **study_identity(record),
        # The run's name, which follows the study's.
        "mlflow.runName": record.study_name,
        # A tag stays where it was once set, so one that was taken away is emptied.
        **({} if record.note is None else {"note": record.note or "-"}),
        "state": "running" if record.finished_at is None else "complete",
        "mlflow.note.content": study_note(record, page),
    }


def study_figures(record: StudyRecord) -> Iterator[Figure]:
    """The numbers of a study's outcome."""
    at_ms = milliseconds(record.finished_at or record.started_at)
    for key, value in record.outcome.items():
        if not isinstance(value, str):
            yield figure(key, value, at_ms)


def study_note(record: StudyRecord, page: str) -> str:
    """The study in words, as Markdown; its first lines are what the UI shows of it. page: that of its trials."""
    title = f"Study **{record.study_name}** of the space **{record.experiment}**"
    title = f"{record.note}\n\n{title}" if record.note else title
    trials = f"[Its trials, the best first]({page})"
    if record.finished_at is None:
        return f"{title}: the search is still running. {trials}"
    outcome = record.outcome
    found = [f"{title} has ended."]
    if "value" in outcome and "best_trial" in outcome:
        found.append(f"Best: trial {_told(outcome['best_trial'])}, {record.tags.get('metric', 'value')} "
                     f"**{_told(outcome['value'])}**.")  # fmt: skip
    name = next((name for name in ("accuracy", "mae", "loss") if f"test_{name}" in outcome), None)
    if name and {"test_low", "test_high"} <= outcome.keys():
        low, high = _told(outcome["test_low"]), _told(outcome["test_high"])
        found.append(f"On the test rows: {name} **{_told(outcome[f'test_{name}'])}** (95%: {low} to {high}).")
    lines = [" ".join([*found, trials]), "", "| outcome | |", "|---|---|"]
    told = {key: value for key, value in outcome.items() if not key.startswith(_SHARE) or float(value) >= 0.001}
    return "\n".join([*lines, *(f"| {key.replace('_', ' ')} | {_told(value)} |" for key, value in told.items())])


def _told(value: float | str) -> str:
    """Four digits after the point for what is about one."""
    if isinstance(value, str):
        return value
    whole = float(value).is_integer()
    return f"{value:.4f}" if 0.001 <= abs(value) < 100 and not whole else f"{value:.6g}"


def truth(figures: Iterable[Figure], params: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, bytes]:
    """The files that say what is not shown as it is: true names by those shown, values that were too long."""
    names = {named(name): name for name in [*params, *tags]} | {shown(each): each.key for each in figures}
    changed = {there: name for there, name in sorted(names.items()) if there != name}
    cut = {
        "params": {name: each for name, each in params.items() if fitting(each, MOST_PARAM) != each},
        "tags": {name: each for name, each in tags.items() if fitting(each, MOST_TAG) != each},
    }
    found = {}
    if changed:
        found[TRUE_NAMES] = json.dumps(changed, indent=1).encode()
    if any(cut.values()):
        found[TRUE_VALUES] = json.dumps(cut, indent=1).encode()
    return found


def digest(content: str | bytes) -> str:
    """By which a text or a file that is there already is known."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """The same of several, by their names."""
    return digest(b"".join(name.encode() + data for name, data in sorted(files.items())))
