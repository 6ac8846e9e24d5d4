"""A person's code, as Ray's working directory: its files alone, as `spec.code` has found them.

Owns: which files travel, under which names a worker there is told of them, and how much that may be.
Leaves to others: finding the files (spec.code), bringing the folder to the nodes (Ray).

Not the whole working folder: data, databases and checkouts are in it, and Ray would carry them to every node. Code in a
package that is installed is taken from each node's own installation; its digest is compared there.
"""

import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from tuner.errors import InputError
from tuner.formatting import plural
from tuner.spec.code import Code

MOST_MB = 10


def stage(codes: Sequence[Code], folder: Path) -> tuple[str, ...]:
    """Copy the files into a folder; gives what a process that starts there is told. Raises InputError."""
    return tuple(_stage(code, folder, Path("code") / str(place)) for place, code in enumerate(codes, start=1))


def _stage(code: Code, folder: Path, beside: Path) -> str:
    if is_installed(code):
        return code.named
    size = sum(file.stat().st_size for file in code.files)
    if size > MOST_MB * 10**6:
        raise InputError(
            f"{code.place}, with what it imports from beside it, is {plural(len(code.files), 'file')} of "
            f"{size / 1e6:.0f} MB; at most {MOST_MB} MB of code travel to a cluster. "
            "Install it on the nodes as a package."
        )
    # A module is looked up from where the process starts, a file where it is named.
    is_file = code.place.endswith(".py")
    into = folder / beside if is_file else folder
    for file in code.files:
        copied = into / file.relative_to(code.root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
    name = "" if code.name is None else f":{code.name}"
    return f"{(beside / code.file.name).as_posix()}{name}" if is_file else code.named


def is_installed(code: Code) -> bool:
    places = (sysconfig.get_path(each) for each in ("purelib", "platlib", "stdlib"))
    return not code.place.endswith(".py") and any(code.root == Path(each).resolve() for each in places)
