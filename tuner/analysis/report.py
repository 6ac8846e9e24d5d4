"""The report of a study: one HTML file that opens without a network.

Owns: which parts a report has, in which order, and what is in each.
Leaves to others: the sentences (summary), the figures (report_rows), the pictures (charts), the page's frame and
drawing (plotly_page).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tuner.analysis import charts, summary
from tuner.analysis.chart import Chart
from tuner.analysis.importance_shares import ranges_of, weights_of
from tuner.analysis.parallel import parallel
from tuner.analysis.pareto import pareto
from tuner.analysis.plotly_page import figure, render
from tuner.analysis.report_rows import cost_rows, tiles, trial_row, winner
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.database.studies import note_of
from tuner.formatting import moment
from tuner.studies.status import StudyStatus, ranked, study_status
from tuner.studies.stored_study import spec_of

_MOST_ROWS = 12


def report(db: Database, study_name: str) -> str:
    """A study's report as HTML, also while the study runs. Raises NotFound."""
    status = study_status(db, study_name, epochs=True)
    weights, method = weights_of(status)
    return render("report.html", content(status, weights, method))


def study_charts(db: Database, study_name: str) -> list[Chart]:
    """The pictures alone. Raises NotFound."""
    status = study_status(db, study_name, epochs=True)
    return all_charts(status, *weights_of(status))


def all_charts(status: StudyStatus, weights: Mapping[str, float], method: str) -> list[Chart]:
    """Every picture of a study, in the report's order; those that would show nothing are left out."""
    found = [
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


def content(status: StudyStatus, weights: Mapping[str, float], method: str) -> dict[str, Any]:
    """What the page shows: text, rows of tables, and pictures by name."""
    study, best = status.study, status.best
    shown = all_charts(status, weights, method)
    return {
        "study": study.study_name,
        "space": study.space_name,
        "made_at": moment(datetime.now(UTC).timestamp()),
        "tiles": tiles(status),
        "sentences": summary.sentences(status),
        "noise": summary.noise_sentences(status),
        "metric": summary.metric(status),
        "winner": None if best is None else winner(status, best),
        "charts": {chart.name: chart for chart in shown},
        "ranges": ranges_of(status),
        "slices": [chart for chart in shown if chart.name.startswith("slice-")],
        "figures": {chart.name: figure(chart) for chart in shown},
        "pruning": summary.pruning_sentences(status),
        "failures": [trial_row(status, trial) for trial in summary.failures(status)],
        "verdicts": summary.verdicts(status),
        "costs": cost_rows(status),
        "best_rows": [trial_row(status, trial) for trial in _best_first(status)[:_MOST_ROWS]],
        "facts": _facts(status),
        "spec": study.spec_text,
        "trials": {
            str(trial.trial_number): trial_row(status, trial).model_dump()
            for trial in status.trials
            if trial.trial_number is not None
        },
    }


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
