"""A member's weights and what its optimizer keeps, as Keras orders them: what a checkpoint holds.

Owns: the order, first weights, and the way to the padded arrays and back.
Leaves to others: the padded arrays (state), bytes (checkpoint).

Keras' own model of the same configuration is the measure: `tests/training/cohort` compares every array.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.preprocessing import Preprocessing
from tuner.spec.families import MlpConfig
from tuner.training.checkpoint import Arrays
from tuner.training.cohort.bucket import Bucket, optimizer_word
from tuner.training.cohort.optimizers import ACCUMULATOR, SLOTS
from tuner.training.cohort.seeds import Seeds
from tuner.training.cohort.state import Trained, moving_zeros, trained_zeros, vector_rows
from tuner.training.networks import catalogue
from tuner.training.networks.host_weights import first_values

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class _Place:
    """Where a variable lies. kind: kernel, vector, bias, moving, seed, whiten. at: which one. size: what is its."""

    kind: str
    at: int
    size: tuple[int, ...]
    fill: float = 0.0

    @property
    def is_trained(self) -> bool:
        return self.kind in ("kernel", "vector", "bias")


class KerasOrder:
    """The variables of one configuration's network."""

    def __init__(self, config: MlpConfig, bucket: Bucket, preprocessing: Preprocessing, seeds: Seeds) -> None:
        self._config, self._bucket, self._seeds = config, bucket, seeds
        self._whiten = preprocessing.matrix
        self._places = list(_places(config, bucket))
        self._trained = [each for each in self._places if each.is_trained]

    def first(self) -> tuple[Trained, Any]:
        """What is trained and moving statistics, before the first step."""
        trained, moving, seeds = trained_zeros(self._bucket), moving_zeros(self._bucket), iter(self._seeds.kernels)
        for place in self._places:
            if place.kind == "kernel":
                drawing = catalogue.initializer(self._config.initializer, next(seeds))
                drawn = first_values(drawing, place.size)
                _write(trained, moving, place, drawing(place.size) if drawn is None else drawn)
            else:
                _write(trained, moving, place, place.fill)
        return trained, moving

    def padded(self, weights: Sequence[Any]) -> tuple[Trained, Any]:
        """weights: every variable of the model; what is neither trained nor a moving statistic is not looked at."""
        trained, moving = trained_zeros(self._bucket), moving_zeros(self._bucket)
        for place, value in zip(self._places, weights, strict=True):
            _write(trained, moving, place, value)
        return trained, moving

    def weights(self, padded: tuple[Trained, Any], steps: int) -> Arrays:
        """Every variable of the model after so many steps; generators of dropout have moved on by one a step.

        padded: what is trained, and moving statistics.
        """
        return tuple(self._variable(place, *padded, steps) for place in self._places)

    def _variable(self, place: _Place, trained: Trained, moving: Any, steps: int) -> Any:
        if place.kind == "whiten":
            return self._whiten
        if place.kind == "seed":
            seed = self._seeds.dropouts[place.at - 1] if place.at else self._seeds.input_dropout
            return np.array([seed, steps], np.uint32)
        return _read(trained, moving, place)

    def first_kept(self) -> tuple[Trained, Trained]:
        """What an optimizer keeps, before the first step."""
        adagrad = self._config.optimizer.name == "adagrad"
        return trained_zeros(self._bucket), trained_zeros(self._bucket, ACCUMULATOR if adagrad else 0.0)

    def padded_kept(self, optimizer: Sequence[Any]) -> tuple[tuple[Trained, Trained], int, float]:
        """optimizer: every variable of Keras' own. Gives what it keeps, the steps done, and nadam's product."""
        kept, slots = self.first_kept(), self._slots
        left = list(optimizer[1 if self._scheduled else 2 :])
        for place in self._trained:
            for slot in slots:
                _write(kept[slot], None, place, left.pop(0))
        return kept, int(optimizer[0]), float(left[0]) if left else 1.0

    def optimizer(self, kept: Sequence[Trained | None], steps: int, product: float) -> Arrays:
        """Every variable of Keras' optimizer."""
        rate = [] if self._scheduled else [np.float32(self._config.optimizer.learning_rate)]
        found: list[Any] = [np.int32(steps), *rate]
        for place in self._trained:
            for slot in self._slots:
                arrays = kept[slot]
                assert arrays is not None
                found.append(_read(arrays, None, place))
        return (*map(np.asarray, found), *([np.asarray(product, np.float32)] if self._has_product else []))

    @property
    def _slots(self) -> tuple[int, ...]:
        return SLOTS[optimizer_word(self._config)]

    @property
    def _scheduled(self) -> bool:
        return self._config.optimizer.schedule != "constant"

    @property
    def _has_product(self) -> bool:
        return self._config.optimizer.name == "nadam"


def _places(config: MlpConfig, bucket: Bucket) -> Any:
    at = vector_rows(bucket.reach)
    depth, inputs = bucket.reach.depth, bucket.features
    if config.normalization == "whiten":
        yield _Place("whiten", 0, (inputs, inputs))
    if config.input_dropout:
        yield _Place("seed", 0, (2,))
    for i, layer in enumerate(config.layers):
        units = (layer.units,)
        yield _Place("kernel", i, (inputs, layer.units))
        yield _Place("vector", i, units)
        if layer.batch_normalization:
            yield _Place("vector", at.gammas + i, units, fill=1.0)
            yield _Place("vector", at.betas + i, units)
            yield _Place("moving", i, units)
            yield _Place("moving", depth + i, units, fill=1.0)
        if layer.activation.name == "prelu":
            yield _Place("vector", at.slopes + i, units)
        if layer.dropout:
            yield _Place("seed", i + 1, (2,))
        inputs = layer.units
    yield _Place("kernel", depth, (inputs, bucket.outputs))
    yield _Place("bias", 0, (bucket.outputs,))


def _array(trained: Trained, moving: Any, place: _Place) -> Any:
    return {"kernel": lambda: trained.kernels[place.at], "vector": lambda: trained.vectors[place.at],
            "bias": lambda: trained.bias, "moving": lambda: moving[place.at]}[place.kind]()  # fmt: skip


def _write(trained: Trained, moving: Any, place: _Place, value: Any) -> None:
    if place.kind not in ("seed", "whiten"):
        _array(trained, moving, place)[tuple(map(slice, place.size))] = value


def _read(trained: Trained, moving: Any, place: _Place) -> Any:
    return np.array(_array(trained, moving, place)[tuple(map(slice, place.size))])
