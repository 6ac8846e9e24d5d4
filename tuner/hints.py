"""What people are told to type: a `tune` command, this Python, the installation of a package that is missing.

Owns: how each is written so that it works in the shell that this process was started from. That depends on how it was
started: `tune` on the PATH, `uv run tune` in a clone, a script of an environment that is not activated.
Leaves to others: when something is hinted at, and where it is shown.
"""

import importlib.metadata
import importlib.util
import json
import os
import re
import shlex
import shutil
import sys
import tomllib
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tuner.settings import read_typing

STORAGE_VARIABLE = "$TUNER_STORAGE"
_storage: list[str] = []
_SCRIPTS = ("tune", "tuner")  # Ray has a `tune`, too
_OURS = b"tuner.cli.main"


def commands_need(storage: str | None) -> None:
    """From now on `tune` commands that people are told have this --storage, as this process was told; None is none.

    storage: a URL, or `STORAGE_VARIABLE` for one that has a secret.
    """
    _storage[:] = [] if storage is None else ["--storage", storage]


def command(words: str, *names: object, options: Iterable[object] = ()) -> str:
    """A command to be typed into a shell. words: `tune ...` or `python ...`, as the documents have it, or another
    program's. names, options: quoted where they need it."""
    given = [str(name) for name in names]
    # What begins like an option is a name after two dashes; what follows an option, such as --study, is its value.
    value = words.rpartition(" ")[2].startswith("--")
    apart = ["--"] if not value and any(name.startswith("-") for name in given) else []
    program, _, rest = words.partition(" ")
    further = [*map(str, options), *(_storage if program == "tune" else ())]
    before, after = (further, []) if apart else ([], further)
    arguments = shlex.join([*rest.split(), *before, *apart, *given, *after])
    arguments = arguments.replace(shlex.quote(STORAGE_VARIABLE), f'"{STORAGE_VARIABLE}"')
    return f"{_program(program)} {arguments}".rstrip()


def _program(name: str) -> str:
    written = {"tune": tune, "python": python}
    return written[name]() if name in written else shlex.quote(name)


@cache
def tune() -> str:
    """The program's name, as it can be typed where this process was started."""
    return _here().tune()


@cache
def python() -> str:
    """The Python that has this package, as it can be typed where this process was started."""
    return _here().python()


def extra(name: str) -> str:
    """The command that adds an extra of this package to where it is installed, and takes nothing away."""
    return _here().extra(name, _requires())


def packages(*requirements: str) -> str:
    """The command that installs packages beside this one."""
    return _here().packages(requirements)


def again() -> str:
    """The command that installs this package anew, with what it needs."""
    return _here().again(_requires())


def _here() -> "Place":
    return Place(read_typing(), Path(sys.prefix), Path(sys.executable), Path.cwd(), installed_from())


def _requires() -> list[str]:
    try:
        return importlib.metadata.requires("tuner") or []
    except importlib.metadata.PackageNotFoundError:
        return []


def installed_from() -> str:
    """What an installer takes for this package: a folder, a file's or a repository's URL; empty for an index's."""
    try:
        written = importlib.metadata.distribution("tuner").read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        # Run from its folder.
        return str(Path(__file__).resolve().parents[1])
    if written is None:
        return ""
    found = json.loads(written)
    url = str(found["url"])
    if "vcs_info" in found:
        return f"{found['vcs_info']['vcs']}+{url}@{found['vcs_info']['commit_id']}"
    return urllib.parse.unquote(url.removeprefix("file://")) if "dir_info" in found else url


@dataclass(frozen=True)
class Place:
    """Where this process runs. environment: what of it says how it was started. prefix, executable: this Python's.
    folder: the working folder. source: what this package was installed from, or nothing."""

    environment: Mapping[str, str]
    prefix: Path
    executable: Path
    folder: Path
    source: str

    def tune(self) -> str:
        if told := self.environment.get("TUNER_COMMAND", "").strip():
            return told
        for name in _SCRIPTS:
            if (found := shutil.which(name, path=self._path())) and _is_ours(Path(found)):
                return name
        for name in _SCRIPTS:
            script = shutil.which(name, path=str(self.executable.parent))
            if script and _is_ours(Path(script)):
                return f"{self._uv_run()} {name}" if self._by_uv_run else shlex.quote(script)
        return f"{self.python()} -m tuner.cli.main"

    def python(self) -> str:
        found = shutil.which("python", path=self._path())
        if found and Path(found).parent == self.executable.parent:
            return "python"
        return f"{self._uv_run()} python" if self._by_uv_run else shlex.quote(str(self.executable))

    def extra(self, name: str, requires: Iterable[str]) -> str:
        if project := self._project():
            return shlex.join(["uv", "sync", *self._elsewhere(project), "--inexact", "--extra", name])
        if self._is_tool:
            return self._install_tool(extra=name)
        return self.packages([_plain(each) for each in requires if _of_extra(each, name)])

    def packages(self, requirements: Iterable[str]) -> str:
        if self._is_tool:
            return self._install_tool(*(word for each in requirements for word in ("--with", each)))
        if self._by_uv_run or not importlib.util.find_spec("pip"):
            return shlex.join(["uv", "pip", "install", "--python", str(self.executable), *requirements])
        return f"{self.python()} -m pip install {shlex.join(requirements)}"

    def again(self, requires: Iterable[str]) -> str:
        if project := self._project():
            return shlex.join(["uv", "sync", *self._elsewhere(project), "--inexact"])
        if self._is_tool:
            return self._install_tool("--reinstall")
        return self.packages([self.source] if self.source else [_plain(each) for each in requires if not _extras(each)])

    @property
    def _by_uv_run(self) -> bool:
        return "UV_RUN_RECURSION_DEPTH" in self.environment

    def _path(self) -> str:
        """Where the person's shell looks: without the environment that `uv run` put before it."""
        ours = str(self.executable.parent)
        parts = self.environment.get("PATH", "").split(os.pathsep)
        return os.pathsep.join(each for each in parts if not (self._by_uv_run and each == ours))

    def _uv_run(self) -> str:
        root = self.prefix.parent
        known = self.prefix.name == ".venv" and (root / "pyproject.toml").is_file()
        return shlex.join(["uv", "run", *(self._elsewhere(root) if known else ())])

    def _project(self) -> Path | None:
        """The clone that this environment is of, where uv made it."""
        root = self.prefix.parent
        by_uv = self.prefix.name == ".venv" and (root / "pyproject.toml").is_file() and Path(self.source) == root
        return root if by_uv else None

    def _elsewhere(self, root: Path) -> list[str]:
        """What uv must be told in a folder that it does not find the project from."""
        near = next((each for each in (self.folder, *self.folder.parents) if (each / "pyproject.toml").is_file()), None)
        return [] if near == root else ["--project", str(root)]

    @property
    def _is_tool(self) -> bool:
        return bool(self.source) and (self.prefix / "uv-receipt.toml").is_file()

    def _install_tool(self, *options: str, extra: str = "") -> str:
        """`uv tool install`, with the extras that it was asked for before."""
        receipt = tomllib.loads((self.prefix / "uv-receipt.toml").read_text(encoding="utf-8"))
        ours = [each for each in receipt["tool"]["requirements"] if each["name"] == "tuner"]
        extras = {each for wanted in ours for each in wanted.get("extras", ())} | ({extra} if extra else set())
        wanted = f"{self.source}[{','.join(sorted(extras))}]" if extras else self.source
        return shlex.join(["uv", "tool", "install", wanted, *options])


def _is_ours(script: Path) -> bool:
    try:
        return _OURS in script.read_bytes()
    except OSError:
        return False


def _plain(requirement: str) -> str:
    """Without the extra that it is of."""
    return requirement.partition(";")[0].strip()


def _extras(requirement: str) -> bool:
    return "extra ==" in requirement


def _of_extra(requirement: str, name: str) -> bool:
    return re.search(rf"""extra == ['"]{re.escape(name)}['"]""", requirement) is not None
