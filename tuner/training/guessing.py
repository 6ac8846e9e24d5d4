"""What guessing comes to: the figure that any network has to beat.

Owns: the guess - for every row the training rows' shares of classes, or the mean of their targets - and its figure by
any metric that Keras knows by name.
Leaves to others: the metrics (networks.catalogue), who is held to it (health, studies.champion).
"""

import keras
import numpy as np

from tuner.data.dataset import Dataset
from tuner.data.views import of_target, target_of
from tuner.spec.metrics import METRICS, key
from tuner.training.networks import catalogue


def guess(metric: str, dataset: Dataset) -> float | None:
    """The guess on the validation rows, by a metric of them such as ``val_auc``; of folds, their mean.

    None for streams, and for a metric that is not known by name: a loss, which a configuration chooses, and figures of
    a person's code.
    """
    if dataset.info.streamed:
        # It would take all of their labels.
        return None
    if dataset.info.targets:
        found = target_of(metric, dataset.info)
        return None if found is None else guess(f"val_{found.metric}", of_target(dataset, found.name))
    name = key(metric.removeprefix("val_"))
    if not metric.startswith("val_") or name not in METRICS[dataset.info.task]:
        return None
    if dataset.folds:
        every = [guess(metric, each) for each in dataset.folds]
        known = [each for each in every if each is not None]
        return float(np.mean(known)) if len(known) == len(every) else None
    info, train, rows = dataset.info, dataset.train, dataset.validation
    if info.task == "regression":
        targets = train.y.reshape(len(train), -1)
        one, classes = targets.mean(axis=0, dtype=np.float64), None
    else:
        counts = np.bincount(train.y.astype(np.intp), minlength=info.outputs)
        one, classes = counts / counts.sum(), info.outputs
    measure = (
        catalogue.accuracy(False, False, False)
        if name == "accuracy"
        else catalogue.metric(name, classes, one_hot=False, logits=False)
    )
    given = np.tile(one.astype(np.float32), (len(rows), 1))
    measure.update_state(rows.y if classes else rows.y.reshape(len(rows), -1), given)
    value = float(np.asarray(keras.ops.convert_to_numpy(measure.result())).mean())
    return value if np.isfinite(value) else None
