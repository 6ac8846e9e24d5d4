"""The seed of each layer of a perceptron that draws at random, in the order in which `models.build` hands them out.

Leaves to others: what is drawn by them (state, dropout).
"""

from dataclasses import dataclass

import numpy as np

from tuner.spec.families import MlpConfig


@dataclass(frozen=True)
class Seeds:
    """kernels: each hidden layer's, then the output's. dropouts: each hidden layer's; 0 for one that drops nothing."""

    input_dropout: int
    kernels: tuple[int, ...]
    dropouts: tuple[int, ...]


def seeds_of(config: MlpConfig, seed: int) -> Seeds:
    """seed: the plan's."""
    draws = np.random.default_rng(seed)

    def following() -> int:
        return int(draws.integers(2**31 - 1))

    input_dropout = following() if config.input_dropout else 0
    kernels, dropouts = [], []
    for layer in config.layers:
        kernels.append(following())
        dropouts.append(following() if layer.dropout else 0)
    return Seeds(input_dropout, (*kernels, following()), tuple(dropouts))
