"""Files that are there to be read, and fit into memory.

Owns: what is no file - a pipe, a device, a socket, a link to nowhere, a folder - before anything waits for it.
Leaves to others: what is in it.
"""

import os
import stat
from pathlib import Path

import psutil

from tuner.errors import DataError

_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
_HINT = "Paths in a search-space file start from its own folder."


def regular(path: Path, hint: str = _HINT) -> Path:
    """The same path, if a regular file that may be read is there; links are followed. hint: what to do if none is.

    Raises DataError. Nothing is opened: opening a pipe waits for whoever writes to it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        words = "a link to a file that is not there" if path.is_symlink() else "no such file"
        raise DataError(f"{path}: {words}. {hint}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}). Mend that.") from error
    if not stat.S_ISREG(mode):
        kind = next((words for test, words in _KINDS if test(mode)), "a device")
        raise DataError(f"{path}: is {kind} and no file. {hint}")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path}: may not be read (permission denied). Change its permissions.")
    return path


def check_memory(needed: float, where: str) -> None:
    """Raises DataError for more bytes than this machine has free: to be asked before they are taken."""
    free = psutil.virtual_memory().available
    if needed > free:
        raise DataError(
            f"{where}: its rows need {needed / 2**30:.1f} GiB of memory, and {free / 2**30:.1f} GiB are free. "
            "Give fewer or smaller rows."
        )
