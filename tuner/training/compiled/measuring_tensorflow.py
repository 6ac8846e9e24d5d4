"""What a batch comes to, TensorFlow: its loss, and the sums of its metrics.

Owns: the loss of each row, where Keras' own sum is nothing but their mean.
Leaves to others: the rows (batch_sources), the steps (epoch_tensorflow), which metrics are sums (compiled_metrics).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from tuner.training import keras_internals
from tuner.training.compiled.compiled_metrics import (
    Watched,
    each_loss,
    gives_one_a_row,
    of_output,
    sum_of_losses,
    told,
    weighed,
)
from tuner.training.compiled.row_targets import Targets
from tuner.training.keras_internals import OfOutput


@dataclass(frozen=True)
class Losses:
    """Of a batch. parts: the loss of each row and then the penalties; or Keras' own sum of all, one number.

    of_rows: which of the two. told: of each output that is told of, by row or as a number.
    """

    parts: Sequence[Any]
    of_rows: bool
    told: Sequence[Any]

    def summed(self, rows: Any) -> list[Any]:
        """Over a batch's rows: of all, penalties included, and of each output that is told of."""
        loss, *penalties = self.parts
        if not self.of_rows:
            return [tf.cast(each, tf.float32) * rows for each in (loss, *self.told)]
        summed = tf.reduce_sum(loss)
        whole = summed + tf.add_n(penalties) * rows if penalties else summed
        return [whole, *map(tf.reduce_sum, self.told)]


class Measuring:
    """The losses and metrics of one model; inside graphs, and outside where it is a chain of Keras' layers."""

    def __init__(self, model: Any, watched: Watched) -> None:
        """model: its losses and metrics have been made."""
        self._model, self._watched = model, watched
        self._by_row = _by_row(model)
        self._softmax = keras_internals.ends_in_softmax(model)

    def losses(self, x: Any, targets: Targets, outputs: Any, training: bool, weights: Any | None) -> Losses:
        """weights: how much each row counts; None is 1."""
        values = [_values_of(each, targets, outputs) for each in self._by_row]
        if values and all(each is not None for each in values):
            values = [each if weights is None else each * weights for each in values]
            first, *others = weighed(self._by_row, values)
            parts = [sum(others, start=first), *keras_internals.further_losses(self._model)]
            return Losses(parts, True, told(self._watched, values))
        if self._watched.losses:
            values = each_loss(self._watched, targets, outputs, weights)
            whole = sum_of_losses(self._watched, values, keras_internals.further_losses(self._model))
            return Losses([whole], False, told(self._watched, values))
        loss = self._model.compute_loss(x=x, y=targets.y, y_pred=outputs, sample_weight=weights, training=training)
        return Losses([loss], False, ())

    def measure(self, losses: Sequence[Any], targets: Targets, outputs: Any) -> Any:
        """Sums over the rows of a batch: the losses, then each metric that is a mean."""
        parts = [*losses]
        for each in self._watched.means:
            values = self._values(each.what, targets.of(each.at), of_output(outputs, each.at))
            parts.append(tf.reduce_sum(tf.cast(values, tf.float32)))
        for each in self._watched.others:
            weights = targets.weights if each.weighs_rows else None
            each.what.update_state(targets.of(each.at), of_output(outputs, each.at), sample_weight=weights)
        return tf.stack(parts)

    def _values(self, metric: Any, y: Any, outputs: Any) -> Any:
        """A metric of each row.

        Accuracy is read from the logits where there are some, since the loss is too, and without Keras' care for
        negative zeros: together a tenth of a small step.
        """
        sparse = type(metric) is keras.metrics.SparseCategoricalAccuracy and len(y.shape) == 1
        if not sparse and type(metric) is not keras.metrics.CategoricalAccuracy:
            return _of_rows(keras_internals.values_of(metric, y, outputs))
        if tf.executing_eagerly():
            # Nothing says there what made them. Keras keeps logits with them, but those of a sigmoid too.
            outputs = keras_internals.logits_of(outputs) if self._softmax else outputs
        elif outputs.op.type == "Softmax":
            outputs = outputs.op.inputs[0]
        return tf.equal(tf.argmax(outputs, axis=-1), tf.cast(y, tf.int64) if sparse else tf.argmax(y, axis=-1))


def _by_row(model: Any) -> list[OfOutput]:
    """The model's losses, where each is the mean of rows' losses and nothing but a sum of them is trained."""
    losses, optimizer = keras_internals.losses_by_output(model), model.optimizer
    one_weighed = len(losses) == 1 and keras_internals.weighs_losses(model)
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or optimizer.loss_scale_factor
    return losses if not one_weighed and not scaled and all(_is_plain(each.what) for each in losses) else []


def _is_plain(loss: Any) -> bool:
    return (
        isinstance(loss, keras.losses.Loss)
        and type(loss).__call__ is keras.losses.Loss.__call__
        and keras_internals.is_kerass(loss)
        and gives_one_a_row(getattr(loss, "fn", None), loss)
        and loss.reduction == "sum_over_batch_size"
        and loss.dtype == "float32"
    )


def _values_of(loss: OfOutput, targets: Targets, outputs: Any) -> Any | None:
    """A number a row; None where it is none in float32, and Keras' own reduction is taken."""
    y, given = targets.of(loss.at), of_output(outputs, loss.at)
    values = loss.what.call(y if y.dtype.is_integer else tf.cast(y, tf.float32), given)
    masked = any(keras_internals.mask_of(each) is not None for each in (values, given))
    return values if values.shape.rank == 1 and values.dtype == given.dtype == tf.float32 and not masked else None


def _of_rows(values: Any) -> Any:
    """One value a row; of several, as Keras does, the mean."""
    return tf.reduce_mean(values, axis=list(range(1, values.shape.rank))) if values.shape.rank > 1 else values
