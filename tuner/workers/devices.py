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


@dataclass(frozen=True)
class Slot:
    """One worker's share of the machine. gpu: its index, or None for the CPU. threads: CPU threads it computes with."""

    device: str
    gpu: str | None
    threads: int

    def environment(self) -> Mapping[str, str]:
        """What a worker process must find in its environment, before it imports TensorFlow."""
        return {
            "CUDA_VISIBLE_DEVICES": "-1" if self.gpu is None else self.gpu,
            "TUNER_THREADS": str(self.threads),
            "TUNER_DEVICE": self.device,
            # TensorFlow speaks from C++ before Python can stop it; its errors still come.
            "TF_CPP_MIN_LOG_LEVEL": "3" if self.gpu is None else "1",
        }


def cpu_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def find_gpus() -> list[str]:
    """Indices of the NVIDIA GPUs that the driver names; none where there is no driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    asked = subprocess.run(
        ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    found = [line.strip() for line in asked.stdout.splitlines() if line.strip().isdigit()]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return found
    return [index for index in found if index in visible.split(",")]


def slots(wish: DeviceWish, workers: int | None, gpus: Sequence[str], cores: int) -> list[Slot]:
    """Share the machine.

    workers: how many; None is one a GPU, or on the CPU one a core: small networks gain more from a second trial than
    from a second thread. Raises InputError for a GPU that is not there.
    """
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: at least one worker has to run.")
    if wish == "gpu" and not gpus:
        raise InputError("--device gpu: no NVIDIA GPU was found. Check `nvidia-smi`, or use --device cpu.")
    on_gpu = list(gpus) if wish != "cpu" else []
    count = workers if workers is not None else (len(on_gpu) or cores)
    threads = max(1, cores // count)
    return [
        Slot(f"gpu:{on_gpu[i % len(on_gpu)]}", on_gpu[i % len(on_gpu)], threads)
        if on_gpu
        else Slot("cpu", None, threads)
        for i in range(count)
    ]
