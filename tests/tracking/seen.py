"""All that MLflow has of an experiment, to compare two of them."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from tuner.tracking import mlflow_mapping


def everything(client: MlflowClient, experiment: str) -> dict[str, Any]:
    """All that MLflow has of an experiment, but ids and the times of the delivery itself: runs under their names."""
    experiment_id = client.get_experiment_by_name(experiment).experiment_id
    runs = client.search_runs([experiment_id])
    names = {run.info.run_id: run.info.run_name for run in runs}
    models = client.search_logged_models([experiment_id])
    seen: dict[str, Any] = {
        "runs": len(runs),
        "models": sorted((m.name, str(m.status), str(names.get(m.source_run_id))) for m in models),
    }
    for run in runs:
        tags = {key: names.get(value, value) for key, value in run.data.tags.items() if key != mlflow_mapping.CREATED}
        histories = {
            key: sorted((p.step, p.timestamp, p.value) for p in client.get_metric_history(run.info.run_id, key))
            for key in run.data.metrics
        }
        full = client.get_run(run.info.run_id)
        parent = names.get(run.data.tags.get("mlflow.parentRunId", ""))
        seen[f"{parent}/{run.info.run_name}" if parent else run.info.run_name] = {
            "params": run.data.params,
            "tags": tags,
            "histories": histories,
            "info": (run.info.status, run.info.start_time, run.info.end_time),
            "models": len(full.outputs.model_outputs),
            "datasets": [each.dataset.digest for each in full.inputs.dataset_inputs],
            "files": files_of(client, run.info.run_id),
        }
    return seen


def files_of(client: MlflowClient, run_id: str) -> dict[str, str]:
    """A run's artifacts, and a digest of each."""
    with tempfile.TemporaryDirectory() as folder:
        client.download_artifacts(run_id, "", folder)
        paths = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
