"""Rows that a person's code gives in another order in each process: known again, and put in one order.

Owns: what makes two readings the same rows, and the order of rows that have none.
Leaves to others: reading (sources), who reads twice (studies).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Rows
from tuner.data.partitions import Keys
from tuner.data.raw_dataset import Found

_BYTES = 16


def marks(found: Found) -> Mapping[str, Sequence[str]]:
    """By part: the digest of its rows as they come, and that of the same rows in one order."""
    return {name: _marks(rows) for name, rows in _parts(found).items()}


def in_one_order(found: Found) -> Found:
    """The same rows, ordered by what is in them: the same wherever they are read, and as good as shuffled."""
    ordered: dict[str, Any] = {}
    for name, rows in _parts(found).items():
        beside = found.keys if name == "train" else None
        order = np.argsort(_keys(rows, beside), kind="stable")
        ordered[name] = rows.take(order)
        if beside is not None:
            ordered["keys"] = beside.of(order)
    return replace(found, **ordered)


def _parts(found: Found) -> dict[str, Rows]:
    parts = {"train": found.train, "validation": found.validation, "test": found.test}
    return {name: rows for name, rows in parts.items() if rows is not None}


def _marks(rows: Rows) -> tuple[str, str]:
    keys = _keys(rows)
    return hashlib.sha256(keys.tobytes()).hexdigest(), hashlib.sha256(np.sort(keys).tobytes()).hexdigest()


def _keys(rows: Rows, beside: Keys | None = None) -> NDArray[np.bytes_]:
    """A digest of each row with its target, with its weight if it has one, and with its group or time."""
    more = [] if beside is None else [beside.values]
    arrays = [np.ascontiguousarray(part) for part in (*rows.arrays, *more)]
    found = [
        hashlib.blake2b(b"".join(each[i].tobytes() for each in arrays), digest_size=_BYTES).digest()
        for i in range(len(rows))
    ]
    return np.frombuffer(b"".join(found), dtype=f"V{_BYTES}").view(f"S{_BYTES}")
