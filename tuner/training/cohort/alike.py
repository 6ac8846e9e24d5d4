"""Keras models whose graphs are the same but for numbers: what makes them members of one cohort.

Owns: the description by which two of them are told to be alike, and why one can be like nobody; the network as the
program of a cohort takes it.
Leaves to others: the program (alike_program), a member (alike_kind), the graph's description (graph_signature), what is
an argument of it (steps_jax, evaluation_jax).

It does not matter who made a model, a family or a person's code: Keras' own layers, losses, metrics and optimizers are
known by what they hold. A class or a function of one's own in the graph is known to nobody, and that network is trained
by itself, as is one whose epochs cannot be compiled.
"""

import json
from hashlib import sha256
from typing import Any

import keras

from tuner.data.dataset import Dataset
from tuner.training import keras_internals
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.port import Likeness, ModelEntry
from tuner.training.compiled import compiled_metrics, device_rows
from tuner.training.compiled.batch_sources import fits_device
from tuner.training.compiled.epoch_jax import JaxTensors
from tuner.training.compiled.evaluation_jax import Evaluation
from tuner.training.compiled.steps_jax import Steps, is_filled_up
from tuner.training.health import measures_jax
from tuner.training.plan import TrainPlan

_MATRICES = tuple(
    getattr(keras.layers, name)
    for name in (
        "Activation", "Add", "AlphaDropout", "Average", "BatchNormalization", "Concatenate", "Dense", "Dropout", "ELU",
        "Flatten", "GaussianDropout", "GaussianNoise", "InputLayer", "LayerNormalization", "LeakyReLU", "Maximum",
        "Multiply", "Normalization", "PReLU", "ReLU", "Rescaling", "Reshape", "Softmax", "Subtract",
        "UnitNormalization",
    )
)  # fmt: skip
"""Of these a network is little but products of matrices, and those of many networks are one larger product."""


class Graph:
    """One network as the program of a cohort takes it."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        """model: its epochs can be compiled (`why_not`)."""
        self.model = model
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        rows = len(dataset.train)
        self.batch_size = min(plan.batch_size or rows, rows)
        self.evaluation = Evaluation(model, dataset, self.batch_size, measures_jax.inside(model, dataset))
        self.watched = self.evaluation.watched
        filled_up = is_filled_up(model, self.watched, rows, self.batch_size)
        self.steps = Steps(model, self.watched, None if dataset.info.weighted else plan.class_weights, filled_up)

    def likeness(self, dataset: Dataset) -> Likeness | None:
        """None where nobody can tell what is like it."""
        shapes = self.steps.shape("a cohort's"), self.evaluation.shape()
        if None in shapes or not self._all_known():
            return None
        before, _ = device_rows.split(self.model) or ([], [])
        return Likeness(
            graph=_digest(json.dumps(shapes)),
            rows=_digest(repr(device_rows.key_of(dataset, before))),
            batch_size=self.batch_size,
            one_after_the_other=one_after_the_other(self.model),
        )

    def _all_known(self) -> bool:
        """What training changes is all among the values that a step takes."""
        known = {id(each) for group in self.steps.variables[:2] for each in group}
        sized = all(None not in each.shape[1:] for each in self.model.outputs)
        return sized and all(id(each) in known for each in self.model.variables)


def model_entry(model: Any, dataset: Dataset, plan: TrainPlan, resume: Checkpoint | None = None) -> ModelEntry | None:
    """A compiled model as a member of a cohort; None where it is trained by itself.

    dataset: its rows as the model takes them. plan: with its own batch size and epochs.
    """
    if why_not(model, dataset, plan) is not None:
        return None
    graph = Graph(model, dataset, plan)
    likeness = graph.likeness(dataset)
    return None if likeness is None else ModelEntry(model, dataset, plan, likeness, graph, resume)


def why_not(model: Any, dataset: Dataset, plan: TrainPlan) -> str | None:
    """Why this model's epochs can be no part of another program; None where they may."""
    if plan.path == "fit":
        return "asked for"
    if dataset.info.on_disk:
        return "the rows are on disk"
    if dataset.info.weighted and plan.class_weights is not None:
        return "rows and their classes have weights"
    why = compiled_metrics.why_not(model, dataset)
    if why is not None:
        return why
    before, _ = device_rows.split(model) or ([], [])
    if not fits_device(JaxTensors(), device_rows.ready(dataset, before)):
        return "the rows would fill more than half of the device's memory"
    return None


def one_after_the_other(model: Any) -> bool:
    """How a program trains its members: each in turn (`jax.lax.map`), or side by side (`jax.vmap`).

    Side by side the products of matrices of all members are one. Convolutions of several networks, each with kernels of
    its own, are convolutions by groups, and steps of recurrent layers are small either way: they gain nothing, and a
    GPU's own recurrent programs cannot be had side by side. `python -m benchmarks.cohort --alike` measures both; on a
    GPU neither is measured yet.
    """
    layers = [each for each in keras_internals.all_layers(model) if not isinstance(each, keras.Model)]
    return not all(type(each) in _MATRICES for each in layers)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
