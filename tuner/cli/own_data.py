"""`tune start DATA`: a space is proposed, written to a file and started.

Leaves to others: what is proposed (service.proposing), how it is started (running).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuner.cli.common import echo
from tuner.errors import InputError
from tuner.hints import command
from tuner.spec.code import looks_like_code

if TYPE_CHECKING:
    from tuner.data.sources import Loaded


def with_space(options: Mapping[str, Any]) -> tuple[dict[str, Any], "Loaded | None"]:
    """The options of `tune start` with a space, and a target that is a value; with the data, where they had to be read
    for it. Raises InputError."""
    data, target = options["data"], options["target"]
    rest = {name: value for name, value in options.items() if name not in ("data", "task")}
    if data is None:
        if options["space"] is None:
            raise InputError(
                f"start what? Give --space NAME, or data: {command('tune start FILE.csv --target COLUMN')}. "
                f"Shipped spaces: {command('tune spaces list')}"
            )
        if options["task"] is not None:
            typed = command("tune start FILE.csv --target COLUMN --task regression")
            raise InputError(f"--task goes with data: {typed}.")
        return {**rest, "target": None if target is None else _value(target)}, None
    from tuner.service import proposing

    space = options["space"]
    if space is not None and not looks_like_code(space):
        raise InputError(f"--space {space} says which data; leave {data} out, or name Python code: --space net.py.")
    proposal = proposing.propose(data, target, options["task"], Path.cwd())
    for note in proposal.notes:
        echo(f"tune: {note}", err=True)
    if space is not None:
        return {**rest, "target": None, "dataset": proposal.dataset}, proposal.loaded
    path = proposing.write(proposal, Path.cwd())
    echo(f"tune: {path.name} says how the data are read and what is searched; edit it as you like", err=True)
    return {**rest, "target": None, "space": str(path)}, proposal.loaded


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a valid float.", param_hint="'--target'") from error
