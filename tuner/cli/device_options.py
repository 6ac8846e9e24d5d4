"""What workers run on, as options of several commands.

Leaves to others: what they mean (workers.devices).
"""

from typing import TYPE_CHECKING

import click

from tuner.cli.common import echo, together

if TYPE_CHECKING:
    from tuner.workers.devices import Slot
    from tuner.workers.placement import Wanted

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


def slots_of(
    device: str, workers: int | None, gpus: str | None, workers_per_gpu: int, mixed_precision: bool
) -> "list[Slot]":
    """A slot a worker. Raises InputError for a device that is not there."""
    from tuner.settings import read_share
    from tuner.workers.cores import cpu_cores
    from tuner.workers.devices import choose, slots
    from tuner.workers.gpus import find_gpus

    found = choose(find_gpus(), gpus) if device != "cpu" else []
    made = slots(
        device,  # type: ignore[arg-type]  # click checked the word
        workers,
        found,
        cpu_cores(),
        workers_per_gpu,
        mixed_precision,
        read_share().threads,
    )
    _say_no_mixed_precision(mixed_precision and made[0].gpu is None)
    return made


def wanted_of(device: str, gpus: str | None, workers_per_gpu: int, mixed_precision: bool) -> "Wanted":
    """What one worker may choose among. Raises InputError for a device that is not there."""
    from tuner.workers.devices import choose, must_have
    from tuner.workers.gpus import find_gpus
    from tuner.workers.placement import Wanted

    found = choose(find_gpus(), gpus) if device != "cpu" else []
    must_have(device, found)
    _say_no_mixed_precision(mixed_precision and not found)
    return Wanted(found, workers_per_gpu, mixed_precision and bool(found))


def _say_no_mixed_precision(wanted: bool) -> None:
    if wanted:
        echo("tune: --mixed-precision is for GPUs; there is none, so it is not used", err=True)
