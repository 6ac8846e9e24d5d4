"""What is logged of a run, in as few requests as MLflow's limits allow.

Owns: the size of a request, and that one entity that is refused takes no other with it.
Leaves to others: which entities (mlflow_recorder), their names (mlflow_names).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import (
    MAX_BATCH_LOG_REQUEST_SIZE,
    MAX_ENTITIES_PER_BATCH,
    MAX_METRICS_PER_BATCH,
    MAX_PARAMS_TAGS_PER_BATCH,
)

from tuner.tracking.mlflow_service import in_a_line, is_entitys_fault

Entity: TypeAlias = Metric | Param | RunTag

_MOST_OF = {Metric: MAX_METRICS_PER_BATCH, Param: MAX_PARAMS_TAGS_PER_BATCH, RunTag: MAX_PARAMS_TAGS_PER_BATCH}
_WORDS = {Metric: "metric", Param: "parameter", RunTag: "tag"}
# What surrounds a key and a value in a request: braces, names of fields, times, ids.
_AROUND = 250
_MOST_BYTES = MAX_BATCH_LOG_REQUEST_SIZE - 10_000


def log(client: MlflowClient, run_id: str, entities: Sequence[Entity]) -> list[str]:
    """Log them, in their order; gives what MLflow refused, each with its reason."""
    return [each for batch in batches(entities) for each in _send(client, run_id, batch, whole=True)]


def batches(entities: Sequence[Entity]) -> Iterator[list[Entity]]:
    """Cut into what one request may hold."""
    batch: list[Entity] = []
    counts: Counter[type] = Counter()
    size = 0
    for each in entities:
        more = _size(each)
        full = len(batch) == MAX_ENTITIES_PER_BATCH or counts[type(each)] == _MOST_OF[type(each)]
        if batch and (full or size + more > _MOST_BYTES):
            yield batch
            batch, counts, size = [], Counter(), 0
        batch.append(each)
        counts[type(each)] += 1
        size += more
    if batch:
        yield batch


def _size(each: Entity) -> int:
    """Bytes in a request: JSON writes what is not ASCII as six or twelve."""
    return len(json.dumps([each.key, str(each.value)])) + _AROUND


def _send(client: MlflowClient, run_id: str, batch: list[Entity], whole: bool) -> list[str]:
    kinds: dict[type, list[Any]] = {kind: [each for each in batch if type(each) is kind] for kind in _MOST_OF}
    try:
        client.log_batch(run_id, kinds[Metric], kinds[Param], kinds[RunTag], synchronous=True)
    except MlflowException as error:
        # Of a run that is gone or in the trash every part would be refused; that is for the caller to mend.
        if not is_entitys_fault(error) or (whole and client.get_run(run_id).info.lifecycle_stage != "active"):
            raise
        if len(batch) == 1:
            return [f"{_WORDS[type(batch[0])]} {batch[0].key}: {in_a_line(error)}"]
        half = len(batch) // 2
        return [*_send(client, run_id, batch[:half], False), *_send(client, run_id, batch[half:], False)]
    return []
