"""What a worker needs of a node, and the slot that it has there.

Owns: the rule. Ray places by these numbers and enforces none: a fraction of a GPU is the worker's share of its memory,
the CPUs its threads.
Leaves to others: which GPU (Ray, by CUDA_VISIBLE_DEVICES), what the driver says of it (workers.gpus).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuner.errors import InputError
from tuner.hints import command
from tuner.workers.devices import Slot, on_a_gpu
from tuner.workers.gpus import Gpu, ask_driver, visible

_MIB = 2**20


@dataclass(frozen=True)
class Needs:
    """gpus: a part of one, up to a whole. memory_mib: 0 asks for none. resources: custom ones, by name."""

    cpus: float = 1.0
    gpus: float = 0.0
    memory_mib: int = 0
    resources: Mapping[str, float] | None = None

    def options(self) -> dict[str, Any]:
        """As Ray's tasks take them."""
        memory = {"memory": self.memory_mib * _MIB} if self.memory_mib else {}
        return {
            "num_cpus": self.cpus,
            "num_gpus": self.gpus,
            **memory,
            "resources": dict(self.resources or {}),
        }

    def fit(self, node: Mapping[str, float]) -> bool:
        """Whether a node that is empty has room. node: all that it has, as Ray counts."""
        return all(node.get(name, 0.0) + 1e-9 >= amount for name, amount in self._counted().items())

    def _counted(self) -> dict[str, float]:
        given = {"CPU": self.cpus, "GPU": self.gpus, "memory": float(self.memory_mib * _MIB), **(self.resources or {})}
        return {name: amount for name, amount in given.items() if amount}

    @property
    def in_words(self) -> str:
        memory = [f"{self.memory_mib} MiB"] if self.memory_mib else []
        rest = [f"{name} {amount:g}" for name, amount in self._counted().items() if name != "memory"]
        return ", ".join([*rest, *memory])


def slot_here(wish: Slot, part: float) -> Slot:
    """The slot of a worker that Ray has placed on this node. wish: what it does there. part: of a GPU; 0 for none.

    Raises InputError where Ray gave a GPU that the driver does not show.
    """
    if not part or wish.device == "cpu":
        return replace(wish, device="cpu", gpu=None, mixed_precision=False)
    # Ray numbers GPUs as nvidia-smi does.
    return slot_on(wish, part, visible(ask_driver().gpus, {**os.environ, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}))


def slot_on(wish: Slot, part: float, gpus: Sequence[Gpu]) -> Slot:
    """gpus: those that Ray gave this task."""
    if not gpus:
        given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        raise InputError(
            f"Ray gave this worker the GPU {given!r}, and the driver of this node shows none such. See "
            f"`{command('tune doctor')}` there, or start its `ray start` with the --num-gpus that it has."
        )
    made = on_a_gpu(gpus[0], wish.threads, 1 / part, wish.mixed_precision)
    return replace(made, cohort=wish.cohort)
