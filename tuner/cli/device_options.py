"""What workers run on, as options of several commands.

Leaves to others: what they mean (service.slots, workers.devices).
"""

from typing import Any

import click

from tuner.cli.common import together
from tuner.settings import MOST_MEMBERS


class CohortSize(click.ParamType[Any]):
    name = "cohort"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | int:
        if value in ("auto", "off"):
            return str(value)
        return click.IntRange(min=2, max=MOST_MEMBERS).convert(value, param, ctx)


device_options = together(
    click.option("--device", type=click.Choice(["auto", "cpu", "gpu"]), default="auto", show_default=True),
    click.option("--gpus", metavar="0,1", help="Only these GPUs, by their number in nvidia-smi or by UUID."),
    click.option(
        "--workers-per-gpu", type=click.IntRange(min=1), default=1, show_default=True, metavar="K",
        help="Workers that share a GPU and, evenly, its memory.",
    ),
    click.option("--mixed-precision", is_flag=True, help="Compute in float16, on GPUs only."),
    click.option(
        "--cohort", type=CohortSize(), default="auto", show_default=True, metavar="off|N",
        help="Networks that a worker trains at once, by one program, under JAX.",
    ),
)  # fmt: skip
fit_option = click.option("--fit", is_flag=True, help="Train through Keras' Model.fit instead of the compiled epoch.")
