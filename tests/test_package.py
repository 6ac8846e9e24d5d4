"""What is built is whole: wheel and sdist have every file, and installed as a person does it, `tune` works anywhere."""

import os
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tuner.settings import shipped_spaces

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _files(folder: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_changelog_begins_with_this_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == "## [Unreleased]" or headings[0].startswith(f"## [{PROJECT['version']}]")
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.slow
def test_wheel_and_sdist_are_whole_and_the_installed_command_works_in_any_folder(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv")
    ours = ("TUNER_", "MLFLOW_", "PYTHON", "VIRTUAL_ENV", "UV_")
    clean = {name: each for name, each in os.environ.items() if not name.startswith(ours)}
    tools = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin"), "TERM": "dumb"}
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(*words: str, folder: Path = tmp_path) -> str:
        done = subprocess.run(words, cwd=folder, env={**clean, **tools, "PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # The wheel is built from the sdist.
    run(uv, "build", "--quiet", "--out-dir", str(tmp_path / "dist"), str(ROOT))
    (sdist,) = (tmp_path / "dist").glob("*.tar.gz")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with tarfile.open(sdist) as packed:
        there = {name.partition("/")[2] for name in packed.getnames()}
    assert _files("tuner") | _files("search_spaces") | {"pyproject.toml", "LICENSE", "CHANGELOG.md"} <= there
    with zipfile.ZipFile(wheel) as zipped:
        there = set(zipped.namelist())
        metadata = zipped.read(f"tuner-{PROJECT['version']}.dist-info/METADATA").decode()
    assert _files("tuner") | {f"tuner/{each}" for each in _files("search_spaces")} <= there
    assert f"tuner-{PROJECT['version']}.dist-info/licenses/LICENSE" in there
    assert f"License-Expression: {PROJECT['license']}\n" in metadata

    run(uv, "tool", "install", "--quiet", str(wheel))
    empty = tmp_path / "anywhere"
    empty.mkdir()
    assert run("tune", "--version", folder=empty) == f"tune, version {PROJECT['version']}\n"
    listed = run("tune", "spaces", "list", folder=empty)
    assert {path.stem for path in shipped_spaces().glob("*.yaml")} <= set(listed.split())
    python = tmp_path / "tools" / "tuner" / "bin" / "python"
    assert str(tmp_path) in run(str(python), "-c", "import tuner; print(tuner.__file__)", folder=empty)
    assert not list(empty.iterdir())
