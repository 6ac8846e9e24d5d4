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


def _resources(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for each in given:
        name, _, amount = each.partition("=")
        try:
            found[name.strip()] = float(amount or 1)
        except ValueError:
            raise click.BadParameter(f"{each!r}: write NAME=AMOUNT, such as a100=1.") from None
    return found


place_options = together(
    click.option(
        "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True,
        help="Where workers run: on this machine, or on a Ray cluster, which runs on when this command ends.",
    ),
    click.option(
        "--address", default="auto", show_default=True, metavar="auto|ray://HOST:10001", help="Of the Ray cluster."
    ),
    click.option(
        "--cpus-per-worker", type=float, default=1.0, show_default=True, metavar="N", help="On a Ray cluster."
    ),
    click.option(
        "--gpus-per-worker", type=float, default=0.0, show_default=True, metavar="0.25",
        help="On a Ray cluster: a part of one, and of its memory.",
    ),
    click.option("--memory-per-worker", type=int, default=0, metavar="MIB", help="On a Ray cluster [any]."),
    click.option(
        "--resource", "resources", multiple=True, callback=_resources, metavar="NAME=AMOUNT",
        help="A custom resource of a Ray cluster that each worker needs; may be given several times.",
    ),
)  # fmt: skip
fit_option = click.option("--fit", is_flag=True, help="Train through Keras' Model.fit instead of the compiled epoch.")
