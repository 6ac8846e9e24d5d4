"""The NVIDIA GPUs that this process may use: what the driver names, as far as CUDA would let the process see it.

Owns: asking the driver in a process of its own, and the meaning of CUDA_VISIBLE_DEVICES. No framework is started.
Leaves to others: what is asked (nvml), who gets which (devices, placement).
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import InputError
from tuner.studies.child_process import how_it_ended
from tuner.workers.bounded_process import run_within

_ASK_S = 20.0
_WSL = Path("/usr/lib/wsl/lib")
"""Where Windows puts its driver's libraries; not every distribution's loader looks there."""


@dataclass(frozen=True)
class Gpu:
    """index: as nvidia-smi counts; ``0:1`` is part 1 (MIG) of GPU 0. memory_mib: all that it has; 0 where nobody says.

    kind: the model's name. whole: of a part, the UUID of its GPU.
    """

    index: str
    memory_mib: int
    uuid: str = ""
    kind: str = ""
    whole: str = ""

    @property
    def name(self) -> str:
        """What CUDA_VISIBLE_DEVICES calls it."""
        return self.uuid or self.index


@dataclass(frozen=True)
class DriverAnswer:
    """problems: why a GPU is missing, or all are. Where there is no driver there is neither GPU nor problem."""

    gpus: tuple[Gpu, ...] = ()
    problems: tuple[str, ...] = ()


def find_gpus() -> list[Gpu]:
    """Those that this process may use; none where there is no driver. Raises InputError as `visible` does."""
    return visible(ask_driver().gpus, os.environ)


def ask_driver(within_s: float = _ASK_S) -> DriverAnswer:
    """What `nvml` says, in a process of its own: the call never returns where the driver hangs."""
    libraries = os.pathsep.join(filter(None, [os.environ.get("LD_LIBRARY_PATH"), str(_WSL) if _WSL.is_dir() else ""]))
    environment = {**os.environ, **({"LD_LIBRARY_PATH": libraries} if libraries else {})}
    done = run_within(within_s, [sys.executable, "-m", "tuner.workers.nvml"], environment)
    if done is None:
        return DriverAnswer(problems=(f"it did not answer in {within_s:.0f} s",))
    if done.returncode != 0:
        return DriverAnswer(problems=(how_it_ended(done.returncode, done.stderr),))
    found = json.loads(done.stdout)
    return DriverAnswer(tuple(Gpu(**each) for each in found["gpus"]), tuple(found["problems"]))


def visible(gpus: Sequence[Gpu], environment: Mapping[str, str]) -> list[Gpu]:
    """Those that a process with this environment sees, in CUDA's order; never one more.

    The list of CUDA_VISIBLE_DEVICES ends at the first name that names none: an index out of range, -1, an empty word, a
    UUID, or its beginning, that fits none or several, a name of another kind than the first. One that is named twice
    leaves none. A number names a divided GPU's first part. Of several parts CUDA shows a process the first; here each
    is kept, since every worker is a process.
    Raises InputError where numbers count in CUDA's order, the fastest first, and nobody but CUDA knows which that is.
    """
    # Of NVIDIA's containers: no driver, and the driver without a GPU.
    if environment.get("NVIDIA_VISIBLE_DEVICES") in ("none", "void"):
        return []
    only = environment.get("CUDA_VISIBLE_DEVICES")
    if only is None:
        return list(gpus)
    names = [name.strip() for name in only.split(",")]
    prefix = next((each for each in ("GPU-", "MIG-") if names[0].startswith(each)), "")
    found: list[Gpu] = []
    for name in names:
        named = _by_uuid(gpus, name, prefix) if prefix else _by_number(gpus, name)
        if named is None:
            break
        if named in found:
            return []
        found.append(named)
    if found and not prefix and environment.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" and _kinds(gpus) > 1:
        raise InputError(
            f"CUDA_VISIBLE_DEVICES={only}: here are GPUs of different kinds, and CUDA counts the fastest first. "
            "Set CUDA_DEVICE_ORDER=PCI_BUS_ID to count as nvidia-smi does, or name them by UUID (nvidia-smi -L)."
        )
    return found


def _by_uuid(gpus: Sequence[Gpu], name: str, prefix: str) -> Gpu | None:
    if not name.startswith(prefix):
        return None
    # A divided GPU's own name stands for its first part, as its number does.
    names = {gpu.whole or gpu.uuid if prefix == "GPU-" else gpu.uuid: gpu for gpu in reversed(gpus)}
    fitting = [gpu for each, gpu in names.items() if each.startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def _by_number(gpus: Sequence[Gpu], name: str) -> Gpu | None:
    # As C's strtol does, which CUDA reads it with: digits count up to the first character that is none.
    digits = re.match(r"\+?([0-9]+)", name)
    if digits is None:
        return None
    wanted = str(int(digits[1]))
    return next((gpu for gpu in gpus if gpu.index.partition(":")[0] == wanted), None)


def _kinds(gpus: Sequence[Gpu]) -> int:
    return len({gpu.whole or gpu.kind for gpu in gpus})
