"""From GPUs and CPU cores to slots: how many workers run here, and what each may use.

Owns: the rule. Pure but for asking the machine what it has, which is done without TensorFlow.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuner.errors import InputError

DeviceWish = Literal["auto", "cpu", "gpu"]


# What the driver and the framework keep for themselves, beside what the workers may share.
_USABLE = 0.92


@dataclass(frozen=True)
class Gpu:
    """index: as the driver counts. memory_mib: all that it has."""

    index: str
    memory_mib: int


@dataclass(frozen=True)
class Slot:
    """One worker's share of the machine.

    gpu: its index, or None for the CPU. threads: CPU threads it computes with. memory_mib, memory_share: of the GPU,
    where it is shared. room_mib: what it has for this worker. mixed_precision: compute in float16; on a GPU only.
    """

    device: str
    gpu: str | None
    threads: int
    memory_mib: int | None = None
    memory_share: float | None = None
    room_mib: int = 0
    mixed_precision: bool = False

    def environment(self) -> Mapping[str, str]:
        """What a worker process must find in its environment, before it imports TensorFlow or JAX."""
        jax = {} if self.memory_share is None else {"XLA_PYTHON_CLIENT_MEM_FRACTION": f"{self.memory_share:.3f}"}
        return {
            **jax,
            "JAX_PLATFORMS": "cpu" if self.gpu is None else "",
            "CUDA_VISIBLE_DEVICES": "-1" if self.gpu is None else self.gpu,
            # Memory is taken as it is needed, also below a limit.
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "TUNER_THREADS": str(self.threads),
            "TUNER_DEVICE": self.device,
            "TUNER_GPU_MEMORY_MIB": str(self.memory_mib or 0),
            "TUNER_GPU_ROOM_MIB": str(self.room_mib),
            "TUNER_MIXED_PRECISION": "1" if self.mixed_precision else "0",
            # TensorFlow speaks from C++ before Python can stop it; its errors still come.
            "TF_CPP_MIN_LOG_LEVEL": "3" if self.gpu is None else "1",
        }


def cpu_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def find_gpus() -> list[Gpu]:
    """The NVIDIA GPUs that the driver names and this process may see; none where there is no driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        asked = subprocess.run(
            ["nvidia-smi", "--query-gpu=index,memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return visible(read_gpus(asked.stdout), os.environ.get("CUDA_VISIBLE_DEVICES"))


def read_gpus(text: str) -> list[Gpu]:
    """Lines of `index, MiB`; whatever else the driver says is no GPU."""
    found = []
    for line in text.splitlines():
        index, _, memory = (part.strip() for part in line.partition(","))
        if index.isdigit() and memory.isdigit():
            found.append(Gpu(index, int(memory)))
    return found


def visible(gpus: Sequence[Gpu], only: str | None) -> list[Gpu]:
    """Those that CUDA_VISIBLE_DEVICES leaves, in its order. Names that are no index (UUIDs) leave all."""
    if only is None:
        return list(gpus)
    names = [name.strip() for name in only.split(",")]
    if names and not all(name.lstrip("-").isdigit() for name in names if name):
        return list(gpus)
    known = {each.index: each for each in gpus}
    return [known[name] for name in names if name in known]


def choose(gpus: Sequence[Gpu], wanted: str | None) -> list[Gpu]:
    """The GPUs of `--gpus 0,1`; all of them for None. Raises InputError for one that is not there."""
    if wanted is None:
        return list(gpus)
    known = {each.index: each for each in gpus}
    names = [name.strip() for name in wanted.split(",")]
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none"
            raise InputError(f"--gpus {wanted}: there is no GPU {name!r} here. There is: {there}.")
    if len(set(names)) < len(names):
        raise InputError(f"--gpus {wanted}: name each once; several workers on one are --workers-per-gpu.")
    return [known[name] for name in names]


def slots(
    wish: DeviceWish,
    workers: int | None,
    gpus: Sequence[Gpu],
    cores: int,
    workers_per_gpu: int = 1,
    mixed_precision: bool = False,
) -> list[Slot]:
    """Share the machine.

    workers: how many; None is `workers_per_gpu` a GPU, or on the CPU one a core: small networks gain more from a second
    trial than from a second thread. Workers that share a GPU share its memory evenly.
    Raises InputError for a GPU that is not there.
    """
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: at least one worker has to run.")
    if workers_per_gpu < 1:
        raise InputError(f"--workers-per-gpu {workers_per_gpu}: at least one worker has to run.")
    if wish == "gpu" and not gpus:
        raise InputError("--device gpu: no NVIDIA GPU was found. Check `nvidia-smi`, or use --device cpu.")
    on_gpu = list(gpus) if wish != "cpu" else []
    count = workers if workers is not None else (len(on_gpu) * workers_per_gpu or cores)
    threads = max(1, cores // count)
    if not on_gpu:
        return [Slot("cpu", None, threads) for _ in range(count)]
    # A GPU is shared by as many as will come to run there, or as were announced to.
    sharers = max(workers_per_gpu, -(-count // len(on_gpu)))
    return [
        Slot(
            device=f"gpu:{gpu.index}",
            gpu=gpu.index,
            threads=threads,
            memory_mib=int(gpu.memory_mib * _USABLE) // sharers if sharers > 1 else None,
            room_mib=int(gpu.memory_mib * _USABLE) // sharers,
            memory_share=_USABLE / sharers if sharers > 1 else None,
            mixed_precision=mixed_precision,
        )
        for gpu in (on_gpu[i % len(on_gpu)] for i in range(count))
    ]
