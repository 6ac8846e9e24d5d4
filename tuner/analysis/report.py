"""The report of a study: one HTML file that opens without a network.

Owns: which parts a report has, in which order, and what is in each.
Leaves to others: the sentences (sentences), the figures (report_rows), the pictures (charts, winner_charts), the
page's frame and drawing (plotly_page).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tuner.analysis import charts, sentences, summary
from tuner.analysis.answers_shown import confusion_of, mistakes_of
from tuner.analysis.chart import MOST_DRAWN, Chart
from tuner.analysis.importance import Importance
from tuner.analysis.importance_shares import importance_of, ranges, shares, weights_of
from tuner.analysis.parallel import parallel
from tuner.analysis.pareto import pareto
from tuner.analysis.plotly_page import figure, render
from tuner.analysis.report_rows import TrialRow, cost_rows, tiles, trial_row, winner
from tuner.analysis.winner_charts import CURVES, predicted, winner_curves
from tuner.data.answers import Answers
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.database.studies import note_of
from tuner.formatting import moment
from tuner.studies.in_words import searched_of
from tuner.studies.status import StudyStatus, ranked, study_status
from tuner.studies.stored_study import spec_of
from tuner.studies.trial_files import answers_of

_MOST_ROWS = 12
_SAID = ("baseline", "state", "reason", "verdict", "value", "epochs", "seconds")
"""Of a row, in the page's table; what is empty is left out."""


def report(db: Database, study_name: str, store: BlobStore | None = None) -> str:
    """A study's report as HTML, also while the study runs. Raises NotFound.

    store: where trials' answers are kept; what the winner mistook is not told without it.
    """
    status = study_status(db, study_name, epochs=True)
    found, method = importance_of(status)
    answers = None if store is None or status.best is None else answers_of(store, status.best)
    return render("report.html", content(status, found, method, answers))


def study_charts(db: Database, study_name: str) -> list[Chart]:
    """The pictures alone. Raises NotFound."""
    status = study_status(db, study_name, epochs=True)
    return all_charts(status, *weights_of(status))


def all_charts(status: StudyStatus, weights: Mapping[str, float], method: str) -> list[Chart]:
    """Every picture of a study, in the report's order; those that would show nothing are left out."""
    found = [
        *winner_curves(status),
        charts.finalists(status),
        charts.against_baselines(status),
        charts.history(status) if status.trials else None,
        pareto(status),
        parallel(status, weights),
        charts.importances(weights, method),
        *charts.slices(status, weights),
        charts.curves(status) if any(trial.epochs for trial in status.trials) else None,
        charts.pruning(status),
        charts.timeline(status),
    ]
    return [chart for chart in found if chart is not None]


def content(
    status: StudyStatus, found: Sequence[Importance], method: str, answers: Answers | None = None
) -> dict[str, Any]:
    """What the page shows: text, rows of tables, and pictures by name. found, method: which parameters mattered, and by
    what that is judged. answers: the winner's."""
    study, best = status.study, status.best
    of_rows = predicted(answers)
    shown = [*([] if of_rows is None else [of_rows]), *all_charts(status, shares(found), method)]
    chosen = searched_of(status)
    rows = [trial_row(trial, chosen) for trial in _best_first(status) if trial.trial_number is not None]
    columns = list(dict.fromkeys(name for row in rows for name, _ in row.params))
    failures = summary.failures(status)
    return {
        "study": study.study_name,
        "space": study.space_name,
        "made_at": moment(datetime.now(UTC).timestamp()),
        "tiles": tiles(status),
        "sentences": sentences.of_outcome(status),
        "noise": sentences.of_noise(status),
        "metric": summary.metric(status),
        "winner": None if best is None else winner(status, best),
        "charts": {chart.name: chart for chart in shown},
        "ranges": ranges(found),
        "slices": [chart for chart in shown if chart.name.startswith("slice-")],
        "figures": {chart.name: figure(chart) for chart in shown},
        "pruning": sentences.of_pruning(status),
        "curves": [chart for chart in shown if chart.name.startswith(CURVES)],
        "confusion": confusion_of(answers),
        "mistakes": mistakes_of(answers),
        "drawn": _drawn(status),
        "failures": [trial_row(trial, chosen) for trial in failures[:_MOST_ROWS]],
        "more_failures": max(0, len(failures) - _MOST_ROWS),
        "verdicts": summary.verdicts(status),
        "costs": cost_rows(status),
        "best_rows": rows[:_MOST_ROWS],
        "columns": columns,
        "order": ",".join(str(row.number) for row in rows),
        "example": _example(status, rows),
        "facts": _facts(status),
        "spec": study.spec_text,
        "trials": {str(row.number): _of_table(row, columns) for row in rows},
    }


def _of_table(row: TrialRow, columns: Sequence[str]) -> dict[str, Any]:
    """A trial as the page's script takes it; params: a value a column."""
    values = dict(row.params)
    said = {name: given for name in _SAID if (given := getattr(row, name)) != ""}
    return {**said, "params": [values.get(name) for name in columns]}


def _drawn(status: StudyStatus) -> str:
    """Which trials the pictures have, where they are not all."""
    if len(status.trials) <= MOST_DRAWN:
        return ""
    return (
        f"The pictures show about {MOST_DRAWN:,} of the {len(status.trials):,} trials: the best, the baselines, and of "
        "the others every so many-th. The table has all."
    )


def _example(status: StudyStatus, rows: Sequence[TrialRow]) -> str:
    """A filter for the table that keeps some of the trials."""
    name, values = summary.metric(status), [row.value for row in rows if row.value]
    return f"{name}{'>' if summary.sign(status) > 0 else '<'}{values[len(values) // 4]}" if values else "state:complete"


def _best_first(status: StudyStatus) -> list[RunView]:
    return ranked(status.trials, spec_of(status.study).objective.direction)


def _facts(status: StudyStatus) -> list[tuple[str, str]]:
    study, spec = status.study, spec_of(status.study)
    rows = summary.rows_of(status)
    facts = [
        ("note", note_of(study)),
        ("data", "" if spec.external else spec.data_name),
        ("rows", ", ".join(f"{count:,} {part}" for part, count in rows.items())),
        ("digest of the data", study.data_digest or ""),
        ("space changed", "; ".join(f"{moment(e.until)}: {', '.join(e.words)}" for e in study.options.spaces)),
        ("constraints", ", ".join(map(str, spec.constraints))),
        ("sampler, pruner", f"{spec.search.sampler.name}, {spec.search.pruner.name}"),
        ("seed", str(study.seed)),
        ("began", moment(study.created_at)),
        ("ended", "" if study.finished_at is None else moment(study.finished_at)),
        ("run in MLflow", study.mlflow_run_id or ""),
    ]
    facts += [(name, ", ".join(values)) for name, values in summary.versions(status).items()]
    return [(name, value) for name, value in facts if value]
