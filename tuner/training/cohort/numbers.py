"""What a configuration is to its cohort: the numbers of a member.

Owns: each number and each choice by its place in the bucket's words, as arrays of shapes that all members share.
Leaves to others: what is computed with them (network, losses, optimizers), weights (state).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tuner.data.dataset import Array, DataInfo
from tuner.data.preprocessing import Preprocessing
from tuner.spec.families import MlpConfig
from tuner.training.cohort.bucket import Bucket, batch_rows, loss_word, optimizer_word
from tuner.training.cohort.seeds import Seeds
from tuner.training.networks.catalogue import steps_per_epoch


class Numbers(NamedTuple):
    """Of one member, or of all with a first axis more.

    units: of each hidden layer; 0 where the network has fewer layers. activation, loss, optimizer, schedule: which of
    the bucket's. argument: of an activation, a slope or an alpha. drop_seeds: the input's, then each layer's.
    rest_1, rest_2: 1 less the beta, as computed in float64. offset, scale: of an input. target_*: of an output.
    class_weights: one a class; none of a regression.
    """

    units: Any
    activation: Any
    argument: Any
    normalized: Any
    dropped: Any
    input_dropped: Any
    drop_seeds: Any
    l1: Any
    l2: Any
    loss: Any
    smoothing: Any
    loss_argument: Any
    optimizer: Any
    rate: Any
    momentum: Any
    beta_1: Any
    rest_1: Any
    beta_2: Any
    rest_2: Any
    decay: Any
    schedule: Any
    decay_rate: Any
    decay_steps: Any
    batch: Any
    offset: Any
    scale: Any
    target_scale: Any
    target_offset: Any
    class_weights: Any


def numbers_of(
    config: MlpConfig,
    bucket: Bucket,
    info: DataInfo,
    preprocessing: Preprocessing,
    seeds: Seeds,
    class_weights: Sequence[float] | None = None,
) -> Numbers:
    """The numbers of a configuration of this bucket. class_weights: as of `TrainPlan`."""
    reach, options = bucket.reach, config.optimizer.options
    steps = steps_per_epoch(info.train_rows, config.batch_size)
    # Keras calls rho what Adam calls its second beta.
    beta_1, beta_2 = options.get("beta_1", 0.0), options.get("beta_2", options.get("rho", 0.0))
    standard = config.target_normalization == "standard"
    offset, scale = _linear(preprocessing, bucket, info)

    def of_layers(values: list[Any], dtype: type) -> Array:
        return np.array([*values, *[0] * (reach.depth - len(config.layers))], dtype)

    layers = config.layers
    return Numbers(
        units=of_layers([each.units for each in layers], np.int32),
        activation=of_layers([reach.activations.index(each.activation.name) for each in layers], np.int32),
        argument=of_layers([each.activation.argument or 0.0 for each in layers], np.float32),
        normalized=of_layers([each.batch_normalization for each in layers], np.bool_),
        dropped=of_layers([each.dropout for each in layers], np.float32),
        input_dropped=np.float32(config.input_dropout),
        drop_seeds=np.array([seeds.input_dropout, *of_layers(list(seeds.dropouts), np.uint32)], np.uint32),
        l1=np.float32(config.l1),
        l2=np.float32(config.l2),
        loss=np.int32(reach.losses.index((loss_word(config), config.output_activation))),
        smoothing=np.float32(config.loss.label_smoothing),
        loss_argument=np.float32(config.loss.argument or 0.0),
        optimizer=np.int32(reach.optimizers.index(optimizer_word(config))),
        rate=np.float32(config.optimizer.learning_rate),
        momentum=np.float32(options.get("momentum", 0.0)),
        beta_1=np.float32(beta_1),
        rest_1=np.float32(1 - beta_1),
        beta_2=np.float32(beta_2),
        rest_2=np.float32(1 - beta_2),
        decay=np.float32(options.get("weight_decay", 0.0)),
        schedule=np.int32(reach.schedules.index(config.optimizer.schedule)),
        decay_rate=np.float32(config.optimizer.decay_rate or 1.0),
        decay_steps=np.float32(steps * (config.epochs if config.optimizer.schedule == "cosine" else 1)),
        batch=np.int32(batch_rows(config, info)),
        offset=offset,
        scale=scale,
        target_scale=_targets(info.target_deviations, bucket, 1.0, standard),
        target_offset=_targets(info.target_means, bucket, 0.0, standard),
        class_weights=_ones(bucket) if class_weights is None else np.array(class_weights, np.float32),
    )


def nobodys(bucket: Bucket) -> Numbers:
    """Of a slot without a member: of the right shapes."""
    depth, features, outputs = bucket.reach.depth, bucket.features, bucket.outputs
    layers, zero = np.zeros(depth, np.float32), np.float32(0)
    whole = np.int32(0)
    return Numbers(
        units=layers.astype(np.int32), activation=layers.astype(np.int32), argument=layers,
        normalized=layers.astype(np.bool_), dropped=layers, input_dropped=zero,
        drop_seeds=np.zeros(depth + 1, np.uint32), l1=zero, l2=zero, loss=whole, smoothing=zero, loss_argument=zero,
        optimizer=whole, rate=zero, momentum=zero, beta_1=zero, rest_1=zero, beta_2=zero, rest_2=zero, decay=zero,
        schedule=whole, decay_rate=np.float32(1), decay_steps=np.float32(1), batch=np.int32(1),
        offset=np.zeros(features, np.float32), scale=np.ones(features, np.float32),
        target_scale=np.ones(outputs, np.float32), target_offset=np.zeros(outputs, np.float32),
        class_weights=_ones(bucket),
    )  # fmt: skip


def _ones(bucket: Bucket) -> Array:
    """One output is of two classes."""
    return np.ones(0 if bucket.task == "regression" else max(2, bucket.outputs), np.float32)


def _linear(preprocessing: Preprocessing, bucket: Bucket, info: DataInfo) -> tuple[Array, Array]:
    """What is taken from each feature, and by what it is multiplied then; nothing where rows are whitened before."""
    if preprocessing.offset is None or preprocessing.scale is None:
        return np.zeros(bucket.features, np.float32), np.ones(bucket.features, np.float32)
    whole = (
        np.broadcast_to(each, info.input_shape).reshape(-1) for each in (preprocessing.offset, preprocessing.scale)
    )
    offset, scale = (np.array(each, np.float32) for each in whole)
    return offset, scale


def _targets(values: tuple[float, ...], bucket: Bucket, otherwise: float, standard: bool) -> Array:
    if not standard:
        return np.full(bucket.outputs, otherwise, np.float32)
    return np.array([value or otherwise for value in values], np.float32)
