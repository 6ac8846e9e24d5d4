"""Commands on the record in MLflow: sync, ui."""

import contextlib
import importlib.util
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from tuner.cli.common import (
    echo,
    json_option,
    open_studies,
    print_json,
    settings_of,
    storage_option,
    view_of,
)
from tuner.errors import InputError
from tuner.settings import Settings, public_uri

if TYPE_CHECKING:
    from tuner.database.studies import StudyView


@click.command()
@click.argument("study", metavar="[STUDY]", required=False)
@click.option("--rebuild", is_flag=True, help="Deliver all of it anew; what was deleted in MLflow comes back.")
@storage_option
@json_option
def sync(study: str | None, rebuild: bool, storage: str | None, as_json: bool) -> None:
    """Deliver to MLflow what it has missed, refused or lost; make a report that is not there yet [of every study].

    Example: tune sync fashion_mnist-1
    """
    from tuner.analysis.synchronizing import synchronize
    from tuner.cli import delivered, objects
    from tuner.database.blobs import blob_store
    from tuner.database.studies import view_studies
    from tuner.errors import ServiceDown, TunerError
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    # What it would warn of is said here.
    logging.getLogger("tuner.studies.delivery").setLevel(logging.ERROR)
    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    store = blob_store(db, settings.artifacts)
    found: list[dict[str, Any]] = []
    down: dict[str, ServiceDown] = {}
    failed = 0
    for view in view_studies(db) if study is None else [view_of(db, study)]:
        if view.mlflow_uri in down:
            continue
        try:
            seen = synchronize(
                db,
                MlflowRecorder(settings.tracking_uri_of(view.mlflow_uri), rebuild),
                store,
                view.study_name,
                f"sync-{os.getpid()}",
                rebuild,
            )
        except ServiceDown as error:
            down[view.mlflow_uri] = error
            continue
        except TunerError as error:
            if study is not None:
                raise
            failed += 1
            echo(f"tune: {view.study_name}: {error}", err=True)
            continue
        delivered.print_synchronized(seen)
        found.append(objects.synchronized_object(seen))
    if as_json:
        print_json({"studies": found} if study is None else next(iter(found), {"study_name": study, "delivered": 0}))
    if down:
        raise next(iter(down.values()))
    if failed or any(each["refused"] or each["postponed"] for each in found):
        sys.exit(1)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--live", is_flag=True, help="optuna-dashboard too, on the studies' database (the extra `dashboard`).")
@click.option("--live-port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@storage_option
def ui(port: int, live: bool, live_port: int, storage: str | None) -> None:
    """Open the MLflow UI on the record of the latest study.

    Example: tune ui --port 5001
    """
    settings = settings_of(storage)
    latest = _latest(settings)
    uri = settings.tracking_uri_of(latest.mlflow_uri) if latest is not None else settings.tracking_uri
    shown = public_uri(uri)
    address = shown if uri.startswith("http") else f"http://127.0.0.1:{port}"
    commands: list[list[str]] = []
    if live:
        _check_dashboard(settings, port, live_port)
        echo(f"the search, live: open http://127.0.0.1:{live_port}", err=True)
        commands.append([sys.executable, "-m", "tuner.cli.dashboard", str(live_port)])
    if uri.startswith("http"):
        echo(f"the record is on a server: open {shown}")
    else:
        echo(f"MLflow on {shown}: open {address} (Ctrl+C ends it)", err=True)
        commands.append([sys.executable, "-m", "mlflow", "ui", "--port", str(port)])
    told = latest is None or latest.mlflow_run_id is None

    def tell() -> None:
        """Once MLflow answers: where the latest study is."""
        nonlocal told
        page = None if told or latest is None else page_of(address, latest.mlflow_run_id or "")
        if page is not None and latest is not None:
            told = True
            echo(f"the trials of {latest.study_name}: {page or 'not there (any more)'}", err=True)

    sys.exit(_serve(commands, settings, uri, tell))


def page_of(address: str, run_id: str) -> str | None:
    """The page of a study's trials; None where MLflow does not answer (yet), empty where it does not know the study."""
    from tuner.tracking.mlflow_page import path_of

    try:
        with urllib.request.urlopen(f"{address}/api/2.0/mlflow/runs/get?run_id={run_id}", timeout=5) as answer:
            return f"{address}/{path_of(json.load(answer)['run']['info']['experiment_id'], run_id)}"
    except urllib.error.HTTPError:
        return ""
    except (OSError, ValueError, KeyError):
        return None


def _check_dashboard(settings: Settings, port: int, live_port: int) -> None:
    """Say before anything starts what would keep the dashboard from answering."""
    if importlib.util.find_spec("optuna_dashboard") is None:
        raise InputError("--live needs optuna-dashboard: uv sync --extra dashboard (or pip install optuna-dashboard).")
    if port == live_port:
        raise InputError(f"--live-port {live_port}: MLflow has that one. Give another.")
    open_studies(settings, create=False)
    with socket.socket() as free:
        # As the server will: a port that was let go a moment ago is free.
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            free.bind(("127.0.0.1", live_port))
        except OSError as error:
            raise InputError(
                f"--live-port {live_port}: cannot be listened on ({error.strerror}). Give another."
            ) from error


def _serve(commands: list[list[str]], settings: Settings, tracking_uri: str, meanwhile: Callable[[], None]) -> int:
    """Run servers until one of them ends, or this process is told to; none is left behind.

    meanwhile: is called again and again.
    """
    environment = {
        **os.environ,
        # Not as arguments: those are read by everybody on the machine.
        "TUNER_STORAGE": settings.storage,
        "MLFLOW_BACKEND_STORE_URI": tracking_uri,
        # The server's job runner is for MLflow's own evaluations; without it the UI is there in half the time.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    import psutil

    # As Ctrl+C does, so that the servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    processes = []
    try:
        processes = [subprocess.Popen(command, env=environment) for command in commands]
        meanwhile()
        while processes and all(process.poll() is None for process in processes):
            meanwhile()
            time.sleep(0.2)
        return next((process.returncode for process in processes if process.returncode is not None), 0)
    finally:
        # MLflow's server is a child of its command.
        left = psutil.Process().children(recursive=True)
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.terminate()
        for each in psutil.wait_procs(left, timeout=5)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def _latest(settings: Settings) -> "StudyView | None":
    from tuner.database.studies import view_studies
    from tuner.errors import NotFound

    try:
        found = view_studies(open_studies(settings, create=False))
    except NotFound:
        return None
    return found[-1] if found else None
