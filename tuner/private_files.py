"""Files and folders for their owner alone: databases, logs, checkpoints. What is there already keeps its modes.

Leaves to others: results that a person asks for by name, and a folder that a team shares: those follow the umask.
"""

import os
from contextlib import suppress
from pathlib import Path

_FOLDER, _FILE = 0o700, 0o600


def make_folder(path: Path) -> Path:
    """Make a folder and those above it that are missing."""
    for each in reversed((path, *path.parents)):
        if not each.is_dir():
            each.mkdir(_FOLDER, exist_ok=True)
    return path


def make_file(path: Path) -> None:
    """Make an empty file, unless there is one. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE))


def opener(path: str, flags: int) -> int:
    """For `open`: a file that it makes is private."""
    return os.open(path, flags, _FILE)
