"""The documentation is true: every file in it is used, every command and script in it is run, in order."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import yaml

from tuner.cli.main import cli, main
from tuner.studies import child_process
from tuner.studies.code_check import check
from tuner.training.health.diagnosis import Kind, Verdict

DOCS = Path(__file__).parents[1] / "docs"
ROOT = DOCS.parent
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
# Those of a group go on with one another's studies.
RUN = (("tutorial.md",), ("images.md", "results.md"), ("python.md",), ("moving.md",), ("machines.md",))


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
@pytest.mark.parametrize("pages", RUN, ids=" ".join)
def test_every_example_of_a_page_runs(pages: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "moving.md" in pages:
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
    for page in pages:
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


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub and the site make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


WRITTEN = [*PAGES, "../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md"]


@pytest.mark.parametrize("page", WRITTEN)
def test_every_link_leads_somewhere(page: str) -> None:
    """Also to a heading, also in what the site does not have. The site's own are checked when it is built, too."""
    for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]*))?\)", (DOCS / page).read_text()):
        led = (DOCS / page).parent / target if target else DOCS / page
        assert led.exists(), f"{page}: {target}"
        assert not anchor or led.suffix != ".md" or anchor in anchors(led), f"{page}: {target}#{anchor}"


def test_the_readme_leads_to_every_page() -> None:
    """By itself, or by the first page of the documents."""
    readme = (ROOT / "README.md").read_text()
    assert "(docs/index.md)" in readme
    first = (DOCS / "index.md").read_text()
    for page in PAGES:
        assert f"(docs/{page})" in readme or f"({page})" in first, page


def test_the_site_has_every_page() -> None:
    """mkdocs checks the rest: `mkdocs build --strict`, which .ci/run does."""
    listed = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert set(PAGES) <= set(listed)


def test_every_verdict_is_explained_with_its_remedy() -> None:
    table = (DOCS / "verdicts.md").read_text()
    for kind in get_args(Kind):
        assert re.search(rf"^\| {kind} \| .+ \| {re.escape(Verdict(kind, '').remedy)} \|$", table, re.MULTILINE), kind


def test_compose_has_what_the_page_names() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    text = (DOCS / "machines.md").read_text()
    profiles = {each for service in compose["services"].values() for each in service.get("profiles", ())}
    assert set(re.findall(r"--profile (\w+)", text)) <= profiles
    assert set(re.findall(r"--scale (\w+)=", text)) <= set(compose["services"])
    assert set(re.findall(r"run --rm (\w+)", text)) <= set(compose["services"])
    assert (ROOT / ".env.example").is_file()


def test_the_map_for_the_first_change_names_files_that_are_there() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    for what in ("a sampler", "a family of networks", "a kind of file", "an engine", "a page", "a command"):
        assert f"\n| {what} |" in guide
    named = re.findall(r"`((?:tuner|tests|docs|benchmarks|search_spaces)/[\w./-]*)`", guide)
    assert len(named) > 40
    assert not [each for each in named if not (ROOT / each).exists()]
    for word, file in re.findall(r"`([A-Z]{3,})` in `([\w/.]+)`", guide):
        assert re.search(rf"^{word}\b", (ROOT / file).read_text(), re.MULTILINE), f"{file}: {word}"


def test_what_a_form_asks_is_a_form() -> None:
    """As GitHub takes issue forms: a name, a description, and fields with an id and a label each."""
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text())
        if path.stem == "config":
            continue
        assert {"name", "description", "body"} <= set(form)
        ids = [each["id"] for each in form["body"]]
        assert len(set(ids)) == len(ids)
        assert all(each["type"] in ("input", "textarea") and each["attributes"]["label"] for each in form["body"])


def test_the_hooks_before_a_commit_need_no_network() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for source in config["repos"]:
        assert source["repo"] == "local"
        assert all(each["language"] == "system" and "--no-sync" in each["entry"] for each in source["hooks"])
