"""`tune` is this project's command, whatever else is installed beside it for developers."""

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))


def test_nothing_in_a_developers_environment_has_a_command_of_that_name() -> None:
    """Of two packages with one command, whichever was installed last has it; Ray's is known."""
    others = {each.dist.name for each in entry_points(group="console_scripts", name="tune") if each.dist is not None}
    assert others - {"tuner"} <= {"ray"}
    named = [*PROJECT["dependency-groups"]["dev"], *PROJECT["project"]["dependencies"]]
    assert not [each for each in named if each.startswith("ray")]
    assert PROJECT["project"]["scripts"]["tune"] == PROJECT["project"]["scripts"]["tuner"]
