"""The page on which MLflow's UI shows the trials of a study: which runs, in which order, which columns and charts.

Owns: the view, in the form in which the UI itself stores one that a person shares: a tag of the experiment.
Leaves to others: delivering it (mlflow_recorder). Pure.

A UI that does not know a part of the view leaves it out.
"""

import json
from collections.abc import Sequence
from typing import Any

from tuner.tracking.mlflow_mapping import best_of
from tuner.tracking.mlflow_names import named
from tuner.tracking.recorder import StudyRecord

TAG = "mlflow.sharedViewState."
"""Of an experiment, followed by the view's key; that of a study is the id of its run."""

# MLflow refuses longer ones.
_LONGEST_TAG = 5000


def path_of(experiment_id: str, run_id: str) -> str:
    """The page of a study's trials, in the address of the UI."""
    return f"#/experiments/{experiment_id}/runs?viewStateShareKey={run_id}"


def view_of(record: StudyRecord) -> str:
    """The trials of a study, the best first: what they reached and what was searched; in charts, their curves first."""
    chosen = list(record.searched)
    while len(text := _view(record, chosen)) > _LONGEST_TAG and chosen:
        chosen.pop()
    return text


def _view(record: StudyRecord, params: Sequence[str]) -> str:
    by_study = f" and tags.study_name = '{record.study_name}'" if "'" not in record.study_name else ""
    objective = record.tags.get("metric")
    reached = "value" if objective is None else named(best_of(objective))
    # What it reached first, then what was searched: of a window of 1,400 pixels the UI leaves the half to columns.
    columns = [
        *(f"metrics.`{name}`" for name in (reached, "best_epoch")),
        *(f"params.`{named(name)}`" for name in params),
        *(f"tags.`{name}`" for name in ("state", "verdict")),
    ]
    view: dict[str, Any] = {
        "searchFilter": f"tags.role = 'trial'{by_study}",
        "orderByKey": "metrics.`value`",
        "orderByAsc": record.tags.get("direction") == "minimize",
        "selectedColumns": columns,
        # By itself the UI sorts sections by name, so that the layers' health would come before the curves.
        "compareRunCharts": [],
        "compareRunSections": [
            {"uuid": "curves", "name": "Model metrics", "display": True, "isReordered": False, "deleted": False,
             "isGenerated": True}
        ],
        "isAccordionReordered": True,
    }  # fmt: skip
    return json.dumps(view)
