"""`tune worker`: one process that takes trials, or a pool of them over all that its machine has.

Leaves to others: what a worker does (workers), the options of what it runs on (device_options).
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tuner.cli.common import echo, ending_signals, open_studies, settings_of, storage_option
from tuner.cli.device_options import device_options, fit_option
from tuner.cli.python_options import code_option
from tuner.redaction import Formatter

if TYPE_CHECKING:
    from tuner.workers.devices import Slot


@click.command()
@click.option("--study", metavar="NAME", help="Only this study, until it has ended [whichever is open].")
@click.option("--worker-id", hidden=True)
@click.option(
    "--workers", metavar="N|auto", help="So many processes, or one a GPU, else one a CPU core [one, on a free GPU]."
)
@click.option(
    "--idle", "idle_s", type=click.FloatRange(min=0), metavar="SECONDS",
    help="End when there was nothing to do for so long [wait].",
)  # fmt: skip
@device_options
@fit_option
@code_option
@storage_option
def worker(study: str | None, worker_id: str | None, storage: str | None, **options: Any) -> None:
    """Take trials from the database, on as many machines as you like.

    Example: tune worker --storage postgresql://tuner@db/tuner
    """
    from tuner.notifying.deliverer import delivering
    from tuner.service.requests import Devices
    from tuner.service.slots import one_worker, slots_here
    from tuner.service.words import request_of
    from tuner.spec.code import find_code
    from tuner.workers.heartbeat import EXIT_REPLACE_ME, become
    from tuner.workers.process import main as work

    given = dict(os.environ)
    log_to_stderr()
    code, fit = options["code"], options["fit"]
    if options["workers"] is not None:
        if options["idle_s"] is not None:
            raise click.UsageError(
                "--idle is of one worker, and --workers is a pool, which starts another in its place."
            )
        here = slots_here(request_of(Devices, {**options, "workers": _count(options["workers"])}))
        _note(here.notes)
        _serve(storage, study, here.slots, fit, code)
        return
    wanted = None
    if worker_id is None:
        # Where nobody has chosen this process' share of its machine, it looks for one itself.
        wanted, notes = one_worker(request_of(Devices, options))
        _note(notes)
    codes = [find_code(each) for each in code]
    settings = settings_of(storage)
    # Whoever started it delivers; a worker that a person started does so itself.
    beside = {} if worker_id is not None else {"beside": lambda db: delivering(db, study)}
    exit_code = work(
        settings, study, worker_id, "fit" if fit else "auto", codes, wanted, idle_s=options["idle_s"], **beside
    )
    if exit_code == EXIT_REPLACE_ME and worker_id is None:
        # Nobody will start a fresh process in its place, so it becomes one, as it was told to be.
        given["TUNER_STORAGE"] = settings.storage
        become(given)
    sys.exit(exit_code)


def _note(notes: tuple[str, ...]) -> None:
    for each in notes:
        echo(f"tune: {each}", err=True)


def _count(workers: str) -> int | None:
    if workers == "auto":
        return None
    if not workers.isdecimal():
        raise click.BadParameter(f"{workers!r} is neither a number nor auto.", param_hint="--workers")
    return int(workers)


def _serve(storage: str | None, study: str | None, slots: "Sequence[Slot]", fit: bool, codes: Sequence[str]) -> None:
    from tuner.notifying.deliverer import delivering
    from tuner.service.launching import serving_workers
    from tuner.workers.heartbeat import EXIT_TOLD

    settings = settings_of(storage)
    db = open_studies(settings)
    workers = serving_workers(db, settings, study, slots, fit, codes)
    told: list[int] = []

    def told_to_go(number: int, frame: object) -> None:
        # Once: what ends a job tells its shell, which tells this process, and tells this process, too.
        if not told:
            told.append(number)
            raise KeyboardInterrupt

    for each in ending_signals():
        signal.signal(each, told_to_go)
    with delivering(db, study):
        workers.run(lambda: None)
    if told and study is not None:
        sys.exit(EXIT_TOLD)


def log_to_stderr() -> None:
    """What a worker has to say goes there; what libraries chatter does not."""
    import warnings

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for chatty in ("absl", "tensorflow", "h5py", "alembic", "mlflow", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    warnings.simplefilter("ignore")
