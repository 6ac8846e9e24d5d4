"""The options of commands that run a space in Python.

Leaves to others: what they mean (python_spaces).
"""

from dataclasses import dataclass
from typing import Any

import click

from tuner.cli.common import together
from tuner.spec.families import NORMALIZATIONS


@dataclass(frozen=True)
class Given:
    """What the options say beside --space."""

    dataset: str | None
    objective: str | None
    trial_epochs: int | None
    batch_size: int | None
    normalization: str | None
    code: tuple[str, ...]


code_option = click.option(
    "--code", multiple=True, metavar="FILE|MODULE",
    help="Python code that may be run here, for networks or data made by code; may be given several times.",
)  # fmt: skip


# What a space that is Python code does not say itself: the data, the objective, how to train; and --code.
python_options = together(
    click.option("--dataset", metavar="NAME", help="For a space in Python: the data."),
    click.option("--objective", metavar="METRIC[:minimize]", help="Of a space in Python [val_accuracy]."),
    click.option("--trial-epochs", type=click.IntRange(min=1), metavar="N", help="Of a space in Python [10]."),
    click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Of a space in Python [32]."),
    click.option("--normalization", type=click.Choice(NORMALIZATIONS), help="Of a space in Python [none]."),
    code_option,
)


def given_of(options: dict[str, Any]) -> Given:
    """Take the options out of a command's keywords."""
    return Given(**{name: options.pop(name) for name in Given.__dataclass_fields__})
