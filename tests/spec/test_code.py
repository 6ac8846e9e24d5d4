"""Code is found, and known again, without being run."""

from pathlib import Path

import pytest

from tuner.errors import NotFound, SpecError
from tuner.spec.code import find_code, looks_like_code, name_in, read_name

TRAP = "raise SystemExit('this was run')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_digest_covers_what_is_imported_from_beside_it_and_nothing_else(folder: Path) -> None:
    (folder / "net.py").write_text("import keras\nimport layers.dense\nfrom helper import f\n" + TRAP)
    (folder / "helper.py").write_text("from other import g\n")
    (folder / "other.py").write_text("")
    (folder / "unused.py").write_text("")
    (folder / "layers").mkdir()
    (folder / "layers" / "__init__.py").write_text("")
    (folder / "layers" / "dense.py").write_text("from . import tools\n")
    (folder / "layers" / "tools.py").write_text("")
    code = find_code("net.py")
    names = [file.relative_to(folder).as_posix() for file in code.files]
    assert names == sorted(
        ["helper.py", "layers/__init__.py", "layers/dense.py", "layers/tools.py", "net.py", "other.py"]
    )
    (folder / "unused.py").write_text("x = 1\n")
    assert find_code("net.py").digest == code.digest
    (folder / "other.py").write_text("x = 1\n")
    assert find_code("net.py").digest != code.digest


def test_the_digest_is_the_same_in_another_folder(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "net.py").write_text("x = 1\n")
    assert find_code("a/net.py").digest == find_code("b/net.py:x").digest


def test_a_module_is_found_without_running_its_packages(folder: Path) -> None:
    (folder / "pack").mkdir()
    (folder / "pack" / "__init__.py").write_text(TRAP)
    (folder / "pack" / "net.py").write_text("from pack.tools import f\nimport keras\n" + TRAP)
    (folder / "pack" / "tools.py").write_text("")
    code = find_code("pack.net:build")
    assert (code.module, code.name, code.root) == ("pack.net", "build", folder)
    assert [file.name for file in code.files] == ["__init__.py", "net.py", "tools.py"]


@pytest.mark.parametrize(
    ("text", "style", "name"),
    [
        ("def build_model(hp): ...", "keras_tuner", "build_model"),
        ("def space(trial): ...", "python", "space"),
        ("def space(trial, data): ...\ndef helper(x): ...", "python", "space"),
        ("class Mine(keras_tuner.HyperModel): ...", "keras_tuner", "Mine"),
        ("def other(hp): ...\ndef build_model(hp): ...", "keras_tuner", "build_model"),
    ],
)
def test_the_name_of_the_network_is_found_in_its_file(folder: Path, text: str, style: str, name: str) -> None:
    (folder / "net.py").write_text(text + "\n" + TRAP)
    found = name_in(find_code("net.py"))
    assert (found.style, found.name) == (style, name)


def test_a_file_with_several_or_none_asks_for_the_name(folder: Path) -> None:
    (folder / "net.py").write_text("def one(hp): ...\ndef two(trial): ...\n")
    with pytest.raises(SpecError, match=r"has several: one, two. Say which name to use: net.py:NAME"):
        name_in(find_code("net.py"))
    assert name_in(find_code("net.py:two")).style == "python"
    (folder / "net.py").write_text("x = 1\n")
    with pytest.raises(SpecError, match=r"has no build_model\(hp\), space\(trial\) or HyperModel"):
        name_in(find_code("net.py"))
    (folder / "net.py").write_text("def build(:\n")
    with pytest.raises(SpecError, match=r"net.py: line 1: not Python"):
        find_code("net.py")


def test_what_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no file net.py"):
        find_code("net.py")
    with pytest.raises(NotFound, match=r"there is no Python module 'no.such' \(no is not found\)"):
        find_code("no.such:build")


@pytest.mark.parametrize("text", ["my.py", "a/b.py:build", "pack.net:build"])
def test_code_is_told_from_a_space(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize("text", ["fashion_mnist", "my.yaml", "folder/my.yaml", "pack.net"])
def test_a_space_is_told_from_code(text: str) -> None:
    assert not looks_like_code(text)


@pytest.mark.parametrize("text", ["net.py", "net.py:", "net.py:a.b", "net.py:a b", "os.system:x()", "x"])
def test_a_specification_names_one_name(text: str) -> None:
    with pytest.raises(SpecError):
        read_name("python", text, "my.yaml: model.python")
