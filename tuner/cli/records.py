"""Options of `tune start` for what is recorded beside the usual.

Leaves to others: recording it (workers, studies, tracking).
"""

import importlib.util
from pathlib import Path
from typing import Any

import click

from tuner.cli.common import together
from tuner.errors import InputError

options = together(
    click.option(
        "--tensorboard", type=click.Path(path_type=Path), metavar="DIR", help="TensorBoard logs too, in this folder."
    ),
    click.option("--system-metrics", is_flag=True, help="CPU and memory in use with each epoch's metrics."),
)


def chosen(tensorboard: Path | None, system_metrics: bool) -> dict[str, Any]:
    """What the study stores of them. Raises InputError where TensorBoard is not installed."""
    if tensorboard is not None and importlib.util.find_spec("tensorboard") is None:
        raise InputError("--tensorboard needs a package that is not installed. Run: pip install 'tuner[tensorboard]'")
    board = {} if tensorboard is None else {"tensorboard": str(tensorboard.expanduser().absolute())}
    return {**board, **({"system_metrics": True} if system_metrics else {})}
