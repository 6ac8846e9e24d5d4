"""`tune deploy`: a file for another system that runs a study's workers, on stdout.

Leaves to others: what is in it, and whether the study could be run there (service.deploying).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuner.cli.common import echo, echo_whole, storage_option, studies_at, together
from tuner.cli.device_options import CohortSize
from tuner.cli.python_options import code_option

if TYPE_CHECKING:
    from tuner.service.deploying import Deployment

F = TypeVar("F", bound=Callable[..., Any])

_shared_options = together(
    click.option("--study", "study_name", metavar="NAME", required=True, help="Whose workers they are."),
    click.option(
        "--workers", type=click.IntRange(1, 1000), default=1, show_default=True, metavar="N",
        help="Places, each with a worker, or one a GPU.",
    ),
    click.option("--gpus", type=click.IntRange(0, 64), default=0, metavar="N", help="Of each place [none]."),
    click.option("--cpus", type=click.IntRange(1, 1024), metavar="N", help="Cores of each place [1, or 4 a GPU]."),
    click.option("--cohort", type=CohortSize(), default="auto", metavar="off|N", help="As of `tune worker`."),
    code_option,
    storage_option,
)  # fmt: skip


@click.group()
def deploy() -> None:
    """Write what a cluster is handed to run a study's workers."""


@deploy.command("slurm")
@_shared_options
@click.option("--time", default="", metavar="H:M:S", help="How long a task may take; it is queued again then.")
@click.option("--memory", default="", metavar="8G", help="Of each task.")
@click.option("--partition", default="", metavar="NAME")
@click.option("--account", default="", metavar="NAME")
@click.option("--sbatch", multiple=True, metavar="OPTION", help="A further option of sbatch; several times.")
@click.option("--setup", multiple=True, metavar="LINE", help="Shell that a node needs first; several times.")
@click.option("--env-file", default="", metavar="FILE", help="Shell with TUNER_STORAGE=..., mode 600, read by the job.")
@click.option("--tunnel", default="", metavar="HOST", help="The database is reached by ssh through this machine.")
def slurm_(storage: str | None, **options: Any) -> None:
    """A job array for sbatch: a task a worker, queued again when its time is up.

    Example: tune deploy slurm --study fashion_mnist-1 --workers 8 --gpus 1 --time 4:00:00 > job.sh
    """
    from tuner.service.deploying import SlurmRequest, for_slurm
    from tuner.service.words import request_of

    _print(for_slurm(studies_at(storage), request_of(SlurmRequest, options)))


@deploy.command("kubernetes")
@_shared_options
@click.option("--memory", default="2Gi", show_default=True, metavar="4Gi", help="Of each pod.")
@click.option("--image", metavar="NAME", help="Made by the project's Dockerfile [tuner, with GPUs tuner-gpu].")
@click.option("--namespace", default="", metavar="NAME")
@click.option(
    "--storage-secret", default="tuner", show_default=True, metavar="NAME",
    help="A Secret that has the database's URL under the key storage.",
)  # fmt: skip
@click.option("--data-claim", default="", metavar="NAME", help="Of a volume for data sets that all pods share.")
@click.option("--artifacts-claim", default="", metavar="NAME", help="Of one for checkpoints and models.")
def kubernetes_(storage: str | None, **options: Any) -> None:
    """A Job for kubectl: an index a worker, begun again wherever a node goes away.

    Example: tune deploy kubernetes --study fashion_mnist-1 --workers 8 --gpus 1 | kubectl apply -f -
    """
    from tuner.service.deploying import KubernetesRequest, for_kubernetes
    from tuner.service.words import request_of

    _print(for_kubernetes(studies_at(storage), request_of(KubernetesRequest, options)))


def _print(made: "Deployment") -> None:
    for note in made.notes:
        echo(f"tune: {note}", err=True)
    echo_whole(made.text, nl=False)
