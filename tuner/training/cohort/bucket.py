"""Which networks can be members of one program.

Owns: what such networks have in common, how far they may differ, and why one cannot be a member at all. Pure.
Leaves to others: the numbers of a member (member), the program (program), when a cohort is chosen (workers).

Nearly everything that a configuration says is data of a member. What is left is what decides the shapes of a program:
the batch, rounded up; the layers and units that the space has at most, of which a member uses as many as it has. What
no member needs - a batch normalization, an activation that the space does not have - is no part of the program.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import numpy as np

from tuner.data.dataset import DataInfo
from tuner.spec.families import BINARY, CONFIGURE, Config, MlpConfig, Task
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Space, Value, answers

_MOST_ROWS = 4096
_TRIED = 400
_WIDTHS = 32


@dataclass(frozen=True)
class Reach:
    """How far the members of a program may differ.

    depth: hidden layers at most; 0 is a program for networks without any. width: units of a hidden layer at most.
    losses: each with the activation of the output. Words are sorted.
    """

    depth: int
    width: int
    activations: tuple[str, ...]
    losses: tuple[tuple[str, str], ...]
    optimizers: tuple[str, ...]
    schedules: tuple[str, ...]
    batch_normalization: bool
    dropout: bool
    input_dropout: bool
    penalties: bool

    def __or__(self, other: "Reach") -> "Reach":
        """So far that the members of both are within."""
        return Reach(
            depth=max(self.depth, other.depth),
            width=max(self.width, other.width),
            activations=_both(self.activations, other.activations),
            losses=tuple(sorted({*self.losses, *other.losses})),
            optimizers=_both(self.optimizers, other.optimizers),
            schedules=_both(self.schedules, other.schedules),
            batch_normalization=self.batch_normalization or other.batch_normalization,
            dropout=self.dropout or other.dropout,
            input_dropout=self.input_dropout or other.input_dropout,
            penalties=self.penalties or other.penalties,
        )


@dataclass(frozen=True)
class Bucket:
    """What the members of one program have in common.

    rows: of a batch at most; a member's own is at most half less. whitened: the rows that it is given are.
    metrics: further ones to watch.
    """

    task: Task
    features: int
    outputs: int
    rows: int
    whitened: bool
    metrics: tuple[str, ...]
    reach: Reach


def why_not(config: Config, info: DataInfo, metrics: tuple[str, ...] = ()) -> str | None:
    """Why this configuration's network is trained alone; None where it may be a member of a cohort."""
    if not isinstance(config, MlpConfig):
        return "only networks of the family mlp are trained in cohorts"
    if info.images and config.augmentation != type(config.augmentation)():
        return "augmented images are not the same rows twice"
    if metrics:
        return f"{metrics[0]} is not measured in cohorts"
    if config.loss.name == BINARY and (info.outputs != 2 or config.output_activation == "softmax"):
        return f"{BINARY} is for two classes, with the output_activation sigmoid or linear"
    if batch_rows(config, info) > _MOST_ROWS:
        return f"a batch has more than {_MOST_ROWS} rows"
    return None


def bucket_of(config: MlpConfig, info: DataInfo, reach: Reach | None = None, metrics: tuple[str, ...] = ()) -> Bucket:
    """The bucket of a configuration that `why_not` has nothing against.

    reach: of the whole space, so that its configurations share few programs; one beyond it has a program of its own.
    """
    own = own_reach(config)
    wide = own if reach is None else own | reach
    wide = replace(wide, depth=wide.depth if own.depth else 0, width=_rounded_up(wide.width))
    return Bucket(
        task=info.task,
        features=int(np.prod(info.input_shape)),
        outputs=1 if config.loss.name == BINARY else info.outputs,
        rows=1 << (batch_rows(config, info) - 1).bit_length(),
        whitened=config.normalization == "whiten",
        metrics=metrics,
        reach=replace(wide, losses=tuple(each for each in wide.losses if (each[0] == BINARY) == _is_binary(config))),
    )


def batch_rows(config: MlpConfig, info: DataInfo) -> int:
    """Rows of a step: never more than there are."""
    return min(config.batch_size or info.train_rows, info.train_rows)


def own_reach(config: MlpConfig) -> Reach:
    """So far as this one configuration goes."""
    optimizer = config.optimizer
    return Reach(
        depth=len(config.layers),
        width=max((each.units for each in config.layers), default=0),
        activations=tuple(sorted({each.activation.name for each in config.layers})),
        losses=((loss_word(config), config.output_activation),),
        optimizers=(optimizer_word(config),),
        schedules=(optimizer.schedule,),
        batch_normalization=any(each.batch_normalization for each in config.layers),
        dropout=any(each.dropout for each in config.layers),
        input_dropout=bool(config.input_dropout),
        penalties=bool(config.l1 or config.l2),
    )


def loss_word(config: MlpConfig) -> str:
    """The loss by what it computes: class indices are one-hot rows of another kind."""
    return config.loss.name.removeprefix("sparse_")


def optimizer_word(config: MlpConfig) -> str:
    """The optimizer by what it computes: without momentum it keeps none."""
    optimizer = config.optimizer
    plain = optimizer.name in ("momentum", "nesterov") and not optimizer.options["momentum"]
    return "sgd" if plain else optimizer.name


def reach_of(configs: Iterable[MlpConfig]) -> Reach:
    """So far as all of these go together. configs: one or more."""
    return reduce(or_, map(own_reach, configs))


def reach_of_space(space: Space, task: Task, images: bool) -> Reach:
    """So far as the configurations of a space of the family `mlp` go: many drawn from it, always the same ones."""
    random = np.random.default_rng(0)

    def choose(parameter: Parameter) -> Value:
        return _drawn(parameter, random)

    configs = [CONFIGURE["mlp"](answers(space, choose, {}), task, images) for _ in range(_TRIED)]
    return reach_of(config for config in configs if isinstance(config, MlpConfig))


def _drawn(parameter: Parameter, random: np.random.Generator) -> Value:
    """Both ends of a range are drawn often, since they decide how far it goes."""
    domain = parameter.domain
    if isinstance(domain, Choice):
        return domain.values[random.integers(len(domain.values))]
    end = domain.low if random.random() < 0.5 else domain.high
    if isinstance(domain, IntRange):
        return int(end)
    assert isinstance(domain, FloatRange)
    return float(end)


def _both(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*some, *others}))


def _rounded_up(width: int) -> int:
    return -(-width // _WIDTHS) * _WIDTHS


def _is_binary(config: MlpConfig) -> bool:
    return config.loss.name == BINARY
