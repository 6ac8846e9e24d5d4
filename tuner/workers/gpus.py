"""The NVIDIA GPUs that this process may use: what the driver names, as far as CUDA would let the process see it.

Owns: reading nvidia-smi, and the meaning of CUDA_VISIBLE_DEVICES. No framework is started for it.
Leaves to others: who gets which (devices, placement).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.errors import InputError

_ASK_S = 20
_FIELDS = ("index", "uuid", "memory.total", "name", "mig.mode.current")
_OLD_FIELDS = _FIELDS[:-1]
"""What drivers from before MIG can be asked."""

_LISTED = re.compile(r"^GPU (?P<index>\d+): (?P<name>.*?) \(UUID: (?P<uuid>[^)]+)\)")
_LISTED_PART = re.compile(r"^\s+MIG (?P<profile>\S+)\s+Device\s+(?P<number>\d+): \(UUID: (?P<uuid>[^)]+)\)")
_USABLE_PART = 0.95
"""A MIG profile's name rounds its memory up: 1g.5gb has 4.75 GiB."""


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


def find_gpus() -> list[Gpu]:
    """Those that this process may use; none where there is no driver. Raises InputError as `visible` does."""
    found = _ask_all()
    if any(each.memory_mib < 0 for each in found):
        found = parts(found, _ask("-L"))
    return visible(found, os.environ)


def _ask_all() -> list[Gpu]:
    for fields in (_FIELDS, _OLD_FIELDS):
        if found := read_gpus(_ask(f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits")):
            return found
    return []


def _ask(*arguments: str) -> str:
    if shutil.which("nvidia-smi") is None:
        return ""
    try:
        asked = subprocess.run(
            ["nvidia-smi", *arguments], capture_output=True, text=True, timeout=_ASK_S, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout if asked.returncode == 0 else ""


def read_gpus(text: str) -> list[Gpu]:
    """Lines of `index, UUID, MiB, name, MIG`; whatever else the driver says is no GPU.

    A GPU in MIG mode cannot be used as a whole: its memory is told as that of its parts (`parts`), here as -1.
    """
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < 4 or not cells[0].isdigit() or not cells[1].startswith("GPU-"):
            continue
        # Memory that the GPU shares with the processor is not told: [N/A].
        memory_mib = int(cells[2]) if cells[2].isdigit() else 0
        divided = len(cells) > 4 and cells[4] == "Enabled"
        found.append(Gpu(cells[0], -1 if divided else memory_mib, cells[1], cells[3]))
    return found


def parts(gpus: Sequence[Gpu], listed: str) -> list[Gpu]:
    """The GPUs, each that is in MIG mode replaced by its parts; it may have none. listed: by `nvidia-smi -L`."""
    found: list[Gpu] = []
    inside: dict[str, list[Gpu]] = {}
    here = None
    for line in listed.splitlines():
        if whole := _LISTED.match(line):
            here = whole["uuid"]
        elif (part := _LISTED_PART.match(line)) and here is not None:
            gib = re.search(r"\.(\d+)gb", part["profile"])
            memory_mib = int(int(gib[1]) * 1024 * _USABLE_PART) if gib else 0
            inside.setdefault(here, []).append(Gpu(part["number"], memory_mib, part["uuid"], part["profile"], here))
    for gpu in gpus:
        if gpu.memory_mib >= 0:
            found.append(gpu)
            continue
        found += [
            Gpu(f"{gpu.index}:{each.index}", each.memory_mib, each.uuid, each.kind, gpu.uuid)
            for each in inside.get(gpu.uuid, [])
        ]
    return found


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
