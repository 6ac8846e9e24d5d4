"""Commands on the record in MLflow: sync, ui."""

import os
import subprocess
import sys

import click

from tuner.cli.common import (
    chosen,
    json_option,
    open_studies,
    print_json,
    settings_of,
    storage_option,
    study_argument,
    view_of,
)
from tuner.settings import Settings


@click.command()
@study_argument
@storage_option
@json_option
def sync(study: str | None, storage: str | None, as_json: bool) -> None:
    """Deliver to MLflow what it has missed; make the report of a study that has ended, where there is none yet.

    Example: tune sync fashion_mnist-1
    """
    from tuner.analysis.publishing import publish, published
    from tuner.database.blobs import blob_store
    from tuner.studies.projection import deliver
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    view = view_of(db, chosen(db, study))
    store = blob_store(db, settings.artifacts)
    if view.finished_at is not None and not published(store, view.study_name):
        publish(db, store, view.study_name)
    count = deliver(db, MlflowRecorder(view.mlflow_uri), store, view.study_name, f"sync-{os.getpid()}")
    if as_json:
        print_json({"study_name": view.study_name, "delivered": count})
    else:
        click.echo(f"{count} records delivered to {view.mlflow_uri}", err=True)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@storage_option
def ui(port: int, storage: str | None) -> None:
    """Open the MLflow UI on the record of the latest study.

    Example: tune ui --port 5001
    """
    settings = settings_of(storage)
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
        found = view_studies(open_studies(settings, create=False))
    except NotFound:
        return None
    return found[-1].mlflow_uri if found else None
