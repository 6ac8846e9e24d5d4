"""What workers run on, as options of several commands.

Leaves to others: what they mean (service.slots, workers.devices).
"""

import click

from tuner.cli.common import together

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
