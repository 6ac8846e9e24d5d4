"""A trial told in words where MLflow shows a run's description, and the column that comes first in its list of runs.

Owns: what is said of a trial, as Markdown. Pure.
Leaves to others: the study's own description, all further names (mlflow_mapping), delivery (mlflow_recorder).
"""

from collections.abc import Iterator, Mapping, Sequence

from tuner.formatting import value_in_words
from tuner.tracking.mlflow_mapping import Figure, best_of, figure, milliseconds
from tuner.tracking.mlflow_names import MOST_TAG
from tuner.tracking.recorder import StudyRecord, TrialRecord

NOTE = "mlflow.note.content"
_MOST_ROWS = 60
_LONGEST = 400
_MARKS = str.maketrans({"|": "\\|", "\n": " ", "\r": " ", "<": "&lt;", "*": "\\*", "`": "\\`", "[": "\\["})


def objective(study: StudyRecord, record: TrialRecord) -> Iterator[Figure]:
    """The objective at the best epoch under its own name, which is the first of the columns."""
    metric = study.tags.get("metric")
    if metric and record.value is not None:
        yield figure(best_of(metric), record.value, milliseconds(record.finished_at or record.started_at))


def of_trial(study: StudyRecord, record: TrialRecord) -> str:
    """What came of it first, then what went wrong and what to do about it, how it was trained, what it tried."""
    tags = record.tags
    parts = [_outcome(study, record)]
    if record.state not in ("running", "complete") and record.reason:
        parts.append(_plain(record.reason))
    if verdict := tags.get("verdict"):
        parts.append(f"**{_plain(verdict)}** {_plain(tags.get('remedy', ''))}".strip())
    if record.state != "running":
        parts.append(_how(record))
        if record.state == "complete" and record.drawn and record.files:
            parts.append("Its curves and what it got wrong are pictures among its artifacts.")
    # Last: of a long description the UI shows the beginning.
    searched = [name for name in record.params if _is_searched(name, study.searched)]
    parts.append(_table({name: value_in_words(record.params[name]) for name in searched}))
    text = "\n\n".join(part for part in parts if part)
    return text if len(text) <= MOST_TAG else f"{text[: MOST_TAG - 1]}\u2026"


def _outcome(study: StudyRecord, record: TrialRecord) -> str:
    whose = f"trial {record.trial_number} of study {_plain(study.study_name)}"
    if record.role == "finalist":
        whose = f"the configuration of {whose}, trained again"
    if record.baseline:
        whose += f", the baseline {_plain(record.baseline)}"
    if record.state == "running":
        return f"This is {whose}; it is being trained."
    if record.value is None:
        return f"**{record.state.replace('_', ' ')}**: {whose}."
    metric = _plain(study.tags.get("metric", "value"))
    epochs = f"at epoch {record.best_epoch} of {len(record.epochs)}"
    return f"**{metric} {record.value:.4f}** {epochs}, {record.state.replace('_', ' ')}: {whose}."


def _how(record: TrialRecord) -> str:
    """In a line: what is not known is left out."""
    tags = record.tags
    versions = [f"{name.removeprefix('version_')} {tags[name]}" for name in tags if name.startswith("version_")]
    told = [
        f"{int(tags['parameters']):,} numbers to learn" if tags.get("parameters", "").isdigit() else "",
        f"{int(tags['rows_train']):,} training rows" if tags.get("rows_train", "").isdigit() else "",
        f"{sum(each.seconds for each in record.epochs):.1f} s",
        " on ".join(filter(None, (tags.get("device"), tags.get("host")))),
        f"{tags['threads']} threads" if "threads" in tags else "",
        *versions,
    ]
    return f"How: {', '.join(_plain(each) for each in told if each)}."


def _table(rows: Mapping[str, str]) -> str:
    if not rows:
        return ""
    lines = [f"| {_plain(name)} | {_plain(value)} |" for name, value in list(rows.items())[:_MOST_ROWS]]
    return "\n".join(["| searched | |", "|---|---|", *lines])


def _is_searched(name: str, searched: Sequence[str]) -> bool:
    """A layer's own, such as units_2, is of `units`."""
    return name in searched or name.rpartition("_")[0] in searched


def _plain(text: str) -> str:
    """Words that Markdown and a table show as they are."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"
    return short.translate(_MARKS)
