"""Files of a study that are made when somebody asks for them: its report, its trials as Parquet, its model with what
belongs to it.

Owns: that a process of its own makes each, so that neither the memory nor the work is the server's, and that few are
made, or waited for, at a time.
Leaves to others: making them (file_making), handing them out (web).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from pydantic import Field

from tuner.database.connection import Database
from tuner.database.studies import view_study
from tuner.errors import NotFound, ServiceDown
from tuner.formatting import path_part
from tuner.service.pages import trial_of
from tuner.service.requests import Request
from tuner.settings import Settings
from tuner.studies.child_process import ask

Kind = Literal["report", "parquet", "export"]

_AT_ONCE = threading.BoundedSemaphore(2)
IN_LINE = threading.BoundedSemaphore(6)
"""Those that are made, and those that wait: a server has other things to do than to wait."""
_LONGEST_S = 600.0
_CHUNK = 1 << 18

_NAMES = {"report": ".html", "parquet": "-trials.parquet", "export": ".zip"}
_TYPES = {
    "report": "text/html; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "export": "application/zip",
}


class FileRequest(Request):
    """trial: of an export, its number; None is the best. codes: Python code that may be run, such as makes the data."""

    study_name: str
    kind: Kind
    trial: Annotated[int, Field(ge=0)] | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeFile:
    """A file in a folder of its own, which whoever asked for it cleans up. name: to save it under."""

    folder: TemporaryDirectory[str]
    path: Path
    name: str
    media_type: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def chunks(self) -> Iterator[bytes]:
        """All of it, once."""
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def make_file(db: Database, settings: Settings, request: FileRequest) -> MadeFile:
    """Raises NotFound, InputError, and ServiceDown where too many are being made."""
    view = view_study(db, request.study_name)
    if request.trial is not None:
        trial_of(db, view.study_name, request.trial)
    called = path_part(view.study_name)
    if request.kind == "export":
        called += "-best" if request.trial is None else f"-trial-{request.trial}"
    folder = TemporaryDirectory(prefix="tune-", ignore_cleanup_errors=True)
    try:
        path = Path(folder.name) / "made"
        _ask(settings, {**request.model_dump(), "path": str(path), "called": called}, view.study_name)
    except BaseException:
        folder.cleanup()
        raise
    return MadeFile(folder, path, f"{called}{_NAMES[request.kind]}", _TYPES[request.kind])


def _ask(settings: Settings, request: dict[str, object], study_name: str) -> None:
    # In the environment, which nobody else reads: a URL may hold a password.
    environment = {"TUNER_STORAGE": settings.storage}
    if settings.artifacts is not None:
        environment["TUNER_ARTIFACTS"] = str(settings.artifacts)
    if not IN_LINE.acquire(blocking=False):
        raise ServiceDown("many files are being made just now. Try again in a while.")
    try:
        with _AT_ONCE:
            answer = ask("tuner.service.file_making", request, study_name, environment, _LONGEST_S)
    finally:
        IN_LINE.release()
    if "missing" in answer:
        raise NotFound(str(answer["missing"]))
