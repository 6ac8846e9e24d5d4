"""What is logged of a record: the parameters, points and tags that its run has not yet.

Leaves to others: what a record comes to (mlflow_mapping), in how few requests it is sent (mlflow_batches).
"""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence

from mlflow.entities import Metric, Param, RunTag

from tuner.tracking import mlflow_mapping
from tuner.tracking.mlflow_batches import Entity
from tuner.tracking.mlflow_mapping import Figure
from tuner.tracking.mlflow_names import MOST_PARAM, MOST_TAG, fitting, named
from tuner.tracking.mlflow_runs import RunState


def missing(
    run: RunState, figures: Iterable[Figure], params: Mapping[str, str], tags: Mapping[str, str]
) -> list[Entity]:
    """In the order in which they are sent: the tags come last, so the cursor among them never runs ahead."""
    shown_params = {named(key): fitting(each, MOST_PARAM) for key, each in params.items()}
    shown_tags = {named(key): fitting(each, MOST_TAG) for key, each in tags.items()}
    return [
        *(Param(key, each) for key, each in shown_params.items() if key not in run.params),
        *(
            Metric(mlflow_mapping.shown(each), each.value, each.at_ms, each.step, model_id=run.model_id)
            for each in figures
            # A figure of an epoch is new; any other may be there already.
            if each.step or not _same(run.metrics.get(mlflow_mapping.shown(each)), each.value)
        ),
        *(RunTag(key, each) for key, each in shown_tags.items() if run.tags.get(key) != each),
    ]


def note(run: RunState, entities: Sequence[Entity]) -> None:
    """The run has them now."""
    for each in entities:
        if isinstance(each, Metric):
            run.metrics[each.key] = each.value
        elif isinstance(each, Param):
            run.params[each.key] = each.value
        else:
            run.tags[each.key] = each.value


def _same(known: float | None, new: float) -> bool:
    """Whether MLflow has this figure already: it keeps the largest number for infinity."""
    most = sys.float_info.max
    return known is not None and (
        min(max(known, -most), most) == min(max(new, -most), most) or (math.isnan(known) and math.isnan(new))
    )
