"""New runs that have ended, written into MLflow's own database many at a time, each whole.

MLflow's interface takes a run in a dozen calls, each a transaction of its own, and makes an object of every point of
every metric: 60 ms of a processor for a trial. A cohort ends as many in a second as that takes them.

Owns: that the rows are those that MLflow's interface writes of the same runs, and that all of them are there or none.
Leaves to others: what is in a run (mlflow_recorder, mlflow_mapping), MLflow's own names of its tables
(mlflow_internals), files (mlflow_recorder, mlflow_models), whatever is not new (mlflow_runs).
"""

import math
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow.entities import LoggedModelStatus, Metric, Param, RunTag

from tuner.tracking.mlflow_batches import Entity
from tuner.tracking.mlflow_internals import Rows
from tuner.tracking.recorder import TrialRecord

_LARGEST = 1.7976931348623157e308


@dataclass(frozen=True)
class NewModel:
    """model_id, location: of its files, which are there. params, tags: its own. step: of the run at which it was."""

    model_id: str
    location: str
    params: dict[str, str]
    tags: dict[str, str]
    step: int


@dataclass(frozen=True)
class NewRun:
    """A run that has ended. dataset: its name and digest, where it is known what was learnt from."""

    run_id: str
    experiment_id: str
    name: str
    user: str
    artifacts: str
    status: str
    started_ms: int
    ended_ms: int | None
    entities: Sequence[Entity]
    dataset: tuple[str, str] | None
    model: NewModel | None


def id_of(parent_run_id: str, record: TrialRecord, what: str = "run") -> str:
    """The same whenever it is asked: a delivery that was cut off is repeated under it."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{parent_run_id}/{record.identity}/{what}").hex


def known(store: Any, parent_run_id: str, numbers: Iterable[int]) -> set[int]:
    """The trials, of these numbers, that have a run under a study's, whatever became of it."""
    rows = Rows()
    with store.ManagedSessionMaker(read_only=True) as session:
        of_study = session.query(rows.tag.run_uuid).filter(
            rows.tag.key == "mlflow.parentRunId", rows.tag.value == parent_run_id
        )
        wanted = [str(number) for number in numbers]
        found = session.query(rows.tag.value).filter(
            rows.tag.key == "trial_number", rows.tag.value.in_(wanted), rows.tag.run_uuid.in_(of_study)
        )
        return {int(value) for (value,) in found}


def insert(store: Any, runs: Sequence[NewRun]) -> None:
    """Write all of them, or none. Raises what the database raises, as where one of them is there already."""
    made: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = Rows()
    with store.ManagedSessionMaker(read_only=False) as session:
        datasets = _datasets(session, rows, runs, made)
        for run in runs:
            _run(run, made)
            _figures(run, made)
            if run.dataset is not None:
                _input(run, datasets[run.experiment_id, *run.dataset], made)
            if run.model is not None:
                _model(run, run.model, made)
        for name in rows.in_order:
            if made[name]:
                # Not through the mapper, which looks at every value of every row.
                session.execute(getattr(rows, name).__table__.insert(), made[name])


def _run(run: NewRun, made: dict[str, list[dict[str, Any]]]) -> None:
    made["run"].append(
        {
            "run_uuid": run.run_id,
            "experiment_id": int(run.experiment_id),
            "name": run.name,
            "artifact_uri": run.artifacts,
            "source_type": "UNKNOWN",
            "source_name": "",
            "entry_point_name": "",
            "source_version": "",
            "user_id": run.user,
            "status": run.status,
            "start_time": run.started_ms,
            "end_time": run.ended_ms,
            "lifecycle_stage": "active",
        }
    )
    for each in run.entities:
        if isinstance(each, RunTag):
            made["tag"].append({"run_uuid": run.run_id, "key": each.key, "value": each.value})
        elif isinstance(each, Param):
            made["param"].append({"run_uuid": run.run_id, "key": each.key, "value": each.value})


def _figures(run: NewRun, made: dict[str, list[dict[str, Any]]]) -> None:
    latest: dict[str, dict[str, Any]] = {}
    seen = set()
    for each in run.entities:
        if not isinstance(each, Metric):
            continue
        is_nan, value = _stored(each.value)
        point = {"key": each.key, "value": value, "timestamp": each.timestamp, "step": each.step, "is_nan": is_nan}
        if (key := tuple(point.values())) in seen:
            continue
        seen.add(key)
        row = {"run_uuid": run.run_id, **point}
        made["metric"].append(row)
        before = latest.get(each.key)
        if before is None or _age(before) < _age(row):
            latest[each.key] = row
        if run.model is not None:
            made["model_metric"].append(
                {
                    "model_id": run.model.model_id,
                    "metric_name": each.key,
                    "metric_timestamp_ms": each.timestamp,
                    "metric_step": each.step,
                    "metric_value": value,
                    "experiment_id": int(run.experiment_id),
                    "run_id": run.run_id,
                }
            )
    made["latest_metric"] += latest.values()


def _age(point: dict[str, Any]) -> tuple[int, int, float]:
    return point["step"], point["timestamp"], point["value"]


def _stored(value: float) -> tuple[bool, float]:
    """As MLflow keeps a figure: what is no number is marked, and infinity is the largest number."""
    if math.isnan(value):
        return True, 0.0
    return False, max(-_LARGEST, min(_LARGEST, value))


def _datasets(
    session: Any, rows: Rows, runs: Sequence[NewRun], made: dict[str, list[dict[str, Any]]]
) -> dict[tuple[str, str, str], str]:
    """The ids of data sets by experiment, name and digest; those that are new are made."""
    found: dict[tuple[str, str, str], str] = {}
    for run in runs:
        if run.dataset is None or (run.experiment_id, *run.dataset) in found:
            continue
        name, digest = run.dataset
        there = session.query(rows.dataset.dataset_uuid).filter(
            rows.dataset.experiment_id == int(run.experiment_id),
            rows.dataset.name == name,
            rows.dataset.digest == digest,
        )
        dataset_id = there.scalar()
        if dataset_id is None:
            dataset_id = uuid.uuid4().hex
            made["dataset"].append(
                {
                    "dataset_uuid": dataset_id,
                    "experiment_id": int(run.experiment_id),
                    "name": name,
                    "digest": digest,
                    "dataset_source_type": "tuner",
                    "dataset_source": name,
                }
            )
        found[run.experiment_id, name, digest] = dataset_id
    return found


def _input(run: NewRun, dataset_id: str, made: dict[str, list[dict[str, Any]]]) -> None:
    input_id = uuid.uuid4().hex
    made["input"].append(
        {
            "input_uuid": input_id,
            "source_type": "DATASET",
            "source_id": dataset_id,
            "destination_type": "RUN",
            "destination_id": run.run_id,
            "step": 0,
        }
    )
    made["input_tag"].append({"input_uuid": input_id, "name": "mlflow.data.context", "value": "training"})


def _model(run: NewRun, model: NewModel, made: dict[str, list[dict[str, Any]]]) -> None:
    now, of_model = round(time.time() * 1000), {"model_id": model.model_id, "experiment_id": int(run.experiment_id)}
    made["model"].append(
        {
            **of_model,
            "name": "model",
            "artifact_location": model.location,
            "creation_timestamp_ms": now,
            "last_updated_timestamp_ms": now,
            "status": LoggedModelStatus.READY.to_int(),
            "lifecycle_stage": "active",
            "model_type": "keras",
            "source_run_id": run.run_id,
        }
    )
    made["model_param"] += [{**of_model, "param_key": key, "param_value": value} for key, value in model.params.items()]
    made["model_tag"] += [{**of_model, "tag_key": key, "tag_value": value} for key, value in model.tags.items()]
    made["input"].append(
        {
            "input_uuid": uuid.uuid4().hex,
            "source_type": "RUN_OUTPUT",
            "source_id": run.run_id,
            "destination_type": "MODEL_OUTPUT",
            "destination_id": model.model_id,
            "step": model.step,
        }
    )
