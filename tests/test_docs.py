"""The documentation is true: every file in it is used, every command and script in it is run, in order."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tuner.cli.main import cli, main
from tuner.studies import child_process
from tuner.studies.code_check import check

DOCS = Path(__file__).parents[1] / "docs"
ROOT = DOCS.parent
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
RUN = ("tutorial.md", "python.md", "moving.md", "machines.md", "results.md")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page. file: what its first line names it, if it is a file."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        found = re.match(r"# ([\w.-]+\.(py|yaml))\n", self.text)
        return found[1] if found else None


def blocks(page: str) -> Iterator[Block]:
    text = (DOCS / page).read_text()
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield Block(found[1], found[2], text.count("\n", 0, found.start()) + 1)


def run_command(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `tune` command, in this process: only the libraries' import is saved; workers are processes of their own."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    assert not code, line


@pytest.fixture
def one_core() -> Iterator[None]:
    """What is started here may use one core: then `tune start` starts one worker, whose libraries load once."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("one_core")
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("page", RUN)
def test_every_example_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page == "moving.md":
        pytest.importorskip("tensorboard", reason="keras_tuner.Tuner imports it with TensorFlow")
    # The same check in this process.
    by_a_child = child_process.ask

    def ask(module: str, request: dict[str, Any], *more: Any) -> Any:
        if module == "tuner.studies.code_check":
            return json.loads(json.dumps(check(request)))
        return by_a_child(module, request, *more)

    monkeypatch.setattr(child_process, "ask", ask)
    monkeypatch.chdir(tmp_path)
    for name in ("TUNER_STORAGE", "TUNER_ARTIFACTS", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    done = 0
    for block in blocks(page):
        where = f"{page}, line {block.line}"
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text)
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), {"__name__": "__main__"})
        elif block.language == "bash":
            for line in block.text.splitlines():
                assert line.startswith("tune "), f"{where}: {line}"
                run_command(line, monkeypatch)
        else:
            assert block.language == "text", f"{where}: a block is python, yaml, bash (run) or text (not run)"
        done += 1
    assert done > 2


@pytest.mark.parametrize("page", [*PAGES, "../README.md"])
def test_every_command_in_words_is_there(page: str) -> None:
    """Also those that are not run: each exists, and has the options that it is given."""
    for line in re.findall(r"`(tune [^`\n]+)`|^(tune .+)$", (DOCS / page).read_text(), re.MULTILINE):
        words = "".join(line).split()
        command: click.Command | None = cli.commands.get(words[1])
        if isinstance(command, click.Group):
            command = command.commands.get(words[2])
        assert command is not None, words
        known = {option for each in command.params for option in each.opts}
        assert {word for word in words[2:] if word.startswith("--")} <= known, words


@pytest.mark.parametrize("page", [*PAGES, "../README.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    folder = (DOCS / page).parent
    for target in re.findall(r"\]\((?!http)([^)#]*)(?:#[^)]*)?\)", (DOCS / page).read_text()):
        assert not target or (folder / target).exists(), f"{page}: {target}"


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text()
    for page in PAGES:
        assert f"(docs/{page})" in readme, page


def test_compose_has_what_the_page_names() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    text = (DOCS / "machines.md").read_text()
    profiles = {each for service in compose["services"].values() for each in service.get("profiles", ())}
    assert set(re.findall(r"--profile (\w+)", text)) <= profiles
    assert set(re.findall(r"--scale (\w+)=", text)) <= set(compose["services"])
    assert set(re.findall(r"run --rm (\w+)", text)) <= set(compose["services"])
    assert (ROOT / ".env.example").is_file()
