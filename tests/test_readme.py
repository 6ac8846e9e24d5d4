"""The README is true: its commands are there, the spaces it names load, its search space is good."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tuner.cli.main import cli
from tuner.settings import shipped_spaces
from tuner.spec.study_spec import parse_spec

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
SPACES = (ROOT / "docs" / "spaces.md").read_text()


def commands(group: click.Group, before: str = "tune") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{before} {name}")
        else:
            found.append((f"{before} {name}", command))
    return found


@pytest.mark.parametrize(("name", "command"), commands(cli))
def test_every_command_has_help_with_an_example_and_stands_among_the_commands(
    name: str, command: click.Command
) -> None:
    assert command.help
    assert f"Example: {name}" in command.help
    first, *rest = name.removeprefix("tune ").split()
    assert f"`tune {first}" in COMMANDS
    for word in rest:
        assert f"`{word}`" in COMMANDS or f"`{name}`" in COMMANDS


@pytest.mark.parametrize("space", sorted(path.stem for path in shipped_spaces().glob("*.yaml")))
def test_every_shipped_space_is_named_among_the_spaces(space: str) -> None:
    assert f"`{space}`" in SPACES


@pytest.mark.parametrize("page", [README, SPACES], ids=["readme", "spaces"])
def test_the_search_space_that_is_shown_is_good(page: str) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert parse_spec(text, "shown", Path(), "shown.yaml").baselines


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    (text,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ours = {name: each for name, each in os.environ.items() if not name.startswith(("TUNER_", "MLFLOW_", "TF_CPP"))}
    (tmp_path / "readme.py").write_text(text)
    done = subprocess.run([sys.executable, "readme.py"], cwd=tmp_path, capture_output=True, text=True, env=ours)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("trial ")
    assert "digits-1: finished, 4 of 4 trials" in done.stderr
    assert all(line.startswith("digits-1: ") for line in done.stderr.splitlines()), done.stderr
    assert (tmp_path / "digits.html").is_file()


def test_the_readme_opens_with_the_two_commands() -> None:
    (block, *_) = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
    assert block == "python3 -m pip install uv && uv run tune start --space fashion_mnist\nuv run pytest\n"
