"""The CPU cores that this process may use: by its affinity, and by the quota of the control group of its container."""

import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def cpu_cores() -> int:
    """Cores that this process may use, at least one."""
    affine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(affine, int(quota(_GROUPS, Path("/proc/self/cgroup")) or affine)))


def quota(groups: Path, own: Path) -> float | None:
    """The smallest quota from the process' own control group (version 2) upwards; None where there is none."""
    try:
        place = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return None
    folder = groups / place.strip("/")
    found = []
    for each in (folder, *folder.parents):
        if each.is_relative_to(groups) and (limit := _limit(each / "cpu.max")) is not None:
            found.append(limit)
    return min(found, default=None)


def _limit(file: Path) -> float | None:
    try:
        time_us, period_us = file.read_text().split()
        return None if time_us == "max" else int(time_us) / int(period_us)
    except (OSError, ValueError):
        return None
