"""What people are told to type works where they are; no module writes a command by itself."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest

from tuner import hints
from tuner.cli.main import cli
from tuner.hints import Place

PACKAGE = Path(__file__).parents[1] / "tuner"
_COMMAND = re.compile(rf"\btuner? ({'|'.join(sorted(cli.commands))})\b|pip install|uv (sync|run|tool)|tuner\[")
_OURS = "#!/bin/sh\nfrom tuner.cli.main import main\n"
_RAYS = "#!/bin/sh\nfrom ray.tune.cli import main\n"


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """One with an environment that uv made, in which the package is installed as it stands there."""
    clone = tmp_path / "a clone"
    for name in ("tune", "tuner", "python"):
        _script(clone / ".venv" / "bin" / name, _OURS)
    (clone / "pyproject.toml").touch()
    return clone


def place(clone: Path, folder: Path, path: str = "", **environment: str) -> Place:
    """Of a process of the clone's environment, without `uv run` where environment does not say so."""
    prefix = clone / ".venv"
    return Place({"PATH": path, **environment}, prefix, prefix / "bin" / "python", folder, str(clone))


def test_under_uv_run_the_hints_begin_with_it(clone: Path, tmp_path: Path) -> None:
    put_first = f"{clone / '.venv' / 'bin'}{os.pathsep}/usr/bin"
    inside = place(clone, clone, put_first, UV_RUN_RECURSION_DEPTH="1")
    assert (inside.tune(), inside.python()) == ("uv run tune", "uv run python")
    (clone / "below").mkdir()
    assert place(clone, clone / "below", put_first, UV_RUN_RECURSION_DEPTH="1").tune() == "uv run tune"
    elsewhere = place(clone, tmp_path, put_first, UV_RUN_RECURSION_DEPTH="1")
    assert shlex.split(elsewhere.tune()) == ["uv", "run", "--project", str(clone), "tune"]
    # Installed for every folder, too: that is shorter. A tune of Ray's is none of ours.
    _script(tmp_path / "bin" / "tune", _RAYS)
    assert place(clone, clone, f"{put_first}:{tmp_path / 'bin'}", UV_RUN_RECURSION_DEPTH="1").tune() == "uv run tune"
    _script(tmp_path / "bin" / "tune", _OURS)
    assert place(clone, clone, f"{put_first}:{tmp_path / 'bin'}", UV_RUN_RECURSION_DEPTH="1").tune() == "tune"
    _script(clone / ".venv" / "bin" / "tune", _RAYS)
    assert inside.tune() == "uv run tuner"


def test_without_uv_run_they_name_what_the_shell_finds(clone: Path) -> None:
    binaries = clone / ".venv" / "bin"
    active = place(clone, clone, str(binaries))
    assert (active.tune(), active.python()) == ("tune", "python")
    not_active = place(clone, clone, "/nowhere")
    assert shlex.split(not_active.tune()) == [str(binaries / "tune")]
    assert shlex.split(not_active.python()) == [str(binaries / "python")]
    _script(binaries / "tune", _RAYS)
    assert active.tune() == "tuner"
    (binaries / "tune").unlink()
    (binaries / "tuner").unlink()
    assert active.tune() == "python -m tuner.cli.main"
    assert place(clone, clone, TUNER_COMMAND="docker compose run --rm tune").tune() == "docker compose run --rm tune"


def test_an_extra_is_added_to_where_the_package_is_installed(clone: Path, tmp_path: Path) -> None:
    needs = ["keras>=3", 'torch>=2.4; extra == "gp"', "jax[cuda13]>=0.8; extra == 'gpu'"]
    assert place(clone, clone).extra("gp", needs) == "uv sync --inexact --extra gp"
    assert shlex.split(place(clone, tmp_path).extra("gp", needs))[2:4] == ["--project", str(clone)]
    assert place(clone, clone).again(needs) == "uv sync --inexact"

    tool = tmp_path / "tools" / "tuner"
    tool.mkdir(parents=True)
    (tool / "uv-receipt.toml").write_text('[tool]\nrequirements = [{ name = "tuner", extras = ["ray"] }]\n')
    as_tool = Place({}, tool, tool / "bin" / "python", tmp_path, "/a/clone")
    assert as_tool.extra("gp", needs) == "uv tool install '/a/clone[gp,ray]'"
    assert as_tool.packages(["x>1"]) == "uv tool install '/a/clone[ray]' --with 'x>1'"
    assert as_tool.again(needs) == "uv tool install '/a/clone[ray]' --reinstall"

    # Any other environment: what the extra stands for, since there may be another package of our name.
    other = Place({"PATH": ""}, tmp_path, tmp_path / "bin" / "python", tmp_path, "")
    assert shlex.split(other.extra("gpu", needs))[-1] == "jax[cuda13]>=0.8"
    assert shlex.split(other.again(needs))[-1] == "keras>=3"


def test_every_extra_that_is_hinted_at_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    named = set(re.findall(r"\bextra\(['\"](\w+)['\"]\)", source))
    known = set(re.findall(r"extra == ['\"](\w+)['\"]", "\n".join(requires("tuner") or ())))
    assert named
    assert named <= known
    for each in named:
        assert shlex.split(hints.extra(each))[0] in ("uv", "python", sys.executable)


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of a module but its docstrings, what a click option says of itself, and what `command` is given."""
    quiet: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(node.value)
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "command":
                quiet.update(ast.walk(node))
            quiet.update(each.value for each in node.keywords if each.arg in ("help", "description"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in quiet:
            yield node.lineno, node.value


def test_no_module_writes_a_command_by_itself() -> None:
    # The language's page, and what is written beside an exported model, are documents: they say `tune`.
    documents = ("hints.py", "cli/language_page.py", "studies/export.py")
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if _COMMAND.search(text) and path.relative_to(PACKAGE).as_posix() not in documents:
            found = [(line, words) for line, words in _texts(ast.parse(text)) if _COMMAND.search(words)]
            assert not found, f"{path}: say it by tuner.hints"


def test_no_page_writes_a_command_by_itself() -> None:
    for path in (PACKAGE / "web" / "templates").rglob("*.html"):
        for written in re.findall(r"<code>(.*?)</code>", path.read_text()):
            assert not _COMMAND.search(written) or written.startswith('{{ command("'), f"{path}: {written}"


def test_the_usage_and_the_examples_of_the_help_can_be_typed(tmp_path: Path) -> None:
    environment = {**os.environ, "TUNER_COMMAND": "uv run tune"}
    done = subprocess.run(
        [sys.executable, "-m", "tuner.cli.main", "spaces", "check", "--help"],
        capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.startswith("Usage: uv run tune spaces check [OPTIONS]")
    assert "Example: uv run tune spaces check my_space.yaml" in done.stdout


def test_where_the_package_came_from_is_known_as_an_installer_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(record: dict[str, object] | None) -> str:
        class Distribution:
            def read_text(self, name: str) -> str | None:
                assert name == "direct_url.json"
                return None if record is None else json.dumps(record)

        monkeypatch.setattr("importlib.metadata.distribution", lambda name: Distribution())
        return hints.installed_from()

    assert installed({"url": "file:///a%20clone", "dir_info": {"editable": True}}) == "/a clone"
    assert installed({"url": "https://x/t.whl", "archive_info": {}}) == "https://x/t.whl"
    git = {"vcs": "git", "commit_id": "1f0c"}
    assert installed({"url": "https://x/t.git", "vcs_info": git}) == "git+https://x/t.git@1f0c"
    assert installed(None) == ""
