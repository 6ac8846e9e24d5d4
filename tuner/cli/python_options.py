"""The options of commands that run a space in Python.

Leaves to others: what they mean (service.spaces).
"""

import click

from tuner.cli.common import together
from tuner.errors import InputError, SpecError
from tuner.service.requests import Content
from tuner.spec.families import NORMALIZATIONS
from tuner.spec.safe_yaml import load

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


def dataset_of(text: str | None) -> str | Content | None:
    """A name, or a mapping as it stands in a file. Raises InputError."""
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        found: Content = load(text, "--dataset")
    except SpecError as error:
        raise InputError(f"{error} Write it as in a file: '{{csv: FILE, target: COLUMN}}'.") from error
    return found
