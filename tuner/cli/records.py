"""Options of `tune start` for what is recorded beside the usual.

Leaves to others: what is stored of it (service.starting), recording it (workers, studies, tracking).
"""

from pathlib import Path

import click

from tuner.cli.common import together

options = together(
    click.option(
        "--tensorboard", type=click.Path(path_type=Path), metavar="DIR", help="TensorBoard logs too, in this folder."
    ),
    click.option("--system-metrics", is_flag=True, help="CPU and memory in use with each epoch's metrics."),
)
