"""Whether a network of a person's own suits the data: its rows, its targets, and what its outputs are.

Owns: the words for a network that does not, and for one whose outputs say nothing about the test rows.
Leaves to others: when to ask (python_network), scoring (studies).
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.fields import named_in_words
from tuner.data.records import for_keras, without_names
from tuner.errors import TrialFailed
from tuner.formatting import plural
from tuner.training.batch import fed
from tuner.training.by_target import NO_TARGET, by_target
from tuner.training.custom.python_export import takes_other_rows
from tuner.training.labels import targets, why_no_metric
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
    _check_inputs(model, info)
    outputs = model(for_keras(rows.train.x[:1]), training=False)
    if _trains_its_own_way(model):
        return
    if info.targets:
        _check_targets(model, outputs, info)
        return
    what, wanted = ("classes" if info.task == "classification" else "targets"), info.outputs
    if not hasattr(outputs, "shape"):
        raise TrialFailed(
            f"the model has {len(outputs)} outputs, and a row of {info.name} has the targets of one. Leave one, or "
            "give the HyperModel a fit of its own, which makes what the others learn."
        )
    allowed = {wanted, 1 if wanted <= 2 else wanted}
    # The first rows of a stream need not be of every class.
    more = info.streamed and info.task == "classification" and outputs.shape[-1] > wanted
    if len(outputs.shape) == 2 and outputs.shape[1] not in allowed and not more:
        raise TrialFailed(f"the model has {outputs.shape[1]} outputs, and there are {wanted} {what}")
    if (
        model.compiled
        and not info.streamed
        and (why := why_no_metric(targets(rows.train.y[:1], info, model), info, model))
    ):
        raise TrialFailed(why)


def check_loss(model: Any, rows: Dataset) -> None:
    """Compute its loss and metrics of a few rows. Raises whatever Keras does."""
    if _trains_its_own_way(model):
        return
    few = fed(rows.train.take(slice(8)), rows.info, model)
    x, y = (keras.tree.map_structure(keras.ops.convert_to_tensor, each) for each in few.tuple()[:2])
    model.compute_loss(x=x, y=y, y_pred=model(x, training=False))


def _check_inputs(model: Any, info: DataInfo) -> None:
    """As many inputs as a row has, by the same names. What has no graph is seen when it is called."""
    inputs = _count(model, "inputs")
    if not info.inputs and inputs > 1:
        raise TrialFailed(
            f"the model has {inputs} inputs, and a row of {info.name} is one array of shape {info.input_shape}. Give "
            "a dict of arrays for each row, take it apart inside the model, or give the HyperModel a fit of its own."
        )
    if not info.inputs or not getattr(model, "inputs", None):
        return
    texts = next((each.name for each in info.inputs if each.keras_type == "string"), "")
    if texts and keras.backend.backend() != "tensorflow":
        raise TrialFailed(
            f"the input {texts!r} holds texts, which TensorFlow's networks read: KERAS_BACKEND=tensorflow"
        )
    has = f"a row of {info.name} has {named_in_words(info.inputs, 'inputs')}"
    if inputs != len(info.inputs):
        raise TrialFailed(f"the model has {plural(inputs, 'input')}, and {has}. Give the model as many.")
    ours = [each.name for each in info.inputs]
    theirs = list(model.input) if isinstance(model.input, dict) else [each.name for each in model.inputs]
    if not without_names(ours) and set(ours) != set(theirs):
        raise TrialFailed(
            f"the inputs of the model are {', '.join(theirs)}, and {has}. Name them alike: keras.Input(..., "
            f"name={ours[0]!r})."
        )


def _check_targets(model: Any, outputs: Any, info: DataInfo) -> None:
    """As many outputs as a row has targets, by the same names."""
    has = f"a row of {info.name} has {named_in_words(info.targets, 'targets')}"
    count = len(keras.tree.flatten(outputs))
    if count != len(info.targets):
        raise TrialFailed(f"the model has {plural(count, 'output')}, and {has}. Give the model as many.")
    ours = [each.name for each in info.targets]
    theirs = list(outputs) if isinstance(outputs, dict) else list(getattr(model, "output_names", None) or ours)
    if not without_names(ours) and set(ours) != set(theirs):
        raise TrialFailed(
            f"the outputs of the model are {', '.join(theirs)}, and {has}. Name them alike: Dense(..., "
            f"name={ours[0]!r})."
        )


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
    for what, wanted in (("inputs", len(info.inputs) or 1), ("outputs", len(info.targets) or 1)):
        if _count(model, what) > wanted:
            return f"the network has {_count(model, what)} {what}"
    if info.targets:
        return _why_no_target_is_scored(for_use, dataset)
    if takes_other_rows(model, info):
        shape = tuple(model.inputs[0].shape[1:])
        return f"its fit gives it rows of shape {shape}, and those of {info.name} have {info.input_shape}"
    if getattr(model, "outputs", None) and not fits_itself:
        # The graph says it, and nothing has to be compiled for it.
        return _why_no_scores(model.outputs[0], info)
    try:
        takes_rows = for_use()
        why = _why_no_scores(takes_rows(for_keras(dataset.validation.x[:2]), training=False), info)
        if why or info.streamed:
            return why
        return _said_otherwise(model, takes_rows, dataset, best) if fits_itself else ""
    except Exception as error:
        return _no_model(error)


def _why_no_target_is_scored(for_use: Callable[[], Any], dataset: Dataset) -> str:
    try:
        takes_rows = for_use()
        given = takes_rows(for_keras(dataset.validation.x[:2]), training=False)
        outputs = keras.tree.map_structure(keras.ops.convert_to_numpy, given)
        return "" if by_target(takes_rows, outputs, dataset.info) else NO_TARGET
    except Exception as error:
        return _no_model(error)


def _no_model(error: Exception) -> str:
    """Such as code that runs eagerly alone. What has been trained is not lost for it."""
    words = " ".join(str(error).split())[:200]
    return f"no model for use can be made of the network ({type(error).__name__}: {words})"


def _why_no_scores(outputs: Any, info: DataInfo) -> str:
    wanted = {info.outputs, 1} if info.task == "classification" and info.outputs == 2 else {info.outputs}
    if info.streamed and info.task == "classification" and len(outputs.shape) == 2 and outputs.shape[1] > 1:
        # Of its classes only those of the first rows may be known.
        wanted.add(outputs.shape[1])
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
