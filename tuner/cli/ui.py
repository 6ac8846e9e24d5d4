"""`tune ui`: MLflow's UI on the record of the latest study, and the studies live.

Owns: which servers there are, and the address of each, told once it answers.
Leaves to others: their processes (servers), the dashboard's (dashboard).
"""

import importlib.util
import json
import socket
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import click

from tuner.cli.common import echo, open_studies, settings_of, storage_option
from tuner.cli.servers import Server, serve
from tuner.errors import InputError
from tuner.hints import extra
from tuner.settings import Settings, public_uri

if TYPE_CHECKING:
    from tuner.database.studies import StudyView

_LOCAL = "127.0.0.1"


@click.command()
@click.option("--host", default=_LOCAL, show_default=True, metavar="ADDRESS", help="Listen on; 0.0.0.0 is all.")
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--live", is_flag=True, help="optuna-dashboard too, on the studies' database (the extra `dashboard`).")
@click.option("--live-port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@storage_option
def ui(host: str, port: int, live: bool, live_port: int, storage: str | None) -> None:
    """Open the MLflow UI on the record of the latest study.

    Example: tune ui --port 5001
    """
    settings = settings_of(storage)
    latest = _latest(settings)
    uri = settings.tracking_uri_of(latest.mlflow_uri) if latest is not None else settings.tracking_uri
    remote = uri.startswith("http")
    servers: list[Server] = []
    if live:
        _check_dashboard(settings, port, live_port)
        command = [sys.executable, "-m", "tuner.cli.dashboard", str(live_port)]
        address = f"http://{_LOCAL}:{live_port}"
        servers.append(Server("the dashboard", command, address, lambda: f"the search, live: {address}"))
    if remote:
        echo(f"the record is on a server: {_shown(public_uri(uri), latest)}")
    else:
        _check_free("--port", host, port)
        mlflow = address_of(host, port)
        # Warnings alone: a line a request is too much.
        command = [sys.executable, "-m", "mlflow", "ui", "--host", host, "--port", str(port)]
        command += ["--uvicorn-opts", "--log-level warning"]
        servers.append(Server("MLflow", command, f"{mlflow}/health", lambda: f"MLflow: {_shown(mlflow, latest)}"))
    environment = {
        # Not as arguments: those are read by everybody on the machine.
        "TUNER_STORAGE": settings.storage,
        "MLFLOW_BACKEND_STORE_URI": uri,
        # The server's job runner is for MLflow's own evaluations; without it the UI is there in half the time.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    if servers:
        sys.exit(serve(servers, environment))


def address_of(host: str, port: int) -> str:
    """What to open in a browser on this machine, of a server that listens on `host`."""
    if host in ("0.0.0.0", "::", ""):
        host = _LOCAL
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def page_of(address: str, run_id: str) -> str | None:
    """The page of a study's trials; None where MLflow does not answer, empty where it does not know the study."""
    from tuner.tracking.mlflow_page import path_of

    try:
        with urllib.request.urlopen(f"{address}/api/2.0/mlflow/runs/get?run_id={run_id}", timeout=5) as answer:
            return f"{address}/{path_of(json.load(answer)['run']['info']['experiment_id'], run_id)}"
    except urllib.error.HTTPError:
        return ""
    except (OSError, ValueError, KeyError):
        return None


def _shown(address: str, study: "StudyView | None") -> str:
    """The page of the latest study, else MLflow's own."""
    if study is None or study.mlflow_run_id is None:
        return address
    page = page_of(address, study.mlflow_run_id)
    return f"{address} ({study.study_name} is not there, or not any more)" if page == "" else page or address


def _check_dashboard(settings: Settings, port: int, live_port: int) -> None:
    """Say before anything starts what would keep the dashboard from answering."""
    if importlib.util.find_spec("optuna_dashboard") is None:
        raise InputError(f"--live needs optuna-dashboard. Install it: {extra('dashboard')}")
    if port == live_port:
        raise InputError(f"--live-port {live_port}: MLflow has that one. Give another.")
    open_studies(settings, create=False)
    _check_free("--live-port", _LOCAL, live_port)


def _check_free(option: str, host: str, port: int) -> None:
    """Raises InputError where a server could not listen."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        # As the server will: a port that was let go a moment ago is free.
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            free.bind((host, port))
        except OSError as error:
            at = "" if host == _LOCAL else f" of {host}"
            raise InputError(f"{option} {port}: cannot be listened on{at} ({error.strerror}). Give another.") from error


def _latest(settings: Settings) -> "StudyView | None":
    from tuner.database.studies import view_studies
    from tuner.errors import NotFound

    try:
        found = view_studies(open_studies(settings, create=False))
    except NotFound:
        return None
    return found[-1] if found else None
