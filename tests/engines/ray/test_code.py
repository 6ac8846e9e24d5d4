"""A person's code as it travels to a cluster: it is found there, and known again by its digest."""

from pathlib import Path

import pytest

from tuner.engines.ray import cluster, code
from tuner.engines.ray.library import brings_a_folder
from tuner.errors import InputError
from tuner.spec.code import find_code


def test_the_files_that_code_imports_travel_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, there = tmp_path / "mine", tmp_path / "there"
    (mine / "parts").mkdir(parents=True)
    there.mkdir()
    (mine / "net.py").write_text("from parts import layers\n\ndef build_model(hp):\n    return layers.made(hp)\n")
    (mine / "parts" / "__init__.py").write_text("")
    (mine / "parts" / "layers.py").write_text("def made(hp):\n    return None\n")
    for other in ("tuner.db", "data.npz", "unused.py"):
        (mine / other).write_text("x")
    found = find_code(str(mine / "net.py:build_model"))
    (named,) = code.stage([found], there)
    assert named == "code/1/net.py:build_model"
    files = sorted(each.relative_to(there).as_posix() for each in there.rglob("*") if each.is_file())
    assert files == ["code/1/net.py", "code/1/parts/__init__.py", "code/1/parts/layers.py"]
    monkeypatch.chdir(there)
    assert find_code(named).digest == found.digest


def test_a_module_travels_to_where_its_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine" / "nets").mkdir(parents=True)
    (tmp_path / "there").mkdir()
    (tmp_path / "mine" / "nets" / "__init__.py").write_text("")
    (tmp_path / "mine" / "nets" / "wide.py").write_text("def space(trial):\n    return None\n")
    monkeypatch.chdir(tmp_path / "mine")
    found = find_code("nets.wide:space")
    assert code.stage([found], tmp_path / "there") == ("nets.wide:space",)
    monkeypatch.chdir(tmp_path / "there")
    assert find_code("nets.wide:space").digest == found.digest


def test_what_is_installed_stays_where_it_is(tmp_path: Path) -> None:
    assert code.stage([find_code("click:command")], tmp_path) == ("click:command",)
    assert list(tmp_path.iterdir()) == []


def test_too_much_code_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def build_model(hp):\n    pass\n" + "# long\n" * 2_000_000)
    with pytest.raises(InputError, match="at most 10 MB of code travel"):
        code.stage([find_code(str(tmp_path / "net.py"))], tmp_path / "there")


def test_code_of_a_submitted_job_is_named_from_its_folder() -> None:
    assert cluster.in_the_folder(["/job/net.py:build", "package.net:build"], "/job") == (
        "net.py:build",
        "package.net:build",
    )
    with pytest.raises(InputError, match="is not in the working directory"):
        cluster.in_the_folder(["/elsewhere/net.py:build"], "/job")
    given = {"RAY_JOB_CONFIG_JSON_ENV_VAR": '{"runtime_env": {"working_dir": "gcs://x.zip"}}'}
    assert brings_a_folder(given)
    assert not brings_a_folder({"RAY_JOB_CONFIG_JSON_ENV_VAR": '{"runtime_env": {}}'})
    assert not brings_a_folder({})
