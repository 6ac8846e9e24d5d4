"""The search spaces that a server may be asked for: by name, or as text that somebody sends it.

Owns: that a request names no file of the server: a space is one of its folders' by name, data is a data set by name or
lies in the folder that the server was given, and code is run only where the server was given it.
Leaves to others: what a space may say (spec), finding code (spaces).
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tuner.errors import InputError, NotFound, SpecError
from tuner.formatting import nearest
from tuner.service.requests import SpaceRequest
from tuner.settings import shipped_spaces
from tuner.spec.source_kinds import KINDS, Table
from tuner.spec.study_spec import StudySpec, parse_spec, read_spec

LONGEST = 200_000
"""Letters of a space that is sent as text."""

_NAME = re.compile(r"[\w][\w.-]{0,99}")


@dataclass(frozen=True)
class SpaceShelf:
    """folders: of search-space files, each known by its name; the first that has a name counts. data: the folder in
    which files of data may lie, or None. codes: Python code that may be run."""

    folders: tuple[Path, ...]
    data: Path | None = None
    codes: tuple[str, ...] = ()

    def names(self) -> list[str]:
        return sorted({path.stem for folder in self.folders for path in folder.glob("*.yaml")})

    def named(self, name: str) -> StudySpec:
        """Raises NotFound, SpecError."""
        for folder in self.folders:
            path = folder / f"{name}.yaml"
            if _NAME.fullmatch(name) and path.is_file():
                return _read(path, path.stat().st_mtime_ns, path.stat().st_size)
        raise NotFound(f"there is no search space {name!r}{nearest(name, self.names())}")

    def of_text(self, text: str, name: str) -> StudySpec:
        """What somebody sends. Raises SpecError, InputError."""
        if len(text) > LONGEST:
            raise InputError(f"the space has {len(text):,} characters; {LONGEST:,} are the most.")
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r}: the name of a space is of letters, digits, _, - and points, at most 100.")
        spec = parse_spec(text, name, self.data or Path.cwd(), name)
        self._check_data(spec)
        return spec

    def spec(self, space: str | None, text: str | None, name: str) -> StudySpec:
        """Of one of the two. Raises InputError where it is both or neither, and as `named` and `of_text`."""
        if (space is None) == (text is None):
            raise InputError("say which space: by its name (space), or as text (space_text); one of them.")
        return self.named(space) if space is not None else self.of_text(text or "", name)

    def request(self, space: str | None, text: str | None, name: str) -> SpaceRequest:
        """The same, as it is asked for."""
        return SpaceRequest(space=self.spec(space, text, name), code=self.codes)

    def _check_data(self, spec: StudySpec) -> None:
        data = spec.source
        if data is None:
            return
        if data.files is None and data.idx is None:
            return
        written = [getattr(data.files, kind, None) for kind in KINDS]
        if isinstance(data.files, Table):
            written += [data.files.test, data.files.validation]
        if data.files is not None and getattr(data.files, "python", None) is not None:
            return  # run only where the server was given its code
        paths = [data.path(each) for each in written if each] if data.idx is None else [data.idx]
        root = None if self.data is None else Path(os.path.realpath(self.data))
        for path in paths:
            if root is None:
                raise SpecError(f"{spec.name}: dataset: this server takes data sets by their names alone.")
            if not path.is_relative_to(root):
                raise SpecError(f"{spec.name}: dataset: files of data are named from the server's folder of data on.")


@lru_cache(maxsize=100)
def _read(path: Path, changed_ns: int, size: int) -> StudySpec:
    """As it was when it was changed last: a page of all spaces reads them anew each time."""
    return read_spec(path)


def local_shelf(data: Path | None = None, codes: tuple[str, ...] = ()) -> SpaceShelf:
    """What `tune start --space NAME` finds from the working folder."""
    return SpaceShelf((Path("search_spaces").absolute(), shipped_spaces()), data, codes)
