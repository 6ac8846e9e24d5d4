"""The `tune` command: parse, call one service, show what came back. Errors become exit codes.

Owns: commands, options, exit codes; nothing heavy is imported before a command needs it.
Leaves to others: what the commands do (studies, workers), how it looks (show, live).
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuner.errors import TunerError
from tuner.settings import Settings, read_settings

if TYPE_CHECKING:
    from tuner.database.connection import Database
    from tuner.database.studies import StudyView
    from tuner.workers.devices import Slot

EXIT_INTERRUPTED = 130
F = TypeVar("F", bound=Callable[..., Any])


def main() -> None:
    """Run a command; what went wrong is one line on stderr and an exit code."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("tune: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except TunerError as error:
        click.echo(f"tune: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # `tune trials STUDY | head` closes early; that is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        click.echo(
            f"tune: the disk is full ({error.filename or 'no space left'}). Free some space; go on with `tune resume`.",
            err=True,
        )
        sys.exit(1)


def _storage(command: F) -> F:
    return click.option(
        "--storage",
        metavar="URL",
        help="Database of the studies, as SQLAlchemy's URL [TUNER_STORAGE; sqlite:///tuner.db].",
    )(command)


_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
_study = click.argument("study", metavar="[STUDY]", required=False)
_trials = click.option("--trials", type=int, metavar="N", help="How many trials, exactly.")
_timeout = click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Time limit.")
_workers = click.option("--workers", type=int, metavar="N", help="Worker processes [one a GPU, else one a CPU core].")
_device = click.option("--device", type=click.Choice(["auto", "cpu", "gpu"]), default="auto", show_default=True)
_gpus = click.option("--gpus", metavar="0,1", help="Only these GPUs, by their number in nvidia-smi.")
_workers_per_gpu = click.option(
    "--workers-per-gpu", type=click.IntRange(min=1), default=1, show_default=True, metavar="K",
    help="Workers that share a GPU and, evenly, its memory.",
)  # fmt: skip
_mixed_precision = click.option("--mixed-precision", is_flag=True, help="Compute in float16, on GPUs only.")
_fit = click.option("--fit", is_flag=True, help="Train through Keras' Model.fit instead of the compiled epoch.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="tuner", prog_name="tune")
def cli() -> None:
    """Tune Keras networks: Optuna searches, SQL remembers, MLflow shows.

    \b
    tune start --space fashion_mnist      search, here, now
    tune status --watch                   look at it from another terminal
    tune ui                               compare the runs in MLflow
    """


@cli.command()
@click.option("--space", required=True, metavar="NAME|FILE", help="A shipped search space, or a YAML file.")
@click.option("--study", "study_name", metavar="NAME", help="Name of the study [the space's, numbered].")
@_trials
@_timeout
@_workers
@_device
@_gpus
@_workers_per_gpu
@_mixed_precision
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Of everything random in the study.")
@click.option("--detach", is_flag=True, help="Only store the study; `tune worker` processes will run it.")
@_fit
@_storage
@_json
def start(
    space: str,
    study_name: str | None,
    trials: int | None,
    timeout: float | None,
    workers: int | None,
    device: str,
    gpus: str | None,
    workers_per_gpu: int,
    mixed_precision: bool,
    seed: int | None,
    detach: bool,
    fit: bool,
    storage: str | None,
    as_json: bool,
) -> None:
    """Start a study and run its trials.

    Example: tune start --space fashion_mnist --trials 20
    """
    from tuner.cli.spaces import find_space
    from tuner.data.sources import load
    from tuner.search.algorithms import check_algorithms
    from tuner.studies.service import create_study

    settings = _settings(storage)
    spec = find_space(space)
    check_algorithms(spec.search.sampler, spec.search.pruner, space)
    slots = _slots(device, workers, gpus, workers_per_gpu, mixed_precision)
    if not detach:
        # Damage and absence of the data show here, in one line, before anything is stored.
        load(spec.data, 0)
    db = _open(settings)
    study = create_study(
        db,
        spec,
        study_name=study_name,
        n_trials=trials,
        timeout_s=timeout,
        seed=seed,
        mlflow_uri=settings.tracking_uri,
        options={},
    )
    if detach:
        click.echo(f"study {study.study_name} is stored; run it with: tune worker --study {study.study_name}", err=True)
        click.echo(json.dumps({"study_name": study.study_name}) if as_json else study.study_name)
        return
    _run(db, settings, study, slots, fit, as_json)


@cli.command()
@click.argument("study")
@_trials
@_timeout
@_workers
@_device
@_gpus
@_workers_per_gpu
@_mixed_precision
@_fit
@_storage
@_json
def resume(
    study: str,
    trials: int | None,
    timeout: float | None,
    workers: int | None,
    device: str,
    gpus: str | None,
    workers_per_gpu: int,
    mixed_precision: bool,
    fit: bool,
    storage: str | None,
    as_json: bool,
) -> None:
    """Go on with a study that was stopped, killed or has ended; --trials is the new total.

    Example: tune resume fashion_mnist-1 --trials 60
    """
    from tuner.studies.service import resume_study

    settings = _settings(storage)
    db = _open(settings, create=False)
    slots = _slots(device, workers, gpus, workers_per_gpu, mixed_precision)
    view = resume_study(db, study, trials, timeout)
    _run(db, settings, view, slots, fit, as_json)


@cli.command()
@click.option("--study", metavar="NAME", help="Only this study, until it has ended [whichever is open].")
@click.option("--worker-id", hidden=True)
@_device
@_gpus
@_workers_per_gpu
@_mixed_precision
@_fit
@_storage
def worker(
    study: str | None,
    worker_id: str | None,
    device: str,
    gpus: str | None,
    workers_per_gpu: int,
    mixed_precision: bool,
    fit: bool,
    storage: str | None,
) -> None:
    """Take trials from the database: one process, as many machines as you like.

    Example: tune worker --storage postgresql://tuner@db/tuner
    """
    from tuner.workers.worker import EXIT_REPLACE_ME
    from tuner.workers.worker import main as work

    _log_to_stderr()
    if worker_id is None:
        # Nobody has chosen this process' share of the machine: all its cores, and the first GPU.
        slot = _slots(device, 1, gpus, workers_per_gpu, mixed_precision)[0]
        os.environ.update({name: os.environ.get(name, value) for name, value in slot.environment().items()})
    code = work(_settings(storage), study, worker_id, "fit" if fit else "auto")
    if code == EXIT_REPLACE_ME and worker_id is None:
        # Nobody will start a fresh process in its place, so it becomes one.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    sys.exit(code)


@cli.command()
@_study
@_storage
def stop(study: str | None, storage: str | None) -> None:
    """Let a study's workers finish what they have begun and take no more.

    Example: tune stop fashion_mnist-1
    """
    from tuner.studies.service import stop_study

    db = _open(_settings(storage), create=False)
    status = stop_study(db, _chosen(db, study))
    name = status.study.study_name
    words = {"finished": "has ended already", "stopping": "is stopping; running trials are finished first"}
    click.echo(f"study {name} {words.get(status.state, 'is stopped')}; go on with: tune resume {name}", err=True)


@cli.command()
@_study
@click.option("--watch", is_flag=True, help="Follow it until it has ended.")
@_storage
@_json
def status(study: str | None, watch: bool, storage: str | None, as_json: bool) -> None:
    """Show how a study stands: trials, workers, best so far [the latest study].

    Example: tune status fashion_mnist-1 --watch
    """
    from tuner.cli import live, show
    from tuner.studies.service import study_status

    db = _open(_settings(storage), create=False)
    name = _chosen(db, study)
    if as_json:
        _print_json(show.status_object(study_status(db, name, epochs=True)))
    elif watch:
        live.follow(db, name)
    else:
        show.print_status(study_status(db, name, epochs=True))


@cli.command("list")
@_storage
@_json
def list_(storage: str | None, as_json: bool) -> None:
    """List the studies in the database.

    Example: tune list
    """
    from tuner.cli import show
    from tuner.studies.service import all_statuses

    found = all_statuses(_open(_settings(storage), create=False))
    if as_json:
        _print_json({"studies": [show.summary_object(each) for each in found]})
    else:
        show.print_studies(found)


@cli.command()
@_study
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the best N.")
@_storage
@_json
def trials(study: str | None, top: int | None, storage: str | None, as_json: bool) -> None:
    """List a study's trials, the best first.

    Example: tune trials fashion_mnist-1 --top 10
    """
    from tuner.cli import show
    from tuner.studies.service import study_status

    db = _open(_settings(storage), create=False)
    found = study_status(db, _chosen(db, study), epochs=True)
    if as_json:
        _print_json(show.trials_object(found, top))
    else:
        show.print_trials(found, top)


@cli.command()
@_study
@_storage
@_json
def best(study: str | None, storage: str | None, as_json: bool) -> None:
    """Show a study's best trial: its configuration, its validation and test metrics, and its model.

    Example: tune best fashion_mnist-1
    """
    from tuner.cli import show
    from tuner.studies.service import study_status

    db = _open(_settings(storage), create=False)
    found = study_status(db, _chosen(db, study), epochs=True)
    if as_json:
        _print_json(show.best_object(found))
    else:
        show.print_best(found)


@cli.group()
def spaces() -> None:
    """Search spaces: list the shipped ones, show one, check a file."""


@spaces.command("list")
@_json
def spaces_list(as_json: bool) -> None:
    """List the search spaces that come with tuner.

    Example: tune spaces list
    """
    from tuner.cli import spaces as rooms

    if as_json:
        _print_json({"spaces": [rooms.space_object(each) for each in rooms.shipped()]})
    else:
        rooms.print_spaces()


@spaces.command("show")
@click.argument("space")
@_json
def spaces_show(space: str, as_json: bool) -> None:
    """Show what a search space tries: its parameters, baselines and search.

    Example: tune spaces show fashion_mnist
    """
    from tuner.cli import spaces as rooms

    if as_json:
        _print_json(rooms.space_object(rooms.find_space(space)))
    else:
        rooms.print_space(rooms.find_space(space))


@spaces.command("check")
@click.argument("space")
@_json
def spaces_check(space: str, as_json: bool) -> None:
    """Check a search-space file before anything runs.

    Example: tune spaces check my_space.yaml
    """
    from tuner.cli import spaces as rooms
    from tuner.search.algorithms import check_algorithms

    spec = rooms.find_space(space)
    check_algorithms(spec.search.sampler, spec.search.pruner, space)
    if as_json:
        _print_json(rooms.space_object(spec))
    else:
        click.echo(f"{space}: good. {rooms.in_words(spec)}")


@cli.command()
@_study
@_storage
@_json
def sync(study: str | None, storage: str | None, as_json: bool) -> None:
    """Deliver to MLflow what it has missed.

    Example: tune sync fashion_mnist-1
    """
    from tuner.database.blobs import blob_store
    from tuner.studies.projection import deliver
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    settings = _settings(storage)
    db = _open(settings, create=False)
    view = _view(db, _chosen(db, study))
    store = blob_store(db, settings.artifacts)
    count = deliver(db, MlflowRecorder(view.mlflow_uri), store, view.study_name, f"sync-{os.getpid()}")
    if as_json:
        _print_json({"study_name": view.study_name, "delivered": count})
    else:
        click.echo(f"{count} records delivered to {view.mlflow_uri}", err=True)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@_storage
def ui(port: int, storage: str | None) -> None:
    """Open the MLflow UI on the record of the latest study.

    Example: tune ui --port 5001
    """
    settings = _settings(storage)
    uri = _latest_tracking_uri(settings) or settings.tracking_uri
    if uri.startswith("http"):
        click.echo(f"the record is on a server: open {uri}")
        return
    click.echo(f"MLflow on {uri}: open http://127.0.0.1:{port} (Ctrl+C ends it)", err=True)
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", uri, "--port", str(port)]
    # The server's job runner is for MLflow's own evaluations; without it the UI is there in half the time.
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONWARNINGS": "ignore"}
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def _latest_tracking_uri(settings: Settings) -> str | None:
    from tuner.database.studies import view_studies
    from tuner.errors import NotFound

    try:
        found = view_studies(_open(settings, create=False))
    except NotFound:
        return None
    return found[-1].mlflow_uri if found else None


def _settings(storage: str | None) -> Settings:
    settings = read_settings()
    return settings if storage is None else replace(settings, storage=storage)


def _open(settings: Settings, create: bool = True) -> "Database":
    from tuner.database.connection import open_database

    _quiet()
    return open_database(settings.storage, create)


def _view(db: "Database", study_name: str) -> "StudyView":
    from tuner.database.studies import view_study

    return view_study(db, study_name)


def _chosen(db: "Database", study: str | None) -> str:
    """The study named, else the latest."""
    from tuner.database.studies import view_studies
    from tuner.errors import NotFound

    if study is not None:
        return study
    found = view_studies(db)
    if not found:
        raise NotFound(f"there is no study in {db.url}. Start one: tune start --space fashion_mnist")
    return found[-1].study_name


def _slots(
    device: str, workers: int | None, gpus: str | None, workers_per_gpu: int, mixed_precision: bool
) -> "list[Slot]":
    from tuner.workers.devices import choose, cpu_cores, find_gpus, slots

    found = choose(find_gpus(), gpus)
    made = slots(device, workers, found, cpu_cores(), workers_per_gpu, mixed_precision)  # type: ignore[arg-type]  # click checked the word
    if mixed_precision and made[0].gpu is None:
        click.echo("tune: --mixed-precision is for GPUs; there is none, so it is not used", err=True)
    return made


def _run(db: "Database", settings: Settings, study: "StudyView", slots: Any, fit: bool, as_json: bool) -> None:
    from tuner.cli import live, show
    from tuner.studies.service import study_status
    from tuner.workers.pool import Pool

    logs = Path("tuner-logs") / study.study_name.replace("/", "_")
    pool = Pool(db, settings.storage, study.study_name, slots, logs, ["--fit"] if fit else [])
    if slots[0].gpu is None:
        click.echo(f"tune: no GPU; {len(slots)} workers on the CPU, {slots[0].threads} threads each", err=True)
    with live.progress(db, study.study_name) as look:
        pool.run(look)
    ended = study_status(db, study.study_name, epochs=True)
    if as_json:
        _print_json(show.status_object(ended))
    else:
        show.print_outcome(ended)


def _print_json(content: dict[str, Any]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, default=str))


def _quiet() -> None:
    import optuna

    # Its INFO lines repeat what our own view shows; its warnings name internals.
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def _log_to_stderr() -> None:
    import warnings

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("absl", "tensorflow", "h5py", "alembic", "mlflow", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    warnings.simplefilter("ignore")
    _quiet()


if __name__ == "__main__":
    main()
