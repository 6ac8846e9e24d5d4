"""What is kept of a study in folders: its checkpoints and models, the logs of its workers.

Owns: what of a folder is this study's. A name with a slash in it is a folder in a folder, which may be another study's.
Leaves to others: the bytes themselves (database.blobs), who writes logs (workers).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tuner.database import studies
from tuner.database.connection import Database
from tuner.formatting import path_part
from tuner.settings import Settings

LOGS = Path("tuner-logs")


def kept(db: Database, settings: Settings, study_name: str) -> list[Path]:
    """Files and folders. Logs are where the command that started the workers was run: looked for here."""
    inside = {each[len(study_name) + 1 :].partition("/")[0] for each in studies.names_inside(db, study_name)}
    others = set(map(path_part, inside))
    found = [] if (root := _artifacts(db, settings)) is None else list(_in(_folder(root, study_name), others))
    return [*found, *_in(LOGS.absolute() / path_part(study_name), set())]


def size(path: Path) -> int:
    """Bytes of all files in it."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(each.stat().st_size for each in files if each.is_file())


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    _remove_empty(path.parent)


def move(db: Database, settings: Settings, paths: list[Path], new_name: str) -> None:
    """To where those of another name are."""
    root = _artifacts(db, settings)
    for path in paths:
        of_logs = path.parent.parent == LOGS.absolute()
        folder = LOGS.absolute() / path_part(new_name) if of_logs or root is None else _folder(root, new_name)
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.name)
        _remove_empty(path.parent)


def _artifacts(db: Database, settings: Settings) -> Path | None:
    if settings.artifacts is not None or db.sqlite_file is None:
        return settings.artifacts
    return Path(db.sqlite_file).resolve().parent / "tuner-artifacts"


def _folder(root: Path, study_name: str) -> Path:
    return root.joinpath(*map(path_part, study_name.split("/")))


def _in(folder: Path, others: set[str]) -> Iterator[Path]:
    if folder.is_dir():
        yield from (each for each in sorted(folder.iterdir()) if each.name not in others)


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
