"""Where this process runs: which machine, which boot of it, which space of pids; and whether a process there lives.

Owns: what is sure. A pid means something only within one space of pids of one boot; a name of a host means nothing:
two containers may have one name, and one machine two. Whatever is not sure is the empty string, and equals nothing.
Leaves to others: what follows from it (workers).
"""

import hashlib
import os
import socket
import sys
import time
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_PROC = Path("/proc")
_FIRST_SPACE = "pid:[4026531836]"
"""The space of pids in which Linux began (PROC_PID_INIT_INO): no container's, unless it was given the host's."""

_SAME_START_S = 2.0
_BEGAN_FIELD = 19
"""Of what follows the name in /proc/PID/stat: ticks from the boot to the process' begin; the first is its state."""


@dataclass(frozen=True)
class Place:
    """machine: stays over reboots; known outside of containers only. boot: this run of its kernel, shared by all of its
    containers. space: within which pids are told apart."""

    machine: str
    boot: str
    space: str


@cache
def here() -> Place:
    """Where this process is."""
    return _on_linux() if sys.platform == "linux" else _elsewhere()


def _on_linux() -> Place:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink(_PROC / "self/ns/pid")
        sure = os.readlink(_PROC / "self") == str(os.getpid())
    except OSError:
        return Place("", "", "")
    if not sure:
        # A new space of pids with the old one's /proc: what is seen there are other processes.
        return Place("", boot, "")
    return Place(_machine() if space == _FIRST_SPACE else "", boot, f"{boot} {space}")


def _elsewhere() -> Place:
    machine = _machine()
    # No container shares a kernel, and its pids, with another system there.
    boot = f"{machine} {int(psutil.boot_time())}" if machine else ""
    return Place(machine, boot, boot)


def _machine() -> str:
    """A digest of what tells machines apart: an address of its network, its installation, its name."""
    address = uuid.getnode()
    if address >> 40 & 1:
        return ""  # drawn at random, as there is no network
    installed = ""
    for file in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if os.access(file, os.R_OK):
            installed = Path(file).read_text().strip()
            break
    return hashlib.sha256(f"{address:x} {installed} {socket.gethostname()}".encode()).hexdigest()[:32]


def uptime_s() -> float:
    """Seconds since this machine's boot, whatever was done to its clock since."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return max(0.0, time.time() - psutil.boot_time())


def began(pid: int) -> float:
    """When a process began, in seconds that a clock set anew does not change: on Linux since the boot.

    Raises psutil.Error where it is gone.
    """
    if sys.platform != "linux":
        return psutil.Process(pid).create_time()
    return int(_stat(pid)[_BEGAN_FIELD]) / os.sysconf("SC_CLK_TCK")


def lives(pid: int, since: float) -> bool:
    """Whether a process of this space of pids, which began then, is alive. One that nobody waited for is dead."""
    if not psutil.pid_exists(pid):
        return False
    try:
        # A pid is used again; the time at which the process began tells the two apart.
        if abs(began(pid) - since) > _SAME_START_S:
            return False
        zombie = _stat(pid)[0] in "ZX" if sys.platform == "linux" else psutil.Process(pid).status() == "zombie"
    except psutil.NoSuchProcess:
        # Between the two looks; or there, and hidden from this user.
        return psutil.pid_exists(pid)
    except psutil.Error:
        return True
    return not zombie


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except PermissionError:
        raise psutil.AccessDenied(pid) from None
    except OSError:
        raise psutil.NoSuchProcess(pid) from None
    # The name, in brackets, may have brackets and blanks of its own.
    return text.rpartition(")")[2].split()
