"""Which values dropout keeps, counted out and not drawn: a hash of a seed, a step and a place.

A generator under `vmap` gives a member other values by whose company it is in, or writes a random word a value into
memory. A hash is computed where it is used, within the kernel that needs it, and depends on the member alone.

Owns: the hash.
Leaves to others: seeds and rates (numbers), where it is applied (network).
"""

from typing import Any

import jax.numpy as jnp
import numpy as np

# Odd constants of MurmurHash3 and xxHash, and of Wellons' "lowbias32", whose mixing steps these are.
_A, _B, _C, _D, _E, _F = (
    np.uint32(each) for each in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x7FEB352D, 0x846CA68B)
)
_ROW = 1 << 16


def dropped(x: Any, seed: Any, step: Any, rate: Any) -> Any:
    """Rows without the share `rate` of their values, the others grown as much. x: (rows, values). step: of training."""
    first = _mixed(jnp.asarray(seed, jnp.uint32) * _A + jnp.asarray(step, jnp.uint32) * _D)
    second = _mixed(first ^ _B)
    rows, values = x.shape
    place = jnp.arange(rows, dtype=jnp.uint32)[:, None] * _ROW + jnp.arange(values, dtype=jnp.uint32)[None, :]
    drawn = place + first
    drawn = (drawn ^ (drawn >> 16)) * _E ^ second
    drawn = (drawn ^ (drawn >> 15)) * _F
    drawn = drawn ^ (drawn >> 16)
    # The upper 24 bits, which a float32 tells apart.
    kept = (drawn >> 8).astype(jnp.float32) * (2.0**-24) >= rate
    return jnp.where(kept, x / (1 - rate), 0)


def _mixed(word: Any) -> Any:
    word = (word ^ (word >> 16)) * _B
    word = (word ^ (word >> 13)) * _C
    return word ^ (word >> 16)
