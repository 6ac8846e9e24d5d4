"""From GPUs and CPU cores to slots: how many workers run here, and what each may use.

Owns: the rule, which is pure.
Leaves to others: what this machine has (gpus, cores), which GPU is free (placement).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tuner.errors import InputError
from tuner.hints import command
from tuner.settings import Share
from tuner.workers.framework import framework
from tuner.workers.gpus import Gpu

DeviceWish = Literal["auto", "cpu", "gpu"]


# What the driver and the framework keep for themselves, beside what the workers may share.
_USABLE = 0.92


@dataclass(frozen=True)
class Slot:
    """One worker's share of the machine.

    gpu: None for the CPU. threads: CPU threads it computes with. memory_mib, memory_share: of the GPU, where it is
    shared. room_mib: what it has for this worker; 0 where nobody knows. mixed_precision: compute in float16; on a
    GPU only. cohort: how many networks it trains at once, "off" for one, "auto" for what is best there.
    """

    device: str
    gpu: Gpu | None
    threads: int
    memory_mib: int | None = None
    memory_share: float | None = None
    room_mib: int = 0
    mixed_precision: bool = False
    cohort: str = "auto"

    def share(self, beside: Share) -> Share:
        """The same as a worker is told it. beside: what a slot does not say, such as where programs are kept."""
        return replace(
            beside,
            device=self.device,
            gpu="" if self.gpu is None else self.gpu.name,
            threads=self.threads,
            gpu_memory_mib=self.memory_mib or 0,
            gpu_room_mib=self.room_mib,
            mixed_precision=self.mixed_precision,
            cohort=self.cohort,
        )

    def environment(self) -> Mapping[str, str]:
        """What a worker process must find in its environment, before it imports TensorFlow or JAX."""
        jax = {} if self.memory_share is None else {"XLA_PYTHON_CLIENT_MEM_FRACTION": f"{self.memory_share:.3f}"}
        return {
            **jax,
            "KERAS_BACKEND": framework(self.gpu is not None),
            "JAX_PLATFORMS": "cpu" if self.gpu is None else "",
            "CUDA_VISIBLE_DEVICES": "-1" if self.gpu is None else self.gpu.name,
            # A number then means what it means in nvidia-smi.
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "TUNER_GPU": "" if self.gpu is None else self.gpu.name,
            # Memory is taken as it is needed, also below a limit.
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "TUNER_THREADS": str(self.threads),
            "TUNER_DEVICE": self.device,
            "TUNER_GPU_MEMORY_MIB": str(self.memory_mib or 0),
            "TUNER_GPU_ROOM_MIB": str(self.room_mib),
            "TUNER_MIXED_PRECISION": "1" if self.mixed_precision else "0",
            "TUNER_COHORT": self.cohort,
            # TensorFlow speaks from C++ before Python can stop it; its errors still come.
            "TF_CPP_MIN_LOG_LEVEL": "3" if self.gpu is None else "1",
        }


def choose(gpus: Sequence[Gpu], wanted: str | None) -> list[Gpu]:
    """The GPUs of `--gpus 0,1`, by number or UUID; all for None. Raises InputError for one that is not there."""
    if wanted is None:
        return list(gpus)
    found: list[Gpu] = []
    for name in (name.strip() for name in wanted.split(",")):
        named = next((each for each in gpus if name in (each.index, each.uuid)), None)
        if named is None:
            there = ", ".join(each.index for each in gpus) or "none"
            raise InputError(f"--gpus {wanted}: there is no GPU {name!r} here. There is: {there}.")
        if named in found:
            raise InputError(f"--gpus {wanted}: name each once; several workers on one are --workers-per-gpu.")
        found.append(named)
    return found


def slots(
    wish: DeviceWish,
    workers: int | None,
    gpus: Sequence[Gpu],
    cores: int,
    workers_per_gpu: int = 1,
    mixed_precision: bool = False,
    threads: int = 0,
) -> list[Slot]:
    """Share the machine.

    workers: how many; None is `workers_per_gpu` a GPU, or on the CPU one a core: small networks gain more from a second
    trial than from a second thread. Workers that share a GPU share its memory evenly. threads: of each; 0 is an even
    share of the cores.
    Raises InputError for a GPU that is not there.
    """
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: at least one worker has to run.")
    if workers_per_gpu < 1:
        raise InputError(f"--workers-per-gpu {workers_per_gpu}: at least one worker has to run.")
    must_have(wish, gpus)
    on_gpu = list(gpus) if wish != "cpu" else []
    count = workers if workers is not None else (len(on_gpu) * workers_per_gpu or cores)
    threads = threads or max(1, cores // count)
    if not on_gpu:
        return [Slot("cpu", None, threads) for _ in range(count)]
    # A GPU is shared by as many as will come to run there, or as were announced to.
    sharers = max(workers_per_gpu, -(-count // len(on_gpu)))
    return [on_a_gpu(on_gpu[i % len(on_gpu)], threads, sharers, mixed_precision) for i in range(count)]


def must_have(wish: str, gpus: Sequence[Gpu]) -> None:
    """Raises InputError where a GPU is wanted and none is there."""
    if wish == "gpu" and not gpus:
        raise InputError(
            f"--device gpu: no NVIDIA GPU was found. `{command('tune doctor')}` says why; or use --device cpu."
        )


def on_a_gpu(gpu: Gpu, threads: int, sharers: float, mixed_precision: bool = False) -> Slot:
    """The slot of one of so many workers that share a GPU, and evenly its memory; of two and a half, it has 40 %."""
    room_mib = int(int(gpu.memory_mib * _USABLE) // sharers)
    return Slot(
        device=f"gpu:{gpu.index}",
        gpu=gpu,
        threads=threads,
        memory_mib=room_mib if sharers > 1 and room_mib else None,
        room_mib=room_mib,
        memory_share=_USABLE / sharers if sharers > 1 else None,
        mixed_precision=mixed_precision,
    )
