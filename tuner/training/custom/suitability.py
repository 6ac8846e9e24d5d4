"""Whether a network of a person's own suits the data: its rows, its targets, and what its outputs are.

Owns: the words for a network that does not, and for one whose outputs say nothing about the test rows.
Leaves to others: when to ask (python_network), scoring (studies).
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from tuner.data.dataset import DataInfo, Dataset
from tuner.errors import TrialFailed
from tuner.training.custom.python_export import takes_other_rows
from tuner.training.labels import targets
from tuner.training.networks.models import evaluate
from tuner.training.plan import Metrics

_STEPS = ("train_step", "test_step", "compute_loss")
_OF_NUMBERS = ("mean_squared", "mean_absolute", "mse", "mae", "mape", "msle", "huber", "log_cosh", "logcosh", "cosine")
_COMPARED: Mapping[str, Mapping[str, str]] = {
    "classification": {
        f"val_{name}": "accuracy"
        for name in ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy")
    },
    "regression": {
        "val_mae": "mae", "val_mean_absolute_error": "mae", "val_mse": "loss", "val_mean_squared_error": "loss",
    },
}  # fmt: skip
"""What a network's own metrics are called here."""
_SAME = 0.01


def check_model(model: Any, rows: Dataset) -> None:
    """Call it on a row, which makes its weights where they are not there yet. Raises TrialFailed, or Keras' error."""
    info = rows.info
    row = f"a row of {info.name} is one array of shape {info.input_shape}"
    if _count(model, "inputs") > 1:
        raise TrialFailed(
            f"the model has {_count(model, 'inputs')} inputs, and {row}. Take it apart inside the model, or give the "
            "HyperModel a fit of its own."
        )
    outputs = model(rows.train.x[:1], training=False)
    if _trains_its_own_way(model):
        return
    what, wanted = ("classes" if info.task == "classification" else "targets"), info.outputs
    if not hasattr(outputs, "shape"):
        raise TrialFailed(
            f"the model has {len(outputs)} outputs, and a row of {info.name} has the targets of one. Leave one, or "
            "give the HyperModel a fit of its own, which makes what the others learn."
        )
    allowed = {wanted, 1 if wanted <= 2 else wanted}
    if len(outputs.shape) == 2 and outputs.shape[1] not in allowed:
        raise TrialFailed(f"the model has {outputs.shape[1]} outputs, and there are {wanted} {what}")


def check_loss(model: Any, rows: Dataset) -> None:
    """Compute its loss and metrics of a few rows. Raises whatever Keras does."""
    if _trains_its_own_way(model):
        return
    x, y = rows.train.x[:8], targets(rows.train.y[:8], rows.info, model)
    outputs = model(x, training=False)
    model.compute_loss(x=keras.ops.convert_to_tensor(x), y=keras.ops.convert_to_tensor(y), y_pred=outputs)


def _trains_its_own_way(model: Any) -> bool:
    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in _STEPS)


def _count(model: Any, what: str) -> int:
    return len(getattr(model, what, None) or [0])


def why_not_scored(model: Any, for_use: Callable[[], Any], dataset: Dataset, best: Metrics, fits_itself: bool) -> str:
    """Why the outputs of a trained network are not what the data's targets are; nothing where they are.

    model: as it was built. for_use: makes the one that takes raw rows. best: its own metrics in its best epoch.
    fits_itself: on which rows and targets its code trained it is not known, and seen by what it answers for the
    validation rows.
    """
    info = dataset.info
    for what in ("inputs", "outputs"):
        if _count(model, what) > 1:
            return f"the network has {_count(model, what)} {what}"
    if takes_other_rows(model, info.input_shape):
        shape = tuple(model.inputs[0].shape[1:])
        return f"its fit gives it rows of shape {shape}, and those of {info.name} have {info.input_shape}"
    if getattr(model, "outputs", None) and not fits_itself:
        # The graph says it, and nothing has to be compiled for it.
        return _why_no_scores(model.outputs[0], info)
    try:
        takes_rows = for_use()
        why = _why_no_scores(takes_rows(dataset.validation.x[:2], training=False), info)
        return why or (_said_otherwise(model, takes_rows, dataset, best) if fits_itself else "")
    except Exception as error:
        # Such as code that runs eagerly alone. What has been trained is not lost for it.
        words = " ".join(str(error).split())[:200]
        return f"no model for use can be made of the network ({type(error).__name__}: {words})"


def _why_no_scores(outputs: Any, info: DataInfo) -> str:
    wanted = {info.outputs, 1} if info.task == "classification" and info.outputs == 2 else {info.outputs}
    if hasattr(outputs, "shape") and len(outputs.shape) == 2 and outputs.shape[1] in wanted:
        return ""
    given = f"of shape {tuple(outputs.shape[1:])}" if hasattr(outputs, "shape") else "several arrays"
    what = "scores of classes" if info.task == "classification" else "the targets"
    return f"the outputs are not {what} ({given})"


def _said_otherwise(model: Any, takes_rows: Any, dataset: Dataset, best: Metrics) -> str:
    """What a fit measures has to be what the validation rows say, or it measures something else."""
    task = dataset.info.task
    watched = next((name for name in _COMPARED[task] if name in best), None)
    if watched is None:
        of_numbers = any(each in _name(getattr(model, "loss", None)) for each in _OF_NUMBERS)
        return (
            "the outputs are not scores of classes (by their loss)" if of_numbers and task == "classification" else ""
        )
    own = best[watched]
    ours = evaluate(takes_rows, dataset.validation, dataset.info)[_COMPARED[task][watched]]
    if abs(own - ours) <= _SAME * max(1.0, abs(own)) + 1 / len(dataset.validation):
        return ""
    return f"its fit changes rows or targets: {watched} is {own:.4g} to it, and {ours:.4g} on the rows as they are"


def _name(loss: Any) -> str:
    text = (
        loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)
    )
    return str(text).lower()
