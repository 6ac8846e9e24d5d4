"""What is kept of a member's weights: those of its best epoch, or the mean of its last ones.

Owns: how an epoch's weights become part of what is kept, on the device and on the host.
Leaves to others: how much of them does (member).

Whole numbers - what generators of random numbers have come to - have no mean: the newest are kept.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def keep(state: Any, share: Any) -> Any:
    """A slot's state. share: 1 keeps the weights as they are, 0 what is kept already; between them it is their part in
    the mean. Traced."""

    def of(now: Any, kept: Any) -> Any:
        between = kept + (now - kept) * share if jnp.issubdtype(now.dtype, jnp.floating) else now
        return jnp.where(share == 1, now, jnp.where(share == 0, kept, between)).astype(now.dtype)

    best = jax.tree.map(of, state.now, state.best)
    outputs = jnp.where(share == 1, state.outputs, state.best_outputs)
    return state._replace(best=best, best_outputs=outputs)


def mixed(share: float, now: Any, kept: Any) -> Any:
    """What `keep` would keep at the next epoch's start, of one array, on the host."""
    return kept + (now - kept) * now.dtype.type(share) if np.issubdtype(now.dtype, np.floating) else now


def exchanged(state: Any, slot: Any, new: Any, write: Any) -> tuple[Any, Any]:
    """As `kind.Kind.exchange`. Traced."""
    old = jax.tree.map(lambda all_: jax.lax.dynamic_index_in_dim(all_, slot, keepdims=False), state)
    put = jax.tree.map(lambda mine, its: jnp.where(write, mine, its), new, old)
    return jax.tree.map(lambda all_, one: jax.lax.dynamic_update_index_in_dim(all_, one, slot, 0), state, put), old
