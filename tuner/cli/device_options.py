"""What workers run on, as options of several commands.

Leaves to others: what they mean (service.slots, workers.devices).
"""

from collections.abc import Mapping
from typing import Any

import click

from tuner.cli.common import together
from tuner.service.requests import Devices

device_options = together(
    click.option("--device", type=click.Choice(["auto", "cpu", "gpu"]), default="auto", show_default=True),
    click.option("--gpus", metavar="0,1", help="Only these GPUs, by their number in nvidia-smi or by UUID."),
    click.option(
        "--workers-per-gpu", type=click.IntRange(min=1), default=1, show_default=True, metavar="K",
        help="Workers that share a GPU and, evenly, its memory.",
    ),
    click.option("--mixed-precision", is_flag=True, help="Compute in float16, on GPUs only."),
)  # fmt: skip
fit_option = click.option("--fit", is_flag=True, help="Train through Keras' Model.fit instead of the compiled epoch.")


def devices_of(options: Mapping[str, Any], workers: int | None) -> Devices:
    """Of a command's keywords. workers: how many; None leaves it to the machine."""
    names = ("device", "gpus", "workers_per_gpu", "mixed_precision")
    return Devices(workers=workers, **{name: options[name] for name in names})
