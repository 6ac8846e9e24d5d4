"""Everything from which training goes on at an epoch's end as if nothing had happened, as plain arrays.

Owns: the bytes, which hold arrays and JSON only (nothing is unpickled).
Leaves to others: where the bytes are kept (studies), how variables become arrays (the epochs).
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuner.errors import DataError

Arrays = tuple[NDArray[np.generic], ...]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A whole number of epochs done.

    weights: every variable of the model, in Keras' order, random state included.
    optimizer: every variable of the optimizer, in Keras' order.
    best_weights: `weights` as of the best epoch; empty where no epoch was finite.
    epochs: each epoch's metrics so far.
    members: of networks that are trained as one, each one's own; then there are no weights beside them.
    """

    epoch: int
    weights: Arrays
    optimizer: Arrays
    best_epoch: int
    best_weights: Arrays
    epochs: tuple[Mapping[str, float], ...]
    members: tuple["Checkpoint", ...] = ()

    @property
    def goes_on(self) -> bool:
        """Training can be entered from it: it is not that of a call of somebody's `fit`."""
        return bool(self.weights or self.members)

    def to_bytes(self) -> bytes:
        """Pack without compression: weights do not compress, and an epoch should not wait."""
        buffer = io.BytesIO()
        groups = {"weights": self.weights, "optimizer": self.optimizer, "best_weights": self.best_weights}
        arrays = {f"{group}_{i}": array for group, each in groups.items() for i, array in enumerate(each)}
        for i, member in enumerate(self.members):
            arrays[f"member_{i}"] = np.frombuffer(member.to_bytes(), dtype=np.uint8)
        head = {"epoch": self.epoch, "best_epoch": self.best_epoch, "epochs": [dict(each) for each in self.epochs]}
        np.savez(buffer, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), allow_pickle=False, **arrays)
        return buffer.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> "Checkpoint":
        """Raises DataError for bytes that are cut short or not a checkpoint."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                head = json.loads(file["head"].tobytes())

                def group(name: str) -> Arrays:
                    count = sum(key.startswith(f"{name}_") and key[len(name) + 1 :].isdigit() for key in file.files)
                    return tuple(file[f"{name}_{i}"] for i in range(count))

                return Checkpoint(
                    head["epoch"], group("weights"), group("optimizer"), head["best_epoch"], group("best_weights"),
                    tuple(head["epochs"]), tuple(Checkpoint.from_bytes(each.tobytes()) for each in group("member")),
                )  # fmt: skip
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DataError(f"a checkpoint cannot be read ({error}); the trial starts again") from error
